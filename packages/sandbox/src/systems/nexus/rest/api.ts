import { Hono } from 'hono';
import { NexusError, restErrorResponse } from '../errors';
import type { Nexus } from '../server';
import { administrationRoutes } from './administration';
import type { RestCall, RestRoute } from './call';
import { componentRoutes } from './components';
import { repositoryRoutes } from './repositories';
import { searchRoutes } from './search';
import { openRoutes, statusRoutes } from './status';

const base = '/service/rest';
const knownRoutes: RestRoute[] = [
  ...statusRoutes,
  ...repositoryRoutes,
  ...componentRoutes,
  ...searchRoutes,
  ...administrationRoutes,
];

/** All calls of the REST API that are served, as `GET /v1/search`. */
export const servedCalls: string[] = [...openRoutes, ...knownRoutes].map(
  ([method, path]) => `${method} ${path}`,
);

/** The REST API, below `/service/rest`. */
export function createRestApi(nexus: Nexus): Hono {
  const app = new Hono();
  app.onError(error => {
    if (error instanceof NexusError) return restErrorResponse(error);
    throw error;
  });
  app.notFound(() => restErrorResponse(new NexusError(404, '')));
  const add = ([method, path, answer]: RestRoute, isOpen: boolean) =>
    app.on(method, base + path.replace(/\{(\w+)\}/g, ':$1'), context => {
      const request = context.req.raw;
      const call: RestCall = {
        nexus,
        request,
        url: new URL(request.url),
        user: isOpen
          ? nexus.users.get('viewer')
          : nexus.users.authenticate(request.headers),
        param: name => context.req.param(name as never) ?? '',
      };
      return answer(call);
    });
  for (const route of openRoutes) add(route, true);
  for (const route of knownRoutes) add(route, false);
  return app;
}
