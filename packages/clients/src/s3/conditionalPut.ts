import { NanteError } from '@nante/model';
import { RetryableFailure } from '../http/retry';
import { answerOf } from './failures';
import type { StoredObject, WriteCondition } from './types';

/** The two calls that a guarded write is made of; each is one request and is never repeated by itself. */
export interface PutSteps {
  /** Throws what the SDK throws. */
  write(): Promise<{ etag: string }>;
  /** What lies at the key now. */
  read(): Promise<StoredObject | undefined>;
  /** Translates what `write` threw. */
  translate(error: unknown): Error;
}

/**
 * True for an answer that says: the condition did not hold. A key that is gone answers `If-Match` with 404 at some
 * stores and with 412 at others; old MinIO answers 304.
 */
export function isRefusedCondition(
  error: unknown,
  condition: WriteCondition,
): boolean {
  const { status, code } = answerOf(error);
  if ('always' in condition) return false;
  if (status === 412 || status === 304) return true;
  return 'ifMatch' in condition && status === 404 && code !== 'NoSuchBucket';
}

/** The store was busy with another write to the key and asks for a repetition; nothing was written. */
function isConcurrentWrite(error: unknown): boolean {
  return answerOf(error).status === 409;
}

function conflict(key: string, condition: WriteCondition): NanteError {
  return new NanteError(
    'conflict',
    'ifNoneMatch' in condition
      ? `${key} exists already; nothing was written.`
      : `${key} was changed or removed by someone else meanwhile; nothing was written.`,
    { details: { key } },
  );
}

/**
 * One try of a write that knows about the tries before it.
 *
 * When a connection breaks, the write may have happened. The object is then read back: our body means that it was
 * written; the state that the condition names means that it was not, and the write may be repeated; anything else is a
 * foreign write. A body that two writers could produce alike makes both believe that they wrote it, so contested
 * documents (locks) name their holder.
 *
 * @throws RetryableFailure when the write certainly may be repeated
 */
export async function tryPut(
  key: string,
  body: string,
  condition: WriteCondition,
  earlier: { ambiguous: boolean },
  steps: PutSteps,
): Promise<{ etag: string }> {
  try {
    return await steps.write();
  } catch (error) {
    const refused = isRefusedCondition(error, condition);
    if (refused && !earlier.ambiguous) throw conflict(key, condition);
    const failure = refused ? conflict(key, condition) : steps.translate(error);
    if (isConcurrentWrite(error)) throw new RetryableFailure(failure);
    if (!refused && !(failure instanceof RetryableFailure)) throw failure;
    if ('always' in condition) throw failure;

    earlier.ambiguous = true;
    const current = await steps.read();
    if (current?.body === body) return { etag: current.etag };
    if (refused) throw failure;
    const untouched =
      'ifNoneMatch' in condition
        ? current === undefined
        : current?.etag === condition.ifMatch;
    if (!untouched) throw conflict(key, condition);
    throw failure;
  }
}
