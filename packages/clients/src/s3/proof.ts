import { randomUUID } from 'node:crypto';
import { NanteError } from '@nante/model';
import type { CallOptions } from '../proxmox/types';
import type { ObjectStore, WriteCondition } from './types';

/** One bare PUT: the status the store answered, whatever it is. */
export type BarePut = (
  key: string,
  body: string,
  condition: WriteCondition,
) => Promise<{ status: number; etag?: string }>;

/**
 * Writes a probe object in the four ways that a lock depends on and checks each answer; the probe is deleted whatever
 * happens.
 *
 * @throws NanteError `failed` that names what the store did instead
 */
export async function proveConditionalWrites(
  store: Pick<ObjectStore, 'endpoint' | 'bucket' | 'delete'>,
  options: CallOptions,
  put: BarePut,
): Promise<void> {
  const key = `nante/.probe-${randomUUID()}`;
  const wrong = (what: string, status: number) =>
    new NanteError(
      'failed',
      `The S3 store at ${store.endpoint} does not honour conditional writes: ${what} Locks would be useless, so nothing is done there.`,
      {
        hint: 'Use a store that does (a current MinIO, VersityGW, AWS S3), or update this one.',
        details: { endpoint: store.endpoint, bucket: store.bucket, status },
      },
    );
  let written = false;
  try {
    const first = await put(key, '1', { ifNoneMatch: '*' });
    written = first.status < 300;
    if (!written || !first.etag) {
      throw wrong(
        written
          ? 'it answers no ETag to a write.'
          : `it refuses If-None-Match even for a key that does not exist (HTTP ${first.status}).`,
        first.status,
      );
    }
    const second = await put(key, '2', { ifNoneMatch: '*' });
    if (second.status < 300) {
      throw wrong(
        'it ignores If-None-Match and overwrites what is there.',
        second.status,
      );
    }
    if (second.status !== 412) {
      throw wrong(
        `it answers HTTP ${second.status} instead of 412 when the object exists.`,
        second.status,
      );
    }
    const stale = await put(key, '3', {
      ifMatch: '"00000000000000000000000000000000"',
    });
    if (stale.status < 300) {
      throw wrong(
        'it ignores If-Match and overwrites what someone else wrote.',
        stale.status,
      );
    }
    if (stale.status !== 412) {
      throw wrong(
        `it answers HTTP ${stale.status} instead of 412 to a stale If-Match.`,
        stale.status,
      );
    }
    const fresh = await put(key, '4', { ifMatch: first.etag });
    if (fresh.status >= 300) {
      throw wrong(
        `it refuses If-Match with the ETag it just answered (HTTP ${fresh.status}).`,
        fresh.status,
      );
    }
  } finally {
    if (written) await store.delete(key, options);
  }
}
