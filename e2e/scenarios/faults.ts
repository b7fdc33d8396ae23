// Whatever goes wrong, a run ends truly: no machine twice, none that the records don't know, no lock left. The portal is
// killed with -9 at random moments of runs that make, configure and destroy hosts (`--kills N --seed N`; each takes about
// half a minute, most of it the start of the portal), then what a person or a host can do wrong, through the portal's API.
//
// What needs a host that misbehaves in itself is shown on booted guests by tests of the engine, below packages/engine/src:
//   wrong host key         ansible/lab.test.ts: does not enter a host that shows another key; onboard/lab.test.ts
//   wrong sudo             ansible/hostFaults.lab.test.ts: because our user may not use sudo, is named with the cause
//   disk full in the guest ansible/hostFaults.lab.test.ts: because its disk is full, says so, wherever the room is missing
//   a play that hangs      ansible/hostFaults.lab.test.ts: and hangs, is given up at the deadline; ansible/lab.test.ts
//   a guest without agent  configure/lab.test.ts: without a guest agent is proved by logging in where its address is known
//   two doors at repair    repair/repair.test.ts: two doors at one host
import assert from 'node:assert/strict';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KillablePortal } from '../lib/killablePortal';
import type { World } from '../lib/kills';
import { bestGuests } from '../lib/lab';
import { neverBoots, realHost } from '../lib/labFaults';
import { PortalApi } from '../lib/portalApi';
import { runRandomKills } from '../lib/randomKills';
import { part, runScenario, say } from '../lib/report';
import { cancelInEachPhase, twoDoors, wrongSoftware } from '../lib/runFaults';
import { SandboxView, temporaryFolder } from '../lib/sandbox';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    /** Parts to run: `kills`, `api`, `lab`; all of them unless named. */
    only: { type: 'string', multiple: true, default: ['kills', 'api', 'lab'] },
  },
  // Options of the scenarios that run beside it.
  strict: false,
});
const only = values.only as string[];
const kills = Number(values.kills);
const seed = Number(values.seed);

/** Kills in a play on a booted guest. */
const labKills = 2;

async function openWorld(
  undo: (() => unknown)[],
  guests: string,
): Promise<World> {
  const data = path.join(temporaryFolder(undo), 'sandbox');
  const portal = await part(`Sandbox (${guests}) and portal`, () =>
    KillablePortal.start(data, undo, { seed, guests }),
  );
  return {
    portal,
    ada: new PortalApi(portal.url, 'ada'),
    sandbox: new SandboxView(portal.endpoints),
  };
}

void runScenario('faults', async undo => {
  assert.ok(
    Number.isInteger(kills) && kills >= 0 && Number.isInteger(seed),
    '--kills and --seed are whole numbers',
  );
  const guests = await bestGuests(temporaryFolder(undo));
  let figures: Record<string, unknown> = { seed };
  if (only.some(name => name !== 'lab')) {
    const own: (() => unknown)[] = [];
    undo.push(() => Promise.all(own.splice(0).map(step => step())));
    const world = await openWorld(own, 'record');
    if (only.includes('api'))
      figures = {
        ...figures,
        ...(await wrongSoftware(world)),
        cancelled: await cancelInEachPhase(world),
        ...(await twoDoors(world, temporaryFolder(undo))),
      };
    if (only.includes('kills') && kills > 0)
      figures = {
        ...figures,
        ...(await runRandomKills({ ...world, kills, seed })),
      };
    for (const step of own.splice(0).reverse()) await step();
  }
  if (!only.includes('lab')) return figures;
  if (guests === 'record') {
    say(
      '  Guests cannot be booted on this machine: what needs one is left out.',
    );
    return { ...figures, lab: false };
  }
  const world = await openWorld(undo, guests);
  return {
    ...figures,
    ...(await realHost({ ...world, seed, kills: labKills })),
    ...(await neverBoots(world)),
    lab: true,
  };
});
