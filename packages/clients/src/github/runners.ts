import { z } from 'zod';
import type { GithubConnection } from './connection';
import { hasStatus } from './failures';
import { readPages } from './pages';
import { pathOf } from './repositories';
import type { GithubApi, GithubRunner } from './types';

const runnersSchema = z
  .object({
    runners: z.array(
      z.object({
        id: z.number(),
        name: z.string(),
        status: z.string(),
        busy: z.boolean(),
        labels: z.array(z.object({ name: z.string() })),
      }),
    ),
  })
  .transform(({ runners }): GithubRunner[] =>
    runners.map(({ id, name, status, busy, labels }) => ({
      ...{ id, name, isOnline: status === 'online', isBusy: busy },
      labels: labels.map(label => label.name),
    })),
  );

/** Calls about the machines that run workflows. */
export function runnerCalls(
  connection: GithubConnection,
): Pick<GithubApi, 'runners'> {
  return {
    async runners(repository, options) {
      const { owner, name: repo } = repository;
      const list = {
        schema: runnersSchema,
        noun: 'list of runners',
        asked: { what: `list the runners of ${pathOf(repository)}` },
      };
      const [own, shared] = await Promise.all([
        visible(
          readPages(
            connection,
            {
              ...list,
              call: (rest, pass) =>
                rest.actions.listSelfHostedRunnersForRepo({
                  ...{ owner, repo },
                  ...pass,
                }),
            },
            options,
          ),
        ),
        visible(
          readPages(
            connection,
            {
              ...list,
              asked: { what: `list the runners of ${owner}` },
              call: (rest, pass) =>
                rest.actions.listSelfHostedRunnersForOrg({
                  ...{ org: owner },
                  ...pass,
                }),
            },
            options,
          ),
        ),
      ]);
      // One that nobody shows us may be free: then an empty list would be a wrong alarm.
      if (!own || (!shared && own.length === 0)) return undefined;
      const all = [...own, ...(shared ?? [])];
      // A server may list those of the organization with those of the repository.
      const keyOf = ({ id, name }: GithubRunner) => `${id} ${name}`;
      return [...new Map(all.map(one => [keyOf(one), one])).values()];
    },
  };
}

/** Undefined where our token may not see it, which GitHub says by 403 or 404. */
async function visible<T>(list: Promise<T>): Promise<T | undefined> {
  try {
    return await list;
  } catch (error) {
    if (hasStatus(error, 403, 404)) return undefined;
    throw error;
  }
}
