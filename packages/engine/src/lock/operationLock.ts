import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '@nante/clients';
import {
  NanteError,
  operationLockSchema,
  type OperationLock,
  type ProcessMark,
} from '@nante/model';
import { throwIfCancelled } from '../cancel';
import {
  readDocument,
  serialize,
  type StoredDocument,
} from '../store/documents';
import { lockKey } from '../store/keys';
import {
  isActiveLease,
  startLease,
  type Lease,
  type LeaseTiming,
} from './lease';
import { ownProcess, processRuns } from './machine';

/** What a taker has to know before it takes a lock whose holder says nothing any more. */
export interface TakeOverGuards {
  /** A Terraform of the workspace still runs on this machine. */
  childRuns(): Promise<boolean>;
  /** Who holds Terraform's own lock, unless it is provably ours and dead; undefined when nobody. */
  foreignStateLock(): Promise<string | undefined>;
  /** This machine has the state file that could not be uploaded. */
  hasStrandedState(stranded: { machine: string; path: string }): boolean;
}

export interface LockRequest {
  workspace: string;
  runId: string;
  door: OperationLock['door'];
  /** `<door>:<hostname>:<pid>`, for people. */
  holder: string;
  link?: string;
  tool: OperationLock['tool'];
}

export interface AcquireOptions extends LeaseTiming {
  /** Milliseconds to wait for a lock that somebody holds. */
  waitMs: number;
  signal?: AbortSignal;
  /** Waits only until it is known whether the holder is dead: one that lives is an error at once. */
  onlyDead?: boolean;
  /** Told once for each holder that is waited for. */
  onWait?: (current: OperationLock) => void;
}

/**
 * Takes the workspace's lock, waiting while somebody else works. A lease whose holder is gone is taken over, but only
 * when nothing of it can still work: see `mayTake`.
 *
 * @returns the lease; it has to be released
 * @throws NanteError `locked` that names the holder after `waitMs`; `cancelled` by the signal
 */
export async function acquireLock(
  store: ObjectStore,
  request: LockRequest,
  guards: TakeOverGuards,
  options: AcquireOptions,
): Promise<Lease> {
  const key = lockKey(request.workspace);
  const deadline = performance.now() + options.waitMs;
  const seen = { etag: '', since: 0 };
  let waitedFor = '';
  for (;;) {
    throwIfCancelled(options.signal);
    const current = await readDocument(store, key, operationLockSchema);
    const beats = seen.etag !== '' && current?.etag !== seen.etag;
    if (current && current.etag !== seen.etag) {
      seen.etag = current.etag;
      seen.since = performance.now();
    }
    const obstacle = current
      ? await mayTake(current, guards, performance.now() - seen.since, options)
      : undefined;
    if (!obstacle) {
      const taken = await take(store, key, request, current);
      if (taken) return startLease(store, key, taken, options);
      continue;
    }
    const lives = options.onlyDead && (beats || obstacle.lives);
    if (performance.now() >= deadline || obstacle.final || lives)
      throw heldError(request.workspace, current!.value, obstacle);
    if (waitedFor !== current!.value.runId) {
      waitedFor = current!.value.runId;
      options.onWait?.(current!.value);
    }
    await sleep(Math.min(options.heartbeatMs / 4, 1_000), undefined, {
      signal: options.signal,
    }).catch(() => throwIfCancelled(options.signal));
  }
}

/**
 * Gives back what a run that has ended still holds, because its process died between its last word and this. Whatever
 * cannot be proved to be dead keeps its lock.
 */
export async function releaseAfterDeath(
  store: ObjectStore,
  workspace: string,
  runId: string,
): Promise<void> {
  const key = lockKey(workspace);
  const found = await readDocument(store, key, operationLockSchema);
  const lock = found?.value;
  if (lock?.state !== 'held' || lock.runId !== runId || lock.strandedState)
    return;
  if ((await processRuns(lock.process)) !== false) return;
  try {
    const released = { ...lock, state: 'released' as const };
    await store.put(key, serialize(released), { ifMatch: found!.etag });
  } catch (error) {
    // Somebody has taken it meanwhile.
    if (!NanteError.is(error) || error.code !== 'conflict') throw error;
  }
}

interface Obstacle {
  /** Why the lock isn't taken, for the error. */
  reason?: string;
  hint?: string;
  /** Waiting changes nothing. */
  final?: boolean;
  /** The holder's process runs on this machine. */
  lives?: boolean;
}

/**
 * Expiry alone proves no death: a machine that lost its network may still run Terraform. So a held lock is taken only when
 * its holder is gone (its process is dead on this very machine, or its heartbeat stood still for the whole time to live on
 * our own clock), no Terraform of it runs here, and Terraform's own lock is free or provably ours.
 */
async function mayTake(
  { value: lock }: StoredDocument<OperationLock>,
  guards: TakeOverGuards,
  unchangedMs: number,
  timing: LeaseTiming,
): Promise<Obstacle | undefined> {
  if (lock.state === 'released') return undefined;
  const alive = await processRuns(lock.process);
  if (lock.strandedState) {
    // Its holder stops beating when it leaves; while it beats, somebody is uploading the file right now.
    const left = alive === false || unchangedMs > 2.5 * timing.heartbeatMs;
    if (guards.hasStrandedState(lock.strandedState))
      return left ? undefined : {};
    return {
      final: true,
      reason: `its last run could not upload the Terraform state, which lies on ${lock.strandedState.machine} at ${lock.strandedState.path}`,
      hint: 'Start any run of this workspace on that machine: it uploads the state first.',
    };
  }
  // Our own process may hold a lock that it could not give back while the bucket was away.
  const isLeft = alive && isOwnIdleLock(lock, await ownProcess());
  if (alive && !isLeft) return { lives: true };
  if (alive === undefined && unchangedMs < timing.ttlMs) return {};
  if (await guards.childRuns()) return { reason: 'its Terraform still runs' };
  const foreign = await guards.foreignStateLock();
  if (foreign)
    return {
      reason: `the run is gone, but Terraform's own lock is held by ${foreign}`,
      hint: 'When no Terraform works on this workspace any more, release it with: terraform force-unlock ID',
    };
  return undefined;
}

function isOwnIdleLock(lock: OperationLock, own: ProcessMark): boolean {
  return (
    lock.process?.machine === own.machine &&
    lock.process.pid === own.pid &&
    !isActiveLease(lock)
  );
}

async function take(
  store: ObjectStore,
  key: string,
  request: LockRequest,
  current: StoredDocument<OperationLock> | undefined,
): Promise<StoredDocument<OperationLock> | undefined> {
  const value: OperationLock = {
    version: 1,
    state: 'held',
    fencing: (current?.value.fencing ?? 0) + 1,
    holder: request.holder,
    door: request.door,
    runId: request.runId,
    link: request.link,
    tool: request.tool,
    acquiredAt: new Date().toISOString(),
    heartbeat: 0,
    process: await ownProcess(),
    strandedState: current?.value.strandedState,
  };
  try {
    const { etag } = await store.put(
      key,
      serialize(value),
      current ? { ifMatch: current.etag } : { ifNoneMatch: '*' },
    );
    return { value, etag };
  } catch (error) {
    // Somebody was faster, or the answer to our own write was lost; the next look tells.
    if (NanteError.is(error) && error.code === 'conflict') {
      const now = await readDocument(store, key, operationLockSchema);
      return now && isOwn(now.value, value) ? now : undefined;
    }
    throw error;
  }
}

function isOwn(found: OperationLock, own: OperationLock): boolean {
  return (
    found.state === 'held' &&
    found.fencing === own.fencing &&
    found.acquiredAt === own.acquiredAt &&
    found.holder === own.holder &&
    found.runId === own.runId
  );
}

function heldError(
  workspace: string,
  lock: OperationLock,
  obstacle: Obstacle,
): NanteError {
  const where = lock.link ? `, ${lock.link}` : '';
  return new NanteError(
    'locked',
    `${workspace} is locked by ${lock.holder} (run ${lock.runId}${where}) since ${lock.acquiredAt}${obstacle.reason ? `: ${obstacle.reason}` : ''}`,
    {
      hint: obstacle.hint ?? 'Wait for that run to end, or cancel it.',
      details: {
        holder: lock.holder,
        runId: lock.runId,
        link: lock.link,
        since: lock.acquiredAt,
      },
    },
  );
}
