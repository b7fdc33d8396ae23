import type { CallOptions } from '@nante/clients';
import {
  finalRunStates,
  NanteError,
  operationLockSchema,
  type OperationLock,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { isActiveLease } from '../lock/lease';
import { processRuns } from '../lock/machine';
import { isExecutedHere } from '../operation/activeRuns';
import { readDocument, type StoredDocument } from '../store/documents';
import { lockKey } from '../store/keys';

/** What a run does without the lock, beside waiting for it, is over after this; milliseconds. */
const unlockedMs = 300_000;

/**
 * The document of a run as it should be read: one that says that it works, though whoever executed it is gone, is marked
 * `interrupted`. Where nobody can say, it is not.
 */
export async function markInterrupted(
  context: EngineContext,
  run: RunDocument,
  options?: CallOptions,
): Promise<RunDocument> {
  // Most runs are over, and cost no question.
  if (finalRunStates.includes(run.state)) return run;
  try {
    const interrupted = await isInterrupted(context, run, options);
    return interrupted ? { ...run, interrupted } : run;
  } catch (error) {
    // A lock that cannot be read must not hide the run.
    if (NanteError.is(error) && error.code !== 'cancelled') return run;
    throw error;
  }
}

async function isInterrupted(
  context: EngineContext,
  run: RunDocument,
  options?: CallOptions,
): Promise<boolean> {
  if (context.active.has(run.id) || isExecutedHere(run.id)) return false;
  const lock = await readDocument(
    await context.store(),
    lockKey(run.workspace),
    operationLockSchema,
    options,
  );
  const holds = lock?.value.state === 'held' && lock.value.runId === run.id;
  return holds
    ? isHolderGone(context, run.workspace, lock)
    : isUnlockedRunGone(context, run);
}

/** The same proof by which a lock is taken over: the process is dead, or the heartbeat stands still on our own clock. */
async function isHolderGone(
  { timing, lockSightings }: EngineContext,
  workspace: string,
  { etag, value: lock }: StoredDocument<OperationLock>,
): Promise<boolean> {
  const alive = await processRuns(lock.process);
  if (alive !== undefined)
    return !alive || (isOwn(lock.process?.pid) && !isActiveLease(lock));
  const seen = lockSightings.get(workspace);
  if (seen?.etag === etag)
    return performance.now() - seen.since > timing.lockTtlMs;
  lockSightings.set(workspace, { etag, since: performance.now() });
  return false;
}

/** A run before it has the lock, or after a crash that cost it the lock: its own process tells, or else the time. */
async function isUnlockedRunGone(
  { timing }: EngineContext,
  run: RunDocument,
): Promise<boolean> {
  const alive = await processRuns(run.process);
  if (alive !== undefined) return !alive || isOwn(run.process?.pid);
  const moments = run.steps.flatMap(({ startedAt, finishedAt }) => [
    startedAt,
    finishedAt,
  ]);
  const last = [run.createdAt, run.startedAt, ...moments]
    .filter(time => time !== undefined)
    .sort()
    .at(-1);
  return Date.now() - Date.parse(last!) > timing.lockWaitMs + unlockedMs;
}

function isOwn(pid: number | undefined): boolean {
  return pid === process.pid;
}
