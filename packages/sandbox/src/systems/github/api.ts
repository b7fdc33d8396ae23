import { createHash, randomUUID } from 'node:crypto';
import { permissionOf, reaches, type Actor } from './access';
import { apiOf } from './answers/basics';
import { GithubError, notFound, unprocessable } from './errors';
import { GitFailure } from './git/git';
import type { Repository } from './model';
import { Router, type Call, type Route } from './router';
import { servedRoutes } from './routes';
import { serverVersion, type Github } from './server';

const nobody: Actor = { login: '', token: '', scopes: [] };
const largestPage = 100;
const usualPage = 30;

/** Answers everything below `/api/v3`. */
export class Api {
  readonly #github: Github;
  readonly #router = new Router(servedRoutes);

  constructor(github: Github) {
    this.#github = github;
  }

  /** @param path - below the API */
  async fetch(request: Request, path: string): Promise<Response> {
    let actor: Actor | undefined;
    let response: Response;
    try {
      actor = this.#github.tokens.actor(request.headers);
      response = await this.#answer(request, path, actor ?? nobody);
    } catch (error) {
      response = refusal(error).toResponse();
    }
    this.#addHeaders(response, path, actor);
    return response;
  }

  async #answer(request: Request, path: string, by: Actor): Promise<Response> {
    const { limits } = this.#github;
    const isFree = path === '/rate_limit';
    if (!isFree && !limits.take(by.token)) throw limitReached(by);
    const found = this.#router.find(
      request.method === 'HEAD' ? 'GET' : request.method,
      path,
    );
    if (!found) throw notFound();
    const { route, params } = found;
    const repository = this.#enter(route, params, by);
    const links: string[] = [];
    const call: Call = {
      ...{ github: this.#github, by, repository, params, request },
      query: new URL(request.url).searchParams,
      body: await bodyOf(request),
      page: items => onePage(items, request, apiOf(this.#github) + path, links),
    };
    const response = toResponse(await route.answer(call), route.status);
    if (links.length > 0) response.headers.set('link', links.join(', '));
    const answered = await withEtag(request, response);
    if (answered.status === 304 && !isFree) limits.giveBack(by.token);
    return answered;
  }

  /** @throws GithubError where this actor must not make this call */
  #enter(route: Route, params: Record<string, string>, by: Actor): Repository {
    const { state } = this.#github;
    if (by === nobody && !route.isOpen && route.needs !== undefined)
      throw new GithubError(401, 'Requires authentication');
    const repository = state.find(
      'repositories',
      ({ owner, name }) =>
        owner.toLowerCase() === params.owner?.toLowerCase() &&
        name.toLowerCase() === params.repo?.toLowerCase(),
    );
    if (params.repo !== undefined) {
      const has = repository ? permissionOf(state, by, repository) : 'none';
      if (!repository || has === 'none') throw notFound();
      if (!reaches(has, route.needs ?? 'read'))
        throw new GithubError(
          403,
          route.needs === 'admin'
            ? 'Must have admin rights to Repository.'
            : 'Must have push access to Repository.',
          { headers: { 'x-accepted-oauth-scopes': 'repo' } },
        );
      const isContent = !route.call.endsWith('/repos/{owner}/{repo}');
      if (repository.isArchived && isContent && methodOf(route) !== 'GET')
        throw new GithubError(403, 'Repository was archived so is read-only.');
    } else if (by === nobody && !route.isOpen)
      throw new GithubError(401, 'Requires authentication');
    const { scope } = route;
    if (scope && !by.scopes.includes(scope))
      throw new GithubError(
        403,
        `This API operation needs the "${scope}" scope.`,
        { headers: { 'x-accepted-oauth-scopes': scope } },
      );
    return repository as Repository;
  }

  #addHeaders(response: Response, path: string, actor: Actor | undefined) {
    const { headers } = response;
    const { limit, remaining, used, reset } = this.#github.limits.state(
      actor?.token ?? '',
    );
    headers.set('x-ratelimit-limit', String(limit));
    headers.set('x-ratelimit-remaining', String(remaining));
    headers.set('x-ratelimit-used', String(used));
    headers.set('x-ratelimit-reset', String(reset));
    headers.set('x-ratelimit-resource', 'core');
    headers.set('x-github-request-id', randomUUID());
    headers.set('x-github-media-type', 'github.v3; format=json');
    headers.set(
      'x-github-enterprise-version',
      `enterprise-server@${serverVersion}`,
    );
    if (!actor || actor.onlyRepository !== undefined) return;
    headers.set('x-oauth-scopes', actor.scopes.join(', '));
    if (!headers.has('x-accepted-oauth-scopes'))
      headers.set(
        'x-accepted-oauth-scopes',
        path.startsWith('/repos/') ? 'repo' : '',
      );
  }
}

function methodOf({ call }: Route): string {
  return call.split(' ')[0];
}

function limitReached({ login }: Actor): GithubError {
  return new GithubError(
    403,
    login
      ? `API rate limit exceeded for user ${login}.`
      : 'API rate limit exceeded for 127.0.0.1.',
  );
}

/** What git would not do is the client's to put right. */
function refusal(error: unknown): GithubError {
  if (error instanceof GithubError) return error;
  if (error instanceof GitFailure) return unprocessable(error.message);
  throw error;
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  if (['GET', 'HEAD'].includes(request.method)) return {};
  const text = await request.text();
  if (text.trim() === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new GithubError(400, 'Problems parsing JSON');
  }
  // Some calls take a list where others take an object.
  if (Array.isArray(body)) return { list: body };
  if (typeof body !== 'object' || body === null)
    throw new GithubError(400, 'Body should be a JSON object');
  return body as Record<string, unknown>;
}

function toResponse(answer: unknown, status?: number): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined)
    return new Response(null, { status: status ?? 204 });
  return Response.json(answer, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
}

/** The part of a list, with the addresses of the others. */
function onePage<T>(
  items: readonly T[],
  request: Request,
  address: string,
  links: string[],
): T[] {
  const { searchParams } = new URL(request.url);
  const number = (name: string, fallback: number) => {
    const value = Number(searchParams.get(name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  const size = Math.min(largestPage, number('per_page', usualPage));
  const page = number('page', 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  function link(to: number, rel: string) {
    const query = new URLSearchParams(searchParams);
    query.set('page', String(to));
    links.push(`<${address}?${query}>; rel="${rel}"`);
  }
  if (page > 1) link(page - 1, 'prev');
  if (page < last) {
    link(page + 1, 'next');
    link(last, 'last');
  }
  if (page > 1) link(1, 'first');
  return items.slice((page - 1) * size, page * size);
}

/** Answers of GET have a tag, and who knows them already gets no body. */
async function withEtag(
  request: Request,
  response: Response,
): Promise<Response> {
  const isTagged =
    request.method === 'GET' &&
    response.status === 200 &&
    !response.headers.has('transfer-encoding');
  if (!isTagged) return response;
  const body = Buffer.from(await response.arrayBuffer());
  const digest = createHash('sha256').update(body).digest('hex');
  const etag = `W/"${digest}"`;
  const headers = new Headers(response.headers);
  headers.set('etag', etag);
  headers.set('cache-control', 'private, max-age=60, s-maxage=60');
  const known = request.headers.get('if-none-match') ?? '';
  const isKnown = known.split(/,\s*/).some(one => one.endsWith(`"${digest}"`));
  return isKnown
    ? new Response(null, { status: 304, headers })
    : new Response(body, { status: 200, headers });
}
