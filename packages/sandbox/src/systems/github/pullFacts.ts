import type { PullFacts } from './answers/pulls';
import { missingChecks } from './updatePolicy';
import { RepositoryReader, type FileChange } from './git/read';
import { RepositoryWriter } from './git/write';
import type { Pull, Repository } from './model';
import type { Github } from './server';

/** The commits and files that a pull request would bring. */
export async function pullContents(
  { git }: Pick<Github, 'git'>,
  { id }: Repository,
  { head, base, mergedAt }: Pull,
): Promise<{ from: string; changes: FileChange[] }> {
  const reader = new RepositoryReader(git.folder(id));
  const tip = mergedAt
    ? base.sha
    : ((await reader.resolve(`refs/heads/${base.ref}`)) ?? base.sha);
  const from = (await reader.mergeBase(tip, head.sha)) ?? base.sha;
  return { from, changes: await reader.changes(from, head.sha) };
}

/** What is counted of a pull request, and whether it can be merged. */
export async function pullFacts(
  github: Pick<Github, 'git' | 'state'>,
  repository: Repository,
  pull: Pull,
): Promise<PullFacts> {
  const folder = github.git.folder(repository.id);
  const reader = new RepositoryReader(folder);
  const { from, changes } = await pullContents(github, repository, pull);
  const counts = {
    commits: await reader.count(`${from}..${pull.head.sha}`),
    additions: changes.reduce((sum, { additions }) => sum + additions, 0),
    deletions: changes.reduce((sum, { deletions }) => sum + deletions, 0),
    changedFiles: changes.length,
  };
  if (pull.state === 'closed')
    return { ...counts, mergeable: null, state: 'unknown' };
  const tip = await reader.resolve(`refs/heads/${pull.base.ref}`);
  const tree =
    tip && (await new RepositoryWriter(folder).mergedTree(tip, pull.head.sha));
  if (!tree) return { ...counts, mergeable: false, state: 'dirty' };
  const isBlocked = blockers(github, repository, pull).length > 0;
  return { ...counts, mergeable: true, state: isBlocked ? 'blocked' : 'clean' };
}

/** What the protection of the base branch misses, in GitHub's sentences. */
export function blockers(
  { state }: Pick<Github, 'state'>,
  repository: Repository,
  { base, head }: Pull,
): string[] {
  const protection = state.find(
    'protections',
    one => one.repository === repository.id && one.branch === base.ref,
  );
  if (!protection) return [];
  const missing = missingChecks(state, protection, repository, head.sha);
  // Reviews are not part of the stand-in: one that is required never comes.
  return protection.approvals
    ? [...missing, 'At least 1 approving review is required.']
    : missing;
}
