import type { CallOptions } from '@nante/clients';
import type { LedgerEntry } from '@nante/model';
import type { EngineContext } from '../context';
import { parseLedgerKey, recordsPrefix } from '../store/keys';
import type { ManagedRepository } from '../types';
import { isOpen, readLedger } from './ledger';

/** Workspaces of apps' releases begin with this; see `releasesWorkspace`. */
const releases = 'releases.';

/** See `Engine.managedRepositories`. */
export async function managedRepositories(
  context: Pick<EngineContext, 'store'>,
  options?: CallOptions,
): Promise<ManagedRepository[]> {
  const store = await context.store();
  const keys = await store.list(`${recordsPrefix}${releases}`, options);
  const workspaces = keys.flatMap(({ key }) => parseLedgerKey(key) ?? []);
  const found = await Promise.all(
    workspaces.map(async workspace =>
      (await readLedger(store, workspace, options))
        .filter(isRepository)
        .map(({ connection, id, outsideId, runId }) => ({
          app: workspace.slice(releases.length),
          connection,
          repository: repositoryOf(id),
          repositoryId: outsideId,
          runId,
        })),
    ),
  );
  return found.flat();
}

function isRepository(entry: LedgerEntry): boolean {
  return (
    entry.system === 'github' &&
    entry.kind === 'repository' &&
    entry.outsideId !== '' &&
    isOpen(entry)
  );
}

/** Id of the ledger's entry of a repository. */
export function repositoryEntryId(
  connection: string,
  repository: string,
): string {
  return `github/${connection}/repository/${repository}`;
}

function repositoryOf(id: string): string {
  return id.split('/').slice(3).join('/');
}
