import { z } from 'zod';
import { time } from '../answers/basics';
import { repositoryApi } from '../answers/repository';
import { notFound, unprocessable } from '../errors';
import { input } from '../input';
import type { Delivery, Hook } from '../model';
import type { Call, Route } from '../router';
import { pingPayload } from '../webhooks/payloads';

const configSchema = z.object({
  url: z.string().optional(),
  content_type: z.string().optional(),
  secret: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
});

const newSchema = z.object({
  name: z.literal('web').optional(),
  config: configSchema,
  events: z.array(z.string()).default(['push']),
  active: z.boolean().default(true),
});

const changeSchema = z.object({
  config: configSchema.optional(),
  events: z.array(z.string()).optional(),
  add_events: z.array(z.string()).default([]),
  remove_events: z.array(z.string()).default([]),
  active: z.boolean().optional(),
});

function hook({ github, repository }: Call, document: Hook) {
  const url = `${repositoryApi(github, repository)}/hooks/${document.id}`;
  return {
    type: 'Repository',
    id: document.id,
    name: 'web',
    active: document.isActive,
    events: document.events,
    config: {
      content_type: document.contentType,
      insecure_ssl: document.insecureSsl,
      url: document.url,
      // As on GitHub, nobody gets it back.
      ...(document.secret ? { secret: '********' } : {}),
    },
    updated_at: time(document.updatedAt),
    created_at: time(document.createdAt),
    url,
    test_url: `${url}/tests`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: document.lastResponse,
  };
}

function hookOf({ github, repository, params }: Call): Hook {
  const found = github.state.get('hooks', Number(params.hook_id));
  if (found?.repository !== repository.id) throw notFound();
  return found;
}

/** @throws GithubError 422 for an address that is none */
function configOf(config: z.output<typeof configSchema>) {
  const { url, content_type: type, secret, insecure_ssl: insecure } = config;
  if (url !== undefined && !/^https?:\/\//.test(url))
    throw unprocessable('Validation Failed', {
      resource: 'Hook',
      code: 'custom',
      field: 'url',
      message: 'url is not a valid URL',
    });
  return {
    ...(url === undefined ? {} : { url }),
    ...(type === undefined
      ? {}
      : {
          contentType: type === 'json' ? ('json' as const) : ('form' as const),
        }),
    ...(secret === undefined ? {} : { secret }),
    ...(insecure === undefined ? {} : { insecureSsl: String(insecure) }),
  };
}

function ping(call: Call, document: Hook) {
  const { github, repository, by } = call;
  github.webhooks.ping(
    document,
    pingPayload(github, repository, by.login, document, hook(call, document)),
  );
}

function item({ repository }: Call, delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: time(delivery.deliveredAt),
    redelivery: delivery.isRedelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: repository.id,
    throttled_at: null,
  };
}

function deliveryOf(call: Call): Delivery {
  const found = call.github.state.get(
    'deliveries',
    Number(call.params.delivery_id),
  );
  if (found?.hook !== hookOf(call).id) throw notFound();
  return found;
}

const base = '/repos/{owner}/{repo}/hooks';
const access = { needs: 'admin' as const };

export const hookRoutes: Route[] = [
  {
    call: `GET ${base}`,
    ...access,
    answer: call =>
      call
        .page(
          call.github.state.filter(
            'hooks',
            ({ repository }) => repository === call.repository.id,
          ),
        )
        .map(one => hook(call, one)),
  },
  {
    call: `POST ${base}`,
    ...access,
    status: 201,
    answer(call) {
      const { github, repository } = call;
      const asked = input(newSchema, call.body);
      const config = configOf(asked.config);
      if (config.url === undefined)
        throw unprocessable('Validation Failed', {
          ...{ resource: 'Hook', code: 'missing_field', field: 'url' },
        });
      const same = github.state.find(
        'hooks',
        one => one.repository === repository.id && one.url === config.url,
      );
      if (same)
        throw unprocessable('Validation Failed', {
          resource: 'Hook',
          code: 'custom',
          message: 'Hook already exists on this repository',
        });
      const at = new Date().toISOString();
      const made = github.state.insert('hooks', {
        ...{ repository: repository.id, contentType: 'form' },
        ...{ insecureSsl: '0', createdAt: at, updatedAt: at },
        events: asked.events,
        isActive: asked.active,
        lastResponse: { code: null, status: 'unused', message: null },
        ...config,
        url: config.url,
      });
      ping(call, made);
      return hook(call, made);
    },
  },
  {
    call: `GET ${base}/{hook_id}`,
    ...access,
    answer: call => hook(call, hookOf(call)),
  },
  {
    call: `PATCH ${base}/{hook_id}`,
    ...access,
    answer(call) {
      const known = hookOf(call);
      const asked = input(changeSchema, call.body);
      const events = [...(asked.events ?? known.events), ...asked.add_events];
      const changed = call.github.state.update('hooks', known.id, {
        ...configOf(asked.config ?? {}),
        // GitHub forgets a secret that is not sent along with a new configuration.
        ...(asked.config && asked.config.secret === undefined
          ? { secret: undefined }
          : {}),
        events: [...new Set(events)].filter(
          event => !asked.remove_events.includes(event),
        ),
        isActive: asked.active ?? known.isActive,
        updatedAt: new Date().toISOString(),
      });
      return hook(call, changed);
    },
  },
  {
    call: `DELETE ${base}/{hook_id}`,
    ...access,
    answer(call) {
      const { id } = hookOf(call);
      const { state } = call.github;
      state.remove('hooks', id);
      for (const one of state.filter('deliveries', ({ hook: of }) => of === id))
        state.remove('deliveries', one.id);
    },
  },
  {
    call: `POST ${base}/{hook_id}/pings`,
    ...access,
    answer: call => ping(call, hookOf(call)),
  },
  {
    call: `GET ${base}/{hook_id}/deliveries`,
    ...access,
    answer(call) {
      const { id } = hookOf(call);
      const found = call.github.state
        .filter('deliveries', one => one.hook === id)
        .reverse();
      return call.page(found).map(one => item(call, one));
    },
  },
  {
    call: `GET ${base}/{hook_id}/deliveries/{delivery_id}`,
    ...access,
    answer(call) {
      const found = deliveryOf(call);
      return {
        ...item(call, found),
        url: found.url,
        request: {
          headers: found.request.headers,
          payload: JSON.parse(found.request.body),
        },
        response: {
          headers: found.response.headers,
          payload: found.response.body,
        },
      };
    },
  },
  {
    call: `POST ${base}/{hook_id}/deliveries/{delivery_id}/attempts`,
    ...access,
    status: 202,
    answer(call) {
      call.github.webhooks.redeliver(deliveryOf(call));
      return {};
    },
  },
];
