import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions, ObjectStore } from '@nante/clients';
import { NanteError } from '@nante/model';
import { z } from 'zod';

/** A document with the ETag that its next conditional write needs. */
export interface StoredDocument<T> {
  value: T;
  etag: string;
}

const attempts = 12;

/**
 * Reads a document.
 *
 * @returns undefined when there is none
 * @throws NanteError `failed` when what lies there isn't such a document, with the place that is wrong
 */
export async function readDocument<S extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: S,
  options?: CallOptions,
): Promise<StoredDocument<z.output<S>> | undefined> {
  const found = await store.get(key, options);
  if (!found) return undefined;
  return { value: parse(store, key, schema, found.body), etag: found.etag };
}

/**
 * Reads, changes and writes a document under the condition that nobody wrote in between; starts again when somebody did.
 *
 * @param change - gets what is there now; answers the new value, or undefined to leave everything as it is. It may be
 *   called several times, also after a write whose answer was lost, so it must be idempotent.
 * @returns the value that stands in the bucket afterwards; undefined when there is none and none was written
 */
export async function updateDocument<S extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: S,
  change: (current: z.output<S> | undefined) => z.output<S> | undefined,
  options?: CallOptions,
): Promise<z.output<S> | undefined> {
  for (let attempt = 0; ; attempt++) {
    const current = await readDocument(store, key, schema, options);
    const next = change(current?.value);
    if (next === undefined) return current?.value;
    try {
      await store.put(
        key,
        serialize(next),
        current ? { ifMatch: current.etag } : { ifNoneMatch: '*' },
        options,
      );
      return next;
    } catch (error) {
      const again =
        NanteError.is(error) &&
        error.code === 'conflict' &&
        attempt < attempts - 1;
      if (!again) throw error;
      await sleep(Math.random() * 20 * 2 ** Math.min(attempt, 5), undefined, {
        signal: options?.signal,
      });
    }
  }
}

/** JSON as it stands in the bucket: readable, because people look at it. */
export function serialize(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Repeats an action while the other side does not answer: for writes that close a run, which must not be lost because a
 * bucket was away for a minute.
 *
 * @param deadlineMs - milliseconds after which the last error is thrown
 * @param onRetry - told once per failed attempt
 */
export async function patiently<T>(
  action: () => Promise<T>,
  deadlineMs: number,
  onRetry?: (error: NanteError) => void,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (let pause = 200; ; pause = Math.min(pause * 2, 5_000)) {
    try {
      return await action();
    } catch (error) {
      const again =
        NanteError.is(error) &&
        error.code === 'unreachable' &&
        Date.now() + pause < end;
      if (!again) throw error;
      onRetry?.(error);
      await sleep(pause * (0.75 + Math.random() / 2));
    }
  }
}

function parse<S extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: S,
  body: string,
): z.output<S> {
  const problem = (message: string, cause?: unknown) =>
    new NanteError(
      'failed',
      `${key} in the bucket ${store.bucket} cannot be read: ${message}`,
      {
        hint: 'Was it edited by hand, or written by a newer release? Take an earlier version of the object, or correct it.',
        cause,
      },
    );
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw problem('it is no JSON', error);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw problem(z.prettifyError(result.error));
  return result.data;
}
