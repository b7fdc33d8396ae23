import { createHash } from 'node:crypto';
import type { ObjectStore, WriteCondition } from '@nante/clients';
import { NanteError } from '@nante/model';

/** A bucket in memory that honours conditions; `fail` makes the next calls fail. */
export interface MemoryStore extends ObjectStore {
  objects: Map<string, { body: string; etag: string; modifiedAt: string }>;
  /** Thrown by every call while set. */
  failure?: NanteError;
  writes: string[];
}

export function createMemoryStore(): MemoryStore {
  const objects: MemoryStore['objects'] = new Map();
  let version = 0;
  const holds = (key: string, condition: WriteCondition) => {
    const current = objects.get(key);
    if ('ifNoneMatch' in condition) return !current;
    if ('ifMatch' in condition) return current?.etag === condition.ifMatch;
    return true;
  };
  const store: MemoryStore = {
    endpoint: 'memory',
    bucket: 'memory',
    objects,
    writes: [],
    async get(key) {
      if (store.failure) throw store.failure;
      const found = objects.get(key);
      return found && { body: found.body, etag: found.etag };
    },
    async put(key, body, condition) {
      if (store.failure) throw store.failure;
      if (!holds(key, condition))
        throw new NanteError('conflict', `${key}: the condition did not hold`);
      version += 1;
      const hash = createHash('md5').update(`${body}`).digest('hex');
      const modifiedAt = new Date(1_700_000_000_000 + version * 1000);
      objects.set(key, {
        body,
        etag: `"${hash}"`,
        modifiedAt: modifiedAt.toISOString(),
      });
      store.writes.push(key);
      return { etag: `"${hash}"` };
    },
    async delete(key) {
      if (store.failure) throw store.failure;
      objects.delete(key);
    },
    async list(prefix) {
      if (store.failure) throw store.failure;
      return [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, { etag, modifiedAt, body }]) => ({
          key,
          etag,
          modifiedAt,
          size: body.length,
        }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async proveConditionalWrites() {},
  };
  return store;
}
