import { z } from 'zod';
import type { GithubConnection } from './connection';
import { readPages } from './pages';
import { pullRequestSchema } from './reading';
import { pathOf } from './repositories';
import type { GithubApi } from './types';

/** Calls about pull requests. */
export function pullRequestCalls(
  connection: GithubConnection,
): Pick<GithubApi, 'pullRequests' | 'createPullRequest'> {
  return {
    pullRequests(repository, { head, base, state = 'open' }, options) {
      const { owner, name: repo } = repository;
      return readPages(
        connection,
        {
          schema: z.array(pullRequestSchema),
          noun: 'list of pull requests',
          asked: { what: `list the pull requests of ${pathOf(repository)}` },
          limit: 100,
          call: (rest, pass) =>
            rest.pulls.list({
              ...{ owner, repo, state },
              ...(head && { head: `${owner}:${head}` }),
              ...(base && { base }),
              ...pass,
            }),
        },
        options,
      );
    },
    createPullRequest(repository, { title, body, head, base }, options) {
      const { owner, name: repo } = repository;
      return connection.read(
        pullRequestSchema,
        'pull request',
        { what: `ask ${pathOf(repository)} to take ${head}` },
        (rest, pass) =>
          rest.pulls.create({
            ...{ owner, repo, title, body, head, base },
            ...pass,
          }),
        options,
      );
    },
  };
}
