import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { finalRunStates, type RunDocument } from '@nante/model';
import { clearFaults, setFault } from './faults';
import { runIds, waitForRun, waitForStep, type World } from './kills';
import { part } from './report';
import { followTask, submitDestroy, submitHost } from './requests';
import { openSecondDoor } from './secondDoor';
import { disagreements, readRun } from './truth';
import { until } from './until';

const workspace = 'shop-dev';
const environment = 'dev';
const phases = ['check', 'reserve', 'plan', 'create', 'verify'];

/** Waits for the end of a run. */
export function endOfRun(
  { sandbox }: Pick<World, 'sandbox'>,
  id: string,
  timeoutMs = 120_000,
): Promise<RunDocument> {
  return until(
    `run ${id} ends`,
    async () => {
      const run = await readRun(sandbox, workspace, id);
      return run && finalRunStates.includes(run.state) && run;
    },
    timeoutMs,
  );
}

/** Destroys a host; there is none afterwards. */
async function destroy(world: World, name: string): Promise<void> {
  const task = await submitDestroy(world.ada, {
    name,
    environment,
    requestId: randomUUID(),
  });
  const { status, error } = await followTask(world.ada, task);
  assert.equal(status, 'completed', error);
}

/** A wrong choice of software is refused with every mistake of it, and nothing is made. */
export function wrongSoftware(world: World): Promise<Record<string, unknown>> {
  return part('Unknown role, missing and wrong arguments', async () => {
    const before = await runIds(world.sandbox);
    const task = await submitHost(world.ada, {
      kind: 'vm',
      name: 'wrong-1',
      environment,
      requestId: randomUUID(),
      software: [
        { name: 'no_such_role', arguments: {} },
        {
          name: 'nginx',
          arguments: {
            // Its name is missing, its page no text; the other is no argument.
            nginx_sites: [{ server_names: 'x', page: 5 }],
            nginx_colour: 'red',
          },
        },
      ],
    });
    const { status, error = '' } = await followTask(world.ada, task);
    assert.equal(status, 'failed');
    const mistakes = ['no_such_role', 'nginx_colour', 'nginx_sites', 'name'];
    for (const mistake of mistakes)
      assert.ok(error.includes(mistake), `"${mistake}" is not in: ${error}`);
    assert.deepEqual(await world.sandbox.guestsMade(), []);
    assert.deepEqual(await disagreements(world.sandbox, workspace), []);
    for (const id of await runIds(world.sandbox))
      if (!before.includes(id))
        assert.equal((await endOfRun(world, id)).state, 'failed');
    return { mistakesNamed: mistakes.length };
  });
}

/** A person cancels in each phase: the run ends as cancelled, says what exists, and that can be undone. */
export async function cancelInEachPhase(
  world: World,
): Promise<Record<string, string>> {
  const ends: Record<string, string> = {};
  for (const phase of phases)
    ends[phase] = await part(`Cancelled in ${phase}`, async () => {
      const { ada, sandbox, portal } = world;
      const name = `cancelled-in-${phase}`;
      await setFault(portal.endpoints, 'proxmox', { kind: 'latency', ms: 200 });
      const earlier = new Set(await runIds(sandbox));
      await submitHost(ada, {
        kind: 'lxc',
        name,
        environment,
        requestId: randomUUID(),
      });
      const id = await waitForRun(sandbox, earlier);
      await waitForStep(sandbox, id, phase);
      await ada.post(`/infrastructure/runs/${id}/cancel`, {});
      const run = await endOfRun(world, id);
      await clearFaults(portal.endpoints, 'proxmox');
      // Whoever asks at the very end may be too late.
      assert.ok(
        run.state === 'cancelled' ||
          (run.state === 'succeeded' && phase === 'verify'),
        `${run.state}: ${run.error?.message}`,
      );
      const machines = await sandbox.guestsMade();
      assert.ok(machines.length <= 1, JSON.stringify(machines));
      assert.deepEqual(await disagreements(sandbox, workspace), []);
      if (machines.length > 0) {
        assert.ok(
          run.state === 'succeeded' || run.leftovers.length > 0,
          'what exists is said',
        );
        await destroy(world, name);
      }
      assert.deepEqual(await sandbox.guestsMade(), []);
      return machines.length > 0 ? `${run.state}, one machine` : run.state;
    });
  return ends;
}

/** The portal and an engine elsewhere want the same host at the same time: one after the other, and the second says whom it waits for. */
export function twoDoors(
  world: World,
  workDirectory: string,
): Promise<Record<string, unknown>> {
  return part('Two runs on one host from two doors', async () => {
    const { ada, sandbox, portal } = world;
    const name = 'wanted-1';
    const made = await submitHost(ada, {
      kind: 'lxc',
      name,
      environment,
      requestId: randomUUID(),
    });
    const { status, error } = await followTask(ada, made);
    assert.equal(status, 'completed', error);
    const engine = openSecondDoor(portal.endpoints, workDirectory);
    // Otherwise the first is over before the second is there.
    await setFault(portal.endpoints, 'proxmox', { kind: 'latency', ms: 500 });
    const earlier = new Set(await runIds(sandbox));
    const task = await ada.submit('power-host', {
      host: { name, app: 'shop', environment },
      action: 'reboot',
      requestId: randomUUID(),
    });
    const first = await waitForRun(sandbox, earlier);
    await waitForStep(sandbox, first, 'lock');
    const said: string[] = [];
    const second = await engine.power(
      {
        requestId: `door-${randomUUID().slice(0, 8)}`,
        requestedBy: 'user:default/ada',
        operator: false,
        name,
        app: 'shop',
        environment,
        action: 'reboot',
      },
      { door: 'cli', onLog: ({ text }) => said.push(text) },
    );
    assert.equal((await followTask(ada, task)).status, 'completed');
    await clearFaults(portal.endpoints, 'proxmox');
    const run = await endOfRun({ sandbox }, first);
    const [one, other] = [run, second].map(({ steps }) =>
      steps.filter(({ id }) => id !== 'check' && id !== 'lock'),
    );
    const startOf = (steps: typeof one) => steps[0].startedAt!;
    const endOf = (steps: typeof one) => steps.at(-1)!.finishedAt!;
    assert.ok(
      endOf(one) <= startOf(other) || endOf(other) <= startOf(one),
      'their work did not overlap',
    );
    assert.deepEqual(await disagreements(sandbox, workspace), []);
    const waiting = said.find(text => text.startsWith('Waiting: '));
    assert.ok(
      waiting?.includes(first),
      `whom it waits for: ${said.join('; ')}`,
    );
    await destroy(world, name);
    return { doors: [run.door, second.door] };
  });
}
