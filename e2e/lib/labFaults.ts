import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearFaults, setFault } from './faults';
import { dice, killOnce, runIds, waitForStep, type World } from './kills';
import { part } from './report';
import { followTask, submitDestroy, submitHost } from './requests';
import { endOfRun } from './runFaults';
import { readRun } from './truth';

const workspace = 'shop-dev';
const environment = 'dev';
/** What a template would turn into the output of a command. */
const template = "{{ lookup('pipe', 'id') }}";

const hostOf = (name: string) => ({ name, app: 'shop', environment });

/** The newest run of a host. */
async function newestRun({ sandbox }: World, name: string) {
  const runs = await Promise.all(
    (await runIds(sandbox)).map(id => readRun(sandbox, workspace, id)),
  );
  const [newest] = runs
    .filter(run => run?.host === name)
    .sort((a, b) => (a!.createdAt < b!.createdAt ? 1 : -1));
  assert.ok(newest, `there is no run of ${name}`);
  return newest;
}

/** A guest that never boots is named in time, with its cause. */
export function neverBoots(world: World): Promise<Record<string, unknown>> {
  return part('A guest that never boots', async () => {
    const name = 'asleep-1';
    await setFault(world.portal.endpoints, 'proxmox', { kind: 'never-boots' });
    const started = performance.now();
    const task = await submitHost(world.ada, {
      kind: 'vm',
      name,
      environment,
      requestId: randomUUID(),
    });
    const { status, error = '' } = await followTask(
      world.ada,
      task,
      500,
      240_000,
    );
    const seconds = (performance.now() - started) / 1000;
    await clearFaults(world.portal.endpoints, 'proxmox');
    assert.equal(status, 'failed');
    assert.match(error, new RegExp(name));
    const run = await newestRun(world, name);
    const wait = run.steps.find(({ state }) => state === 'failed')!;
    const waited =
      (Date.parse(wait.finishedAt!) - Date.parse(wait.startedAt!)) / 1000;
    assert.ok(waited <= 120, `${waited} s until it was named`);
    assert.ok(run.error?.hint ?? run.error?.cause, 'what to do about it');
    await destroy(world, name);
    return {
      neverBootsSeconds: Math.round(seconds),
      neverBootsNamedAfter: Math.round(waited),
      neverBootsSaid: run.error!.message,
    };
  });
}

/** What a person typed stays text on the real host; plays that lose their portal end truly; a host that is off is named. */
export async function realHost(
  world: World & { seed: number; kills: number },
): Promise<Record<string, unknown>> {
  const name = 'text-1';
  const software = [
    { name: 'nginx', arguments: { nginx_default_page: template } },
  ];
  const address = await part('A value that looks like a template', async () => {
    const task = await submitHost(world.ada, {
      kind: 'lxc',
      name,
      environment,
      requestId: randomUUID(),
      software,
    });
    const { status, error } = await followTask(world.ada, task);
    assert.equal(status, 'completed', error);
    const run = await newestRun(world, name);
    const found = run.result?.address;
    assert.ok(found);
    const body = await (await fetch(`http://${found}/`)).text();
    assert.ok(body.includes(template), `nginx answers ${body}`);
    assert.doesNotMatch(body, /uid=/);
    return found;
  });

  const random = dice(world.seed);
  const recovery: number[] = [];
  for (let kill = 1; kill <= world.kills; kill += 1) {
    const page = `After kill ${kill}`;
    await part(`Kill ${kill} in a play on a booted guest`, async () => {
      const { outcome, recoverySeconds } = await killOnce(world, {
        phase: 'configure',
        template: 'configure-host',
        values: {
          host: hostOf(name),
          software: [
            { name: 'nginx', arguments: { nginx_default_page: page } },
          ],
          dryRun: false,
        },
        moment: async id => {
          await waitForStep(world.sandbox, id, 'configure');
          await sleep(random() * 6_000);
        },
      });
      recovery.push(recoverySeconds);
      assert.equal(outcome, 'succeeded');
      const body = await (await fetch(`http://${address}/`)).text();
      assert.ok(body.includes(page), `nginx answers ${body}`);
    });
  }

  const unreachable = await part('A host that cannot be reached', async () => {
    const off = await world.ada.submit('power-host', {
      host: hostOf(name),
      action: 'stop',
      requestId: randomUUID(),
    });
    assert.equal((await followTask(world.ada, off)).status, 'completed');
    const task = await world.ada.submit('configure-host', {
      host: hostOf(name),
      dryRun: false,
      requestId: randomUUID(),
    });
    const { status, error = '' } = await followTask(
      world.ada,
      task,
      500,
      240_000,
    );
    assert.equal(status, 'failed');
    assert.match(error, new RegExp(name));
    const run = await newestRun(world, name);
    assert.equal(
      (await endOfRun(world, run.id)).state,
      'failed',
      'the run says so too',
    );
    assert.ok(run.error?.hint ?? run.error?.cause, 'what to do about it');
    return run.error!.message;
  });
  await destroy(world, name);
  return { playRecoverySeconds: recovery, unreachableSaid: unreachable };
}

async function destroy(world: World, name: string): Promise<void> {
  const task = await submitDestroy(world.ada, {
    name,
    environment,
    requestId: randomUUID(),
  });
  const { status, error } = await followTask(world.ada, task);
  assert.equal(status, 'completed', error);
}
