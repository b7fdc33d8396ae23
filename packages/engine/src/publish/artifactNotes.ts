import type { NexusApi } from '@nante/clients';
import type { LedgerEntry, PublishRequest } from '@nante/model';
import { isOpen, readLedger, writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import type { Publication } from './publication';

/** What the ledger says of an artifact that is published. */
export interface ArtifactNotes {
  write(state: 'intended' | 'created' | 'removed'): Promise<void>;
  /** What was only intended turned out to be there. */
  confirm(): Promise<void>;
}

/** Notes of one run about one artifact. */
export function artifactNotes(
  { store, recorder }: Run,
  { repository, requestId, commit, buildUrl }: PublishRequest,
  { connection, publication }: { connection: string; publication: Publication },
): ArtifactNotes {
  const { workspace, id: runId } = recorder.document;
  const { path, digest } = publication;
  const id = `nexus/${connection}/artifact/${repository}/${path}`;
  const write: ArtifactNotes['write'] = state =>
    writeEntry(store, workspace, {
      ...{ id, system: 'nexus', connection, kind: 'artifact' },
      ...{ outsideId: `${repository}/${path}`, host: '' },
      ...{ requestId, runId, state, digest },
      ...((commit ?? buildUrl) ? { provenance: { commit, buildUrl } } : {}),
      undo: `Delete ${path} in the repository ${repository} of Nexus.`,
    });
  return {
    write,
    async confirm() {
      const entries = await readLedger(store, workspace);
      const last: LedgerEntry | undefined = entries.findLast(
        entry => entry.id === id && isOpen(entry),
      );
      if (last?.state === 'intended' && last.digest === digest)
        await write('created');
    },
  };
}

/**
 * What a run that did not succeed left, one line each. Called after a cancel too, so that it listens to no signal of the run.
 */
export async function artifactLeftovers(
  nexus: NexusApi,
  { repository }: PublishRequest,
  publication: Publication,
  notes: ArtifactNotes,
): Promise<string[]> {
  const there = await publication.there(nexus);
  if (there !== publication.digest) return [];
  await notes.confirm();
  return [`${publication.path} in the repository ${repository} of Nexus`];
}
