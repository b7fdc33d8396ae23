import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError, type OperationLock, type RunDocument } from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import type { EngineContext } from '../context';
import { ownProcess } from '../lock/machine';
import { markInterrupted } from './interrupted';

const store = createMemoryStore();
const context = {
  active: new Map(),
  lockSightings: new Map(),
  timing: { lockTtlMs: 150, lockWaitMs: 1_000 },
  store: async () => store,
} as unknown as EngineContext;

const minutesAgo = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString();
const run = (change: Partial<RunDocument> = {}) =>
  ({
    ...{ id: 'run-00001', workspace: 'shop-dev', state: 'running' },
    ...{ createdAt: minutesAgo(0), steps: [] },
    ...change,
  }) as unknown as RunDocument;

const elsewhere = { machine: 'another', pid: 7, started: '1' };
const hold = (heartbeat: number, change: Partial<OperationLock> = {}) =>
  store.put(
    'nante/shop-dev/operation.lock',
    JSON.stringify({
      ...{ version: 1, state: 'held', fencing: 1, holder: 'cli:there:7' },
      ...{ door: 'cli', runId: 'run-00001', tool: 'terraform', heartbeat },
      ...{ acquiredAt: minutesAgo(1), process: elsewhere },
      ...change,
    }),
    { always: true },
  );

const isInterrupted = async (given: RunDocument) =>
  (await markInterrupted(context, given)).interrupted ?? false;

describe('a run that says that it works', () => {
  it('on another machine counts as left only when its heartbeat stands still on our own clock', async () => {
    await hold(1);
    expect(await isInterrupted(run())).toBe(false);
    await sleep(200);
    await hold(2);
    expect(await isInterrupted(run())).toBe(false);
    await sleep(200);
    expect(await isInterrupted(run())).toBe(true);
  });

  it('on this machine is judged by its process at once', async () => {
    const own = await ownProcess();
    await hold(3, { process: { ...own, pid: 999_999_999 } });
    expect(await isInterrupted(run())).toBe(true);
    await hold(3, { process: { ...own, started: 'another time' } });
    expect(await isInterrupted(run())).toBe(true);
    // This very process, and it does not work on it.
    await hold(3, { process: own });
    expect(await isInterrupted(run())).toBe(true);
  });

  it('before it has the lock is judged by its process, or by the time', async () => {
    await hold(4, { runId: 'another-run' });
    const own = await ownProcess();
    const dead = { ...own, pid: 999_999_999 };
    expect(await isInterrupted(run({ process: dead }))).toBe(true);
    expect(await isInterrupted(run({ process: elsewhere }))).toBe(false);
    const old = { process: elsewhere, createdAt: minutesAgo(30) };
    expect(await isInterrupted(run(old))).toBe(true);
    const steps = [
      { ...{ id: 'check', title: '' }, state: 'running' as const },
    ].map(step => ({ ...step, startedAt: minutesAgo(1) }));
    expect(await isInterrupted(run({ ...old, steps }))).toBe(false);
  });

  it('is not hidden by a lock that nobody can read, and a run that is over costs no question', async () => {
    store.failure = new NanteError('unreachable', 'the bucket is away');
    expect(await isInterrupted(run())).toBe(false);
    expect(await isInterrupted(run({ state: 'failed' }))).toBe(false);
    store.failure = undefined;
  });
});
