import type { CallOptions } from '../proxmox/types';

export interface StoredObject {
  body: string;
  /** Quoted ETag, to be sent back in `ifMatch`. */
  etag: string;
}

/** When a write may happen: only if nothing is there, only if it still is what we read, or always. */
export type WriteCondition =
  { ifNoneMatch: '*' } | { ifMatch: string } | { always: true };

/**
 * A bucket. Throws `NanteError`: `unreachable`, `unauthorized`, `not-found` (the bucket itself), `conflict`
 * (the condition did not hold; nothing was written).
 */
export interface ObjectStore {
  readonly endpoint: string;
  readonly bucket: string;
  get(key: string, options?: CallOptions): Promise<StoredObject | undefined>;
  put(
    key: string,
    body: string,
    condition: WriteCondition,
    options?: CallOptions,
  ): Promise<{ etag: string }>;
  delete(key: string, options?: CallOptions): Promise<void>;
  /** All keys below a prefix, sorted; pages are followed. */
  list(
    prefix: string,
    options?: CallOptions,
  ): Promise<{ key: string; etag: string; modifiedAt: string; size: number }[]>;
  /**
   * Proves that the store honours conditional writes: writes a probe twice and demands that the second is refused.
   *
   * @throws NanteError `failed`, naming what the store did instead, since locks would be silently useless
   */
  proveConditionalWrites(options?: CallOptions): Promise<void>;
}
