import { z } from 'zod';
import type { GithubConnection } from './connection';
import { readPages } from './pages';
import { pathOf } from './repositories';
import type { GithubApi } from './types';

const hooksSchema = z.array(
  z.object({
    id: z.number(),
    active: z.boolean(),
    events: z.array(z.string()),
    config: z.object({ url: z.string().nullish() }),
  }),
);

/** Calls about where a repository sends its events. */
export function webhookCalls(
  connection: GithubConnection,
): Pick<GithubApi, 'ensureWebhook'> {
  return {
    async ensureWebhook(repository, { url, secret, events }, options) {
      const { owner, name: repo } = repository;
      const what = `send events of ${pathOf(repository)} to ${url}`;
      const hooks = await readPages(
        connection,
        {
          schema: hooksSchema,
          noun: 'list of webhooks',
          asked: { what: `list the webhooks of ${pathOf(repository)}` },
          call: (rest, pass) =>
            rest.repos.listWebhooks({ owner, repo, ...pass }),
        },
        options,
      );
      const there = hooks.find(hook => hook.config.url === url);
      if (!there) {
        await connection.send(
          { what },
          (rest, pass) =>
            rest.repos.createWebhook({
              ...{ owner, repo, name: 'web', active: true },
              config: { url, content_type: 'json', secret, insecure_ssl: '0' },
              events: [...events],
              ...pass,
            }),
          options,
        );
        return { isNew: true };
      }
      const lacks = events.filter(event => !there.events.includes(event));
      const hearsAll = there.events.includes('*') || lacks.length === 0;
      if (there.active && hearsAll) return { isNew: false };
      // Its address and secret stay as they are: a secret that is not named would be taken away.
      await connection.send(
        { what },
        (rest, pass) =>
          rest.repos.updateWebhook({
            ...{ owner, repo, hook_id: there.id, active: true },
            ...(hearsAll ? {} : { add_events: lacks }),
            ...pass,
          }),
        options,
      );
      return { isNew: false };
    },
  };
}
