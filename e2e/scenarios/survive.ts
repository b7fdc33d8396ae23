// A portal that is killed in each phase of a run and started again: the run ends in a true state, and nothing is made
// twice. And what a Proxmox that is away, or answers nonsense, must not do to the catalog.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { runCatalogFaults } from '../lib/catalogFaults';
import { KillablePortal } from '../lib/killablePortal';
import { runKills } from '../lib/kills';
import { PortalApi } from '../lib/portalApi';
import { part, runScenario } from '../lib/report';
import { SandboxView, temporaryFolder } from '../lib/sandbox';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);

void runScenario('survive', async undo => {
  assert.ok(
    Number.isInteger(kills) && kills >= 0 && Number.isInteger(seed),
    '--kills and --seed are whole numbers',
  );
  const portal = await part('Sandbox and portal', () =>
    KillablePortal.start(temporaryFolder(undo), undo, { seed }),
  );
  const sandbox = new SandboxView(portal.endpoints);
  const ada = new PortalApi(portal.url, 'ada');
  const faults = await part('A Proxmox that is away or answers nonsense', () =>
    runCatalogFaults(portal, ada, sandbox),
  );
  const killed = await runKills({ portal, ada, sandbox, kills, seed });
  return { seed, ...faults, ...killed };
});
