import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  dice,
  type Kill,
  killOnce,
  runIds,
  waitForRun,
  type World,
} from './kills';
import { part } from './report';
import { followTask, sshKey } from './requests';
import { readRun } from './truth';

/** Kinds of runs that are met, one after the other on the same host. */
const kinds = ['provision', 'configure', 'destroy'] as const;
type Kind = (typeof kinds)[number];

const host = { app: 'shop', environment: 'dev' };
const software = [{ name: 'nginx', arguments: {} }];

function formOf(kind: Kind, name: string) {
  switch (kind) {
    case 'provision':
      return {
        template: 'new-container',
        values: {
          name,
          app: `component:default/${host.app}`,
          owner: `group:default/${host.app}`,
          placement: { environment: host.environment, size: 'small' },
          sshKeys: [sshKey],
        },
      };
    case 'configure':
      return {
        template: 'configure-host',
        values: { host: { name, ...host }, software, dryRun: false },
      };
    default:
      return {
        template: 'destroy-host',
        values: { host: { name, ...host }, confirm: name },
      };
  }
}

/** Sends a form and waits for its end. @returns seconds of its run */
async function unharmed(
  { ada, sandbox }: World,
  kind: Kind,
  name: string,
): Promise<number> {
  const { template, values } = formOf(kind, name);
  const earlier = new Set(await runIds(sandbox));
  const task = await ada.submit(template, {
    ...values,
    requestId: randomUUID(),
  });
  const { status, error } = await followTask(ada, task);
  assert.equal(status, 'completed', error);
  const run = await readRun(
    sandbox,
    `${host.app}-${host.environment}`,
    await waitForRun(sandbox, earlier),
  );
  return (Date.parse(run!.finishedAt!) - Date.parse(run!.startedAt!)) / 1000;
}

/** How long each kind takes when nobody kills it, in seconds. */
async function usualSeconds(world: World): Promise<Record<Kind, number>> {
  const seconds: Partial<Record<Kind, number>> = {};
  for (const kind of kinds)
    seconds[kind] = await unharmed(world, kind, 'unharmed');
  return seconds as Record<Kind, number>;
}

/** What the kills came to. */
export interface KillFigures {
  kills: number;
  /** Kills by kind of run and by the step that ran. */
  met: Record<string, number>;
  outcomes: Record<string, number>;
  slowestRecoverySeconds: number;
  duplicateMachines: number;
}

/**
 * Kills the portal at random moments of runs that make, configure and destroy hosts, and asserts after each what
 * `killOnce` asserts, and that there is one machine at most.
 *
 * @param options - `kills`: how many; `seed`: of the moments
 */
export async function runRandomKills(
  world: World & { kills: number; seed: number },
): Promise<KillFigures> {
  const random = dice(world.seed);
  const done: Kill[] = [];
  const usual = await part('Runs that nobody kills', () => usualSeconds(world));
  let kind: Kind = 'provision';
  for (let round = 1; done.length < world.kills;) {
    const name = `victim-${round}`;
    const afterMs = random() * usual[kind] * 1_000;
    const current = kind;
    const kill = await part(
      `Kill ${done.length + 1}: ${current} of ${name}, ${(afterMs / 1_000).toFixed(1)} s after it began`,
      () =>
        killOnce(world, {
          ...formOf(current, name),
          phase: current,
          moment: () => sleep(afterMs),
        }),
    );
    done.push(kill);
    const machines = (await world.sandbox.guestsMade()).filter(
      guest => guest.name === name,
    ).length;
    const wanted =
      (kind === 'destroy') === (kill.outcome === 'succeeded') ? 0 : 1;
    assert.ok(
      machines <= 1 && (kill.outcome !== 'succeeded' || machines === wanted),
      `${machines} machines named ${name} after a ${kind} that ${kill.outcome}`,
    );
    if (kill.outcome !== 'succeeded' && machines > 0)
      await unharmed(world, 'destroy', name);
    if (kill.outcome !== 'succeeded' || kind === 'destroy') {
      kind = 'provision';
      round += 1;
    } else kind = kinds[kinds.indexOf(kind) + 1];
  }
  await removeAll(world);
  return {
    kills: done.length,
    met: counts(done.map(({ phase, hit }) => `${phase}: ${hit}`)),
    outcomes: counts(done.map(({ outcome }) => outcome)),
    slowestRecoverySeconds: Math.max(
      0,
      ...done.map(({ recoverySeconds }) => recoverySeconds),
    ),
    duplicateMachines: 0,
  };
}

/** The last host may have been met before its destruction. */
async function removeAll(world: World): Promise<void> {
  for (const { name } of await world.sandbox.guestsMade())
    await unharmed(world, 'destroy', name);
  assert.deepEqual(await world.sandbox.guestsMade(), []);
}

function counts(words: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const word of words) found[word] = (found[word] ?? 0) + 1;
  return found;
}
