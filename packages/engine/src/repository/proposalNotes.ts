import type { LedgerEntry } from '@nante/model';
import { isOpen, readLedger, writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';

/** What the ledger says of a proposed change. */
export interface ProposalNotes {
  read(): Promise<LedgerEntry | undefined>;
  /** @param number - of the pull request, once it is known */
  write(state: 'intended' | 'created', number?: number): Promise<void>;
}

/** Notes of one run about the branch of a proposal and its pull request. */
export function proposalNotes(
  { store, recorder }: Run,
  about: {
    connection: string;
    repository: string;
    branch: string;
    requestId: string;
  },
): ProposalNotes {
  const { connection, repository, branch, requestId } = about;
  const { workspace, id: runId } = recorder.document;
  const id = `github/${connection}/pull-request/${repository}:${branch}`;
  return {
    async read() {
      const entries = await readLedger(store, workspace);
      return entries.findLast(entry => entry.id === id && isOpen(entry));
    },
    write: (state, number) =>
      writeEntry(store, workspace, {
        ...{ id, system: 'github', connection, kind: 'pull-request' },
        outsideId: number === undefined ? '' : String(number),
        ...{ host: '', requestId, runId, state },
        undo: `Close the pull request of ${branch} in ${repository}, and delete the branch.`,
      }),
  };
}
