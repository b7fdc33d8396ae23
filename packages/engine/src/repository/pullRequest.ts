import type {
  GithubApi,
  GithubPullRequest,
  RepositoryName,
} from '@nante/clients';
import { NanteError, type ProposeChangeRequest } from '@nante/model';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import type { ProposalNotes } from './proposalNotes';

/** A branch that is going to be asked for. */
export interface Asking {
  run: Run;
  api: GithubApi;
  repository: RepositoryName;
  request: ProposeChangeRequest;
  base: string;
  notes: ProposalNotes;
  lease: Lease;
}

/** The pull request of a branch: the open one, or a new one. */
export async function openPullRequest(
  { run, api, repository, request, base, notes, lease }: Asking,
  step: { detail(text: string): void; skip(text: string): void },
): Promise<{ pull: GithubPullRequest; isNew: boolean }> {
  const { signal } = run;
  const { branch: head, title } = request;
  const find = async (given?: AbortSignal) => {
    const open = await api.pullRequests(
      repository,
      { head, base, state: 'open' },
      { signal: given },
    );
    return open.find(pull => pull.head === head && pull.base === base);
  };
  const there = await find(signal);
  if (there) {
    await notes.write('created', there.number);
    step.skip(`#${there.number} asks for it already.`);
    return { pull: there, isNew: false };
  }
  await lease.assertHeld();
  await notes.write('intended');
  const body = bodyOf(request);
  let pull: GithubPullRequest | undefined;
  try {
    pull = await api.createPullRequest(
      repository,
      { title, body, head, base },
      { signal },
    );
  } catch (error) {
    // The answer may have been lost.
    pull = isUnclear(error) ? await find().catch(() => undefined) : undefined;
    if (!pull) throw error;
  }
  await notes.write('created', pull.number);
  step.detail(`#${pull.number}`);
  return { pull, isNew: true };
}

/** What was written, and who asked: nothing in it is run by anybody. */
function bodyOf({ body, app, requestedBy, requestId }: ProposeChangeRequest) {
  return [
    ...(body.trim() ? [body.trim(), '', '---', ''] : []),
    `Proposed by Nante for ${app}, asked for by ${requestedBy} (request ${requestId}).`,
  ].join('\n');
}

function isUnclear(error: unknown): boolean {
  return (
    NanteError.is(error) && ['unreachable', 'conflict'].includes(error.code)
  );
}
