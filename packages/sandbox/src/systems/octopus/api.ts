import { allow, type Access, type Actor } from './access';
import type { Space } from './documents';
import { notFound, OctopusError } from './errors';
import { sameName } from './find';
import { Query } from './input';
import type { RateLimit } from './rateLimit';
import { Router, type Call, type Route } from './router';
import { servedRoutes } from './routes';
import type { Server } from './server';

/** What stands between a request and its answer. */
export interface ApiParts {
  server: Server;
  access: Access;
  limit: RateLimit;
}

interface Target {
  route: Route;
  params: Record<string, string>;
  space: Space;
}

/** Nobody: for calls that need no key. */
const nobody: Actor = {
  id: '',
  username: '',
  displayName: '',
  isService: false,
  permissions: [],
  key: '',
};

/** Answers everything below `/api`. */
export class Api {
  readonly #parts: ApiParts;
  readonly #router = new Router(servedRoutes);

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  async fetch(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof OctopusError) return error.toResponse();
      throw error;
    }
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (/^\/app\/?$/.test(pathname)) return noPages();
    const segments = pathname
      .split('/')
      .filter(segment => segment !== '')
      .map(decodeURIComponent);
    if (!sameName(segments[0] ?? '', 'api')) throw notFound(pathname);
    const found = this.#find(request.method, segments.slice(1));
    const by = found?.route.open ? nobody : this.#enter(request);
    if (!found)
      throw new OctopusError(
        404,
        `The stand-in does not serve ${request.method} ${pathname}.`,
      );
    const { route, space, params } = found;
    if (route.permission) allow(by, route.permission);
    const call: Call = {
      server: this.#parts.server,
      by,
      space,
      path: pathname,
      params,
      query: new Query(searchParams),
      body: await bodyOf(request),
    };
    return toResponse(await route.answer(call), route.status);
  }

  /** Who asks, when they may still ask. */
  #enter(request: Request): Actor {
    const actor = this.#parts.access.demand(request);
    this.#parts.limit.take(actor.key);
    return actor;
  }

  /** A path may name its space by id, or below `spaces` by id or slug; without one the default space is meant. */
  #find(method: string, segments: string[]): Target | undefined {
    const [first = '', second = ''] = segments;
    if (/^Spaces-\d+$/i.test(first))
      return this.#inSpace(method, this.#space(first), segments.slice(1));
    const fallback = this.#space();
    const found = this.#router.find(method, 'server', segments);
    if (found) return { ...found, space: fallback };
    if (sameName(first, 'spaces') && segments.length > 2)
      return this.#inSpace(method, this.#space(second), segments.slice(2));
    return this.#inSpace(method, fallback, segments);
  }

  #inSpace(
    method: string,
    space: Space,
    segments: string[],
  ): Target | undefined {
    const found = this.#router.find(method, 'space', segments);
    return found && { ...found, space };
  }

  /** @throws OctopusError 404 */
  #space(identifier?: string): Space {
    const space = this.#parts.server.state
      .all('spaces')
      .find(({ Id, Slug, IsDefault }) =>
        identifier === undefined
          ? IsDefault
          : sameName(Id, identifier) || Slug === identifier,
      );
    if (!space) throw notFound(identifier ?? 'the default space');
    return space;
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toResponse(answer: unknown, status = 200): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined) return new Response(null, { status });
  return Response.json(answer, { status });
}

/** Links of answers lead to the pages of a real server. */
function noPages() {
  return new Response('The stand-in for Octopus has an API and no pages.\n', {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
}
