import type { GithubApi, GithubCommit, RepositoryName } from '@nante/clients';
import { NanteError } from '@nante/model';

/** Last line of our commits: by it, and by the ledger, they are known to be ours. */
export const trailerOf = (requestId: string) => `Nante-Request: ${requestId}`;

const trailer = /^Nante-Request: [A-Za-z0-9-]{8,64}$/mu;

/** More commits of ours than that on one branch, and somebody should look. */
const mostCommits = 50;

/**
 * The branch of a proposal: undefined where there is none yet.
 *
 * @param isKnown - whether the ledger has an open entry of it
 * @returns its newest commit
 * @throws NanteError `conflict` where it has commits that are not ours
 */
export async function ourBranch(
  api: GithubApi,
  repository: RepositoryName,
  { branch, base, isKnown }: { branch: string; base: string; isKnown: boolean },
  signal?: AbortSignal,
): Promise<GithubCommit | undefined> {
  const head = await api.commit(repository, `heads/${branch}`, { signal });
  if (!head) return undefined;
  const options = { signal, limit: 100 };
  const [on, below] = await Promise.all([
    api.commits(repository, `heads/${branch}`, options),
    api.commits(repository, `heads/${base}`, options),
  ]);
  const known = new Set(below.map(({ sha }) => sha));
  const joint = on.findIndex(({ sha }) => known.has(sha));
  const own = joint < 0 ? on : on.slice(0, joint);
  const isOurs =
    own.every(({ message }) => trailer.test(message)) &&
    own.length <= mostCommits &&
    joint >= 0;
  // A branch without a commit of its own, which nobody has written on, may be taken.
  if (isOurs && (isKnown || own.length === 0)) return head;
  const foreign = own.find(({ message }) => !trailer.test(message));
  throw new NanteError(
    'conflict',
    `There is a branch ${branch} in ${repository.owner}/${repository.name} already, and ${foreign ? `its commit ${foreign.sha.slice(0, 7)} by ${foreign.author} is` : 'it is'} not ours. Nothing was changed.`,
    {
      hint: 'Name another branch; or delete this one in GitHub where nobody needs it.',
    },
  );
}
