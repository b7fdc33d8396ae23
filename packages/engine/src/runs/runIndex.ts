import type { CallOptions, ObjectStore } from '@nante/clients';
import {
  NanteError,
  runDocumentSchema,
  type RunDocument,
  type RunLogLine,
} from '@nante/model';
import type { EngineContext } from '../context';
import { readDocument, updateDocument } from '../store/documents';
import { parseRunKey, recordsPrefix, runKey, runLogKey } from '../store/keys';
import { parseLog } from './parseLog';
import { mergeLogs, readLocalLog } from './runLog';

/** Runs of all doors as the bucket has them. */
export interface RunIndex {
  list(options?: CallOptions & { limit?: number }): Promise<RunDocument[]>;
  get(id: string, options?: CallOptions): Promise<RunDocument | undefined>;
  log(id: string, after: number, options?: CallOptions): Promise<RunLogLine[]>;
  requestCancel(id: string): Promise<void>;
}

export function createRunIndex(
  context: Pick<EngineContext, 'active' | 'log' | 'options' | 'store'>,
): RunIndex {
  /** What did not change need not be read again: a list of runs is one listing and the documents that are new. */
  const cache = new Map<string, { etag: string; run: RunDocument }>();
  const workspaces = new Map<string, string>();

  const listed = async (store: ObjectStore, options?: CallOptions) => {
    const objects = await store.list(recordsPrefix, options);
    return objects.flatMap(object => {
      const run = parseRunKey(object.key);
      if (!run) return [];
      workspaces.set(run.id, run.workspace);
      return [{ ...object, ...run }];
    });
  };

  const workspaceOf = async (id: string, options?: CallOptions) => {
    if (!workspaces.has(id)) await listed(await context.store(), options);
    return workspaces.get(id);
  };

  return {
    async list({ limit = 100, ...options } = {}) {
      const store = await context.store();
      const objects = await listed(store, options);
      const newest = objects
        .sort((a, b) => (a.modifiedAt < b.modifiedAt ? 1 : -1))
        .slice(0, limit);
      const runs = await Promise.all(
        newest.map(async ({ key, etag }) => {
          const known = cache.get(key);
          if (known?.etag === etag) return known.run;
          const found = await readDocument(
            store,
            key,
            runDocumentSchema,
            options,
          ).catch(error => {
            // One document that cannot be read must not hide all the others.
            if (NanteError.is(error) && error.code !== 'failed') throw error;
            context.log(
              'warn',
              error instanceof Error ? error.message : String(error),
            );
            return undefined;
          });
          if (found) cache.set(key, { etag: found.etag, run: found.value });
          return found?.value;
        }),
      );
      return runs
        .flatMap(run =>
          run ? [context.active.get(run.id)?.recorder.document ?? run] : [],
        )
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    },
    async get(id, options) {
      const active = context.active.get(id);
      if (active) return active.recorder.document;
      const workspace = await workspaceOf(id, options);
      if (!workspace) return undefined;
      const key = runKey(workspace, id);
      const known = cache.get(key);
      // A run that failed may be taken up again; one that succeeded never changes any more.
      if (known?.run.state === 'succeeded') return known.run;
      const found = await readDocument(
        await context.store(),
        key,
        runDocumentSchema,
        options,
      );
      if (found) cache.set(key, { etag: found.etag, run: found.value });
      return found?.value;
    },
    async log(id, after, options) {
      // Ids come from addresses of pages: only one that is a run's may become part of a path.
      if (!/^[A-Za-z0-9-]{8,64}$/.test(id)) return [];
      const active = context.active.get(id);
      if (active) return active.recorder.linesAfter(after);
      const local = readLocalLog(context.options.workDirectory, id);
      const remote = async () => {
        const workspace = await workspaceOf(id, options);
        const found =
          workspace &&
          (await (
            await context.store()
          ).get(runLogKey(workspace, id), options));
        return found ? parseLog(found.body) : [];
      };
      // A run that began here may have gone on elsewhere.
      const lines = mergeLogs(local ?? [], await remote());
      return lines.filter(({ n }) => n > after);
    },
    async requestCancel(id) {
      const active = context.active.get(id);
      active?.cancel();
      const workspace = await workspaceOf(id);
      if (!workspace)
        throw new NanteError('not-found', `There is no run ${id}.`);
      await updateDocument(
        await context.store(),
        runKey(workspace, id),
        runDocumentSchema,
        run =>
          !run ||
          run.cancelRequested ||
          !['queued', 'running'].includes(run.state)
            ? undefined
            : { ...run, cancelRequested: true },
      );
    },
  };
}
