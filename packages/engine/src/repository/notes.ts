import type { LedgerEntry } from '@nante/model';
import { isOpen, readLedger, writeEntry } from '../ledger/ledger';
import { repositoryEntryId } from '../ledger/managedRepositories';
import type { Run } from '../operation/executeRun';

/** What the ledger says of a repository. */
export interface RepositoryNotes {
  /** The open entry; undefined where there is none. */
  read(): Promise<LedgerEntry | undefined>;
  write(
    state: 'intended' | 'created' | 'removed',
    known?: { id?: number; commit?: string },
  ): Promise<void>;
}

/** Notes of one run about one repository. */
export function repositoryNotes(
  { store, recorder }: Run,
  about: { connection: string; repository: string; requestId: string },
): RepositoryNotes {
  const { connection, repository } = about;
  const { workspace, id: runId } = recorder.document;
  const id = repositoryEntryId(connection, repository);
  const read: RepositoryNotes['read'] = async () => {
    const entries = await readLedger(store, workspace);
    return entries.findLast(entry => entry.id === id && isOpen(entry));
  };
  return {
    read,
    async write(state, known = {}) {
      const before = await read();
      const commit = known.commit ?? before?.provenance?.commit;
      await writeEntry(store, workspace, {
        ...{ id, system: 'github', connection, kind: 'repository' },
        outsideId: known.id === undefined ? '' : String(known.id),
        // The stamp in its description names the request that made it.
        requestId: before?.requestId ?? about.requestId,
        ...{ host: '', runId, state },
        ...(commit && { provenance: { commit } }),
        undo: `Delete the repository ${repository} in GitHub, with all that is in it.`,
      });
    },
  };
}
