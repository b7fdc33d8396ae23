import { setTimeout as sleep } from 'node:timers/promises';
import {
  NanteError,
  operationLockSchema,
  type OperationLock,
} from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import { readDocument } from '../store/documents';
import { lockKey } from '../store/keys';
import {
  acquireLock,
  type LockRequest,
  type TakeOverGuards,
} from './operationLock';

const timing = { heartbeatMs: 40, ttlMs: 200, waitMs: 2_000 };
const free: TakeOverGuards = {
  childRuns: async () => false,
  foreignStateLock: async () => undefined,
  hasStrandedState: () => false,
};
const request = (runId: string): LockRequest => ({
  workspace: 'shop-dev',
  runId,
  door: 'cli',
  holder: `cli:here:${runId}`,
  tool: 'terraform',
});

async function current(store: ReturnType<typeof createMemoryStore>) {
  return (await readDocument(store, lockKey('shop-dev'), operationLockSchema))
    ?.value;
}

/** A lock of a machine that says nothing any more. */
async function leave(
  store: ReturnType<typeof createMemoryStore>,
  change: Partial<OperationLock> = {},
) {
  const lock: OperationLock = {
    version: 1,
    state: 'held',
    fencing: 3,
    holder: 'portal:gone:1',
    door: 'portal',
    runId: 'gone-run',
    tool: 'terraform',
    acquiredAt: '2026-01-01T00:00:00.000Z',
    heartbeat: 9,
    ...change,
  };
  await store.put(lockKey('shop-dev'), JSON.stringify(lock), { always: true });
}

describe('the operation lock', () => {
  it('is held by one at a time: twenty runs take turns, and the fencing number grows', async () => {
    const store = createMemoryStore();
    let holders = 0;
    const fencing = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const lease = await acquireLock(store, request(`run-${index}`), free, {
          ...timing,
          waitMs: 20_000,
        });
        holders += 1;
        expect(holders).toBe(1);
        await sleep(5);
        holders -= 1;
        await lease.release();
        return lease.fencing;
      }),
    );
    expect([...fencing].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect((await current(store))?.state).toBe('released');
  });

  it('is taken over only when the heartbeat stood still for the whole time to live', async () => {
    const store = createMemoryStore();
    await leave(store);
    const start = performance.now();
    const lease = await acquireLock(store, request('new-run'), free, timing);
    expect(performance.now() - start).toBeGreaterThanOrEqual(timing.ttlMs);
    expect(lease.fencing).toBe(4);
    await lease.release();
  });

  it.each([
    [
      'a Terraform that runs here',
      { ...free, childRuns: async () => true },
      'its Terraform still runs',
    ],
    [
      "somebody's Terraform lock",
      { ...free, foreignStateLock: async () => 'root@runner' },
      'root@runner',
    ],
  ])('is not taken over from %s', async (_name, guards, message) => {
    const store = createMemoryStore();
    await leave(store);
    await expect(
      acquireLock(store, request('new-run'), guards, {
        ...timing,
        waitMs: 500,
      }),
    ).rejects.toThrow(message);
  });

  it('stays with the machine that keeps a state, and is taken there', async () => {
    const store = createMemoryStore();
    await leave(store, {
      strandedState: { machine: 'other', path: '/somewhere/errored.tfstate' },
    });
    await expect(
      acquireLock(store, request('new-run'), free, timing),
    ).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('other at /somewhere'),
    });
    const lease = await acquireLock(
      store,
      request('new-run'),
      { ...free, hasStrandedState: () => true },
      timing,
    );
    expect(lease.taken.strandedState?.machine).toBe('other');
    await lease.setStranded(null);
    await lease.release();
    expect(await current(store)).toMatchObject({
      state: 'released',
      fencing: 4,
    });
  });

  it('survives a bucket that is away, and says when it was taken by somebody else', async () => {
    const store = createMemoryStore();
    const lease = await acquireLock(store, request('first-run'), free, timing);
    store.failure = new NanteError('unreachable', 'away');
    await sleep(100);
    await expect(lease.assertHeld()).rejects.toMatchObject({
      code: 'unreachable',
    });
    store.failure = undefined;
    await lease.assertHeld();
    expect(lease.lost.aborted).toBe(false);
    await leave(store, { fencing: 8 });
    await expect(lease.assertHeld()).rejects.toMatchObject({ code: 'locked' });
    expect(lease.lost.aborted).toBe(true);
    await lease.release();
    expect((await current(store))?.fencing).toBe(8);
  });
});
