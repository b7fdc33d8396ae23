import { RepositoryReader } from '../git/read';
import type { Repository } from '../model';
import type { Github } from '../server';
import type { FindWorkflow, Found, Origin } from './plan';

const folder = '.github/workflows/';

/** Finds reusable workflows in the repositories of the stand-in; only those that the caller's repository may use. */
export function workflowFinder(
  github: Pick<Github, 'state' | 'git'>,
  caller: Repository,
): FindWorkflow {
  const { state, git } = github;
  const named = (fullName: string) =>
    state.find(
      'repositories',
      ({ owner, name }) =>
        `${owner}/${name}`.toLowerCase() === fullName.toLowerCase(),
    );

  async function read(
    repository: Repository,
    at: { sha: string; ref?: string },
    path: string,
  ): Promise<Found | undefined> {
    const reader = new RepositoryReader(git.folder(repository.id));
    const text = await reader.text(at.sha, path);
    if (text === undefined) return undefined;
    return {
      text,
      path,
      repository: `${repository.owner}/${repository.name}`,
      ...at,
    };
  }

  return async (uses: string, from: Origin) => {
    const [, own] = /^[.$]\/(.+)$/.exec(uses) ?? [];
    if (own) {
      const repository = named(from.repository);
      return repository && isInFolder(own)
        ? read(repository, { sha: from.sha }, own)
        : undefined;
    }
    const [, fullName, path, ref] =
      /^([^/\s]+\/[^/\s]+)\/([^@\s]+)@(\S+)$/.exec(uses) ?? [];
    const repository = fullName === undefined ? undefined : named(fullName);
    if (!repository || !isInFolder(path)) return undefined;
    const isOpen =
      repository.visibility === 'public' || repository.owner === caller.owner;
    if (!isOpen) return undefined;
    const reader = new RepositoryReader(git.folder(repository.id));
    const sha = await reader.resolve(ref);
    if (!sha) return undefined;
    const branch = await reader.ref(`refs/heads/${ref}`);
    const tag = await reader.ref(`refs/tags/${ref}`);
    const full = (branch ?? tag)?.ref;
    return read(repository, { sha, ...(full ? { ref: full } : {}) }, path);
  };
}

function isInFolder(path: string): boolean {
  return path.startsWith(folder) && !path.slice(folder.length).includes('/');
}
