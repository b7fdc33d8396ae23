import type { CallOptions } from '../proxmox/types';
import type { GithubConnection } from './connection';
import { unlessAbsent } from './failures';
import { commitSchema } from './reading';
import { pathOf } from './repositories';
import type { GithubCommit, RepositoryName } from './types';

/** The newest commit of a ref, also one that only starts an empty repository. */
export function newestCommit(
  connection: GithubConnection,
  repository: RepositoryName,
  ref: string,
  options?: CallOptions,
): Promise<GithubCommit | undefined> {
  const { owner, name: repo } = repository;
  return unlessAbsent(
    connection.read(
      commitSchema,
      'commit',
      { what: `find ${ref} in ${pathOf(repository)}` },
      (rest, pass) =>
        // Of the files that it changed, only as many as there must be.
        rest.repos.getCommit({ owner, repo, ref, per_page: 1, ...pass }),
      options,
    ),
    // 409: an empty repository; 422: no such commit.
    ...[404, 409, 422],
  );
}
