import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { finalRunStates, type RunDocument } from '@nante/model';
import { clearFaults, setFault } from './faults';
import type { KillablePortal } from './killablePortal';
import type { PortalApi } from './portalApi';
import { part } from './report';
import { sshKey } from './requests';
import type { SandboxView } from './sandbox';
import { disagreements, readRun } from './truth';

const app = 'shop';
const environment = 'dev';
const workspace = `${app}-${environment}`;

const provisionPhases = ['check', 'reserve', 'plan', 'create', 'verify'];
const destroyPhases = ['plan', 'destroy', 'clean'];
/** How long a run may go on after the portal is back, in milliseconds. */
const RECOVERY_MS = 60_000;

/** What kills and their checks work with. */
export interface World {
  portal: KillablePortal;
  ada: PortalApi;
  sandbox: SandboxView;
}

/** One kill, for the figures. */
export interface Kill {
  phase: string;
  /** Step that ran when the process ended; may be one later than the one that was waited for. */
  hit: string;
  outcome: string;
  recoverySeconds: number;
}

/**
 * Requests virtual machines and destroys them, and kills the portal in one phase after the other.
 *
 * @param options - `kills`: how many; `seed`: of the moments within the phases
 */
export async function runKills(
  options: World & { kills: number; seed: number },
): Promise<{ kills: Kill[] }> {
  const random = dice(options.seed);
  const kills: Kill[] = [];
  for (let round = 0; kills.length < options.kills; round += 1) {
    const name = `survivor-${round + 1}`;
    const made = await killIn(options, random, {
      phase: `provision/${provisionPhases[round % provisionPhases.length]}`,
      template: 'new-virtual-machine',
      values: {
        name,
        app: `component:default/${app}`,
        owner: `group:default/${app}`,
        placement: { environment, size: 'small' },
        sshKeys: [sshKey],
      },
    });
    kills.push(made);
    const guests = await options.sandbox.guestsMade();
    assert.equal(
      guests.filter(guest => guest.name === name).length,
      made.outcome === 'succeeded' ? 1 : 0,
      `machines named ${name} after a run that ${made.outcome}: ${JSON.stringify(guests)}`,
    );
    if (made.outcome !== 'succeeded') continue;

    const destroyed = await killIn(options, random, {
      phase: `destroy/${destroyPhases[round % destroyPhases.length]}`,
      template: 'destroy-host',
      values: { host: { name, app, environment }, confirm: name },
    });
    kills.push(destroyed);
    if (destroyed.outcome !== 'succeeded') {
      const task = await options.ada.submit('destroy-host', {
        host: { name, app, environment },
        confirm: name,
        requestId: randomUUID(),
      });
      assert.equal(await options.ada.waitForTask(task, 60_000), 'completed');
    }
    assert.deepEqual(await options.sandbox.guestsMade(), [], 'after destroy');
  }
  return { kills };
}

/** Kills in a phase of the run, `kind/step`, at a moment of it. */
function killIn(
  world: World,
  random: () => number,
  request: {
    phase: string;
    template: string;
    values: Record<string, unknown>;
  },
): Promise<Kill> {
  const [, step] = request.phase.split('/');
  return part(`Killed in ${request.phase}`, () =>
    killOnce(world, {
      ...request,
      moment: async id => {
        await waitForStep(world.sandbox, id, step);
        await sleep(random() * 400);
      },
    }),
  );
}

/**
 * Sends a form, kills the portal at a moment of its run, starts it again, and asserts that the run ends in a true state in
 * time, with no machine, record or lock too many.
 *
 * @param request - `phase` begins with the kind of the run; `moment` waits until it is time, with the run's id
 */
export async function killOnce(
  { portal, ada, sandbox }: World,
  request: {
    phase: string;
    template: string;
    values: Record<string, unknown>;
    moment(id: string): Promise<void>;
  },
): Promise<Kill> {
  const [kind] = request.phase.split('/');
  // Without it a phase is over before a kill can meet it.
  await setFault(portal.endpoints, 'proxmox', { kind: 'latency', ms: 150 });
  const earlier = new Set(await runIds(sandbox));
  const task = await ada.submit(request.template, {
    ...request.values,
    requestId: randomUUID(),
  });
  const id = await waitForRun(sandbox, earlier);
  await request.moment(id);
  await portal.kill();
  const hit = runningStep(await readRun(sandbox, workspace, id));
  await clearFaults(portal.endpoints, 'proxmox');

  await portal.startAgain();
  const back = performance.now();
  const status = await ada.waitForTask(task, RECOVERY_MS);
  const recoverySeconds = Math.round((performance.now() - back) / 100) / 10;
  const run = await readRun(sandbox, workspace, id);
  const story = async () =>
    `${request.phase} (hit ${hit}): task ${status}, run ${run?.state}\n${(await ada.taskLog(task)).join('\n')}`;
  assert.ok(run && finalRunStates.includes(run.state), await story());
  assert.equal(run.kind, kind);
  assert.equal(
    status,
    run.state === 'succeeded' ? 'completed' : run.state,
    await story(),
  );
  const wrong = await disagreements(sandbox, workspace);
  assert.deepEqual(
    // A run that failed says so, and may leave records of what is gone; never a machine that no record has.
    wrong.filter(
      line => run.state === 'succeeded' || !line.includes('Proxmox has not'),
    ),
    [],
    await story(),
  );
  return { phase: request.phase, hit, outcome: run.state, recoverySeconds };
}

/** Ids of the runs that the bucket has. */
export async function runIds(sandbox: SandboxView): Promise<string[]> {
  const keys = await sandbox.objects(`nante/${workspace}/runs/`);
  return keys
    .filter(key => key.endsWith('.json'))
    .map(key => key.replace(/^.*\/|\.json$/g, ''));
}

/** The portal binds a request's id to the person, so the run is the one that was not there before. */
export async function waitForRun(
  sandbox: SandboxView,
  earlier: Set<string>,
): Promise<string> {
  for (let tries = 0; tries < 600; tries += 1) {
    const id = (await runIds(sandbox)).find(found => !earlier.has(found));
    if (id) return id;
    await sleep(50);
  }
  throw new Error('No run began within 30 s');
}

/** Waits until a step of a run has begun. */
export async function waitForStep(
  sandbox: SandboxView,
  id: string,
  step: string,
): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const run = await readRun(sandbox, workspace, id);
    const state = run?.steps.find(found => found.id === step)?.state;
    // Over already is as near as one gets to a very short step.
    if (state && state !== 'pending') return;
    if (run && finalRunStates.includes(run.state)) break;
    await sleep(25);
  }
  throw new Error(`The run ${id} never came to ${step}`);
}

function runningStep(run: RunDocument | undefined): string {
  return (
    run?.steps.find(({ state }) => state === 'running')?.id ??
    run?.state ??
    'before the run'
  );
}

/** Numbers from 0 to 1 that a seed repeats. */
export function dice(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
