import {
  type MockWithApiFactory,
  attachMockApiFactory,
  mockApis,
  registerMswTestHooks,
  renderTestApp,
} from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  type HttpResponseResolver,
  type JsonBodyType,
  HttpResponse,
  http,
} from 'msw';
import { setupServer } from 'msw/node';
import {
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { InfrastructureClient } from '../api/InfrastructureClient';
import { infrastructurePlugin } from '../plugin';

const BASE = 'http://localhost:7007/api/infrastructure';

/** A backend for the tests of a file: what isn't answered by a test is an error. */
export function fakeBackend() {
  const server = setupServer();
  registerMswTestHooks(server);
  return {
    answer(path: string, body: JsonBodyType, status = 200) {
      server.use(
        http.get(`${BASE}${path}`, () => HttpResponse.json(body, { status })),
      );
    },
    /** Answers as the request asks. */
    respond(path: string, resolver: HttpResponseResolver) {
      server.use(http.get(`${BASE}${path}`, resolver));
    },
    refuse(path: string, status: number, name: string, message: string) {
      server.use(
        http.get(`${BASE}${path}`, () =>
          HttpResponse.json(
            { error: { name, message }, response: { statusCode: status } },
            { status },
          ),
        ),
      );
    },
    never(path: string) {
      server.use(http.get(`${BASE}${path}`, () => new Promise(() => {})));
    },
    refusePost(path: string, status: number, name: string, message: string) {
      server.use(
        http.post(`${BASE}${path}`, () =>
          HttpResponse.json(
            { error: { name, message }, response: { statusCode: status } },
            { status },
          ),
        ),
      );
    },
    /** Bodies of the requests to a path that changes something. */
    record(path: string, body: JsonBodyType = {}): unknown[] {
      const seen: unknown[] = [];
      server.use(
        http.post(`${BASE}${path}`, async ({ request }) => {
          seen.push(await request.text());
          return HttpResponse.json(body);
        }),
      );
      return seen;
    },
  };
}

/**
 * The plugin in a small app, opened at a path.
 *
 * @param deny - names of permissions that the person lacks
 */
export function openPage(path: string, deny: string[] = []) {
  return renderTestApp({
    features: [infrastructurePlugin],
    initialRouteEntries: [path],
    config: { backend: { baseUrl: 'http://localhost:7007' } },
    apis: [
      mockApis.permission({
        authorize: ({ permission }) =>
          deny.includes(permission.name)
            ? AuthorizeResult.DENY
            : AuthorizeResult.ALLOW,
      }),
    ],
  });
}

/** The real client against the fake backend, for components that are shown without the plugin. */
export function backendApi(): MockWithApiFactory<InfrastructureApi> {
  const client = new InfrastructureClient({
    discoveryApi: mockApis.discovery({ baseUrl: 'http://localhost:7007' }),
    fetchApi: { fetch: (input, init) => fetch(input, init) },
  });
  return attachMockApiFactory(infrastructureApiRef, client);
}
