import type { Identity } from './access';
import type { Cluster } from './cluster';
import { ApiFailure, died, wrongParameters } from './failure';
import { checkParams, type RawParams } from './params/check';
import { Page, type Permission, type Route, type Router } from './router';

const base = '/api2/json';

/** Answers one request as pveproxy does: sign-in, route, rights, parameters, work. */
export async function answer(
  cluster: Cluster,
  router: Router,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  try {
    if (url.pathname !== base && !url.pathname.startsWith(`${base}/`))
      throw new ApiFailure(404, 'Path not found\n');
    const path = url.pathname.slice(base.length).replace(/\/+$/, '') || '/';
    const data = await run(cluster, router, request, path, url.searchParams);
    const body =
      data instanceof Page
        ? { total: data.total, data: data.data }
        : { data: data ?? null };
    return json(200, 'OK', body);
  } catch (error) {
    if (error instanceof ApiFailure) return failed(cluster, error);
    cluster.log(`proxmox: ${request.method} ${url.pathname}: ${String(error)}`);
    return failed(
      cluster,
      died(error instanceof Error ? error.message : String(error)),
    );
  }
}

async function run(
  cluster: Cluster,
  router: Router,
  request: Request,
  path: string,
  query: URLSearchParams,
): Promise<unknown> {
  const { method } = request;
  // What anybody may ask for is found before the caller is known.
  const isOpen = ['GET /access/domains', 'POST /access/ticket'].includes(
    `${method} ${path}`,
  );
  const { headers } = request;
  const by = isOpen
    ? { user: '', token: '', label: '', separated: true }
    : cluster.access.authenticate({
        authorization: headers.get('authorization'),
        cookie: headers.get('cookie'),
        csrf: headers.get('csrfpreventiontoken'),
        writes: method !== 'GET',
      });
  const found = router.find(method, path);
  const raw = merge(found.values, await readParams(request, query));
  if (found.route.permission) check(cluster, by, found.route.permission, raw);
  if (typeof raw.node === 'string') requireNode(cluster, raw.node, found.route);
  const params = checkParams(found.route.params, raw);
  return found.route.handle({ cluster, by, params });
}

function check(
  cluster: Cluster,
  by: Identity,
  permission: Permission,
  raw: RawParams,
) {
  const path = permission.path.replace(/\{(\w+)\}/g, (_, name) =>
    String(raw[name] ?? ''),
  );
  if (permission.any)
    cluster.access.requireAny(by, path, permission.privileges);
  else cluster.access.require(by, path, permission.privileges);
}

function requireNode(cluster: Cluster, name: string, route: Route) {
  if (!route.path.startsWith('/nodes/{node}')) return;
  if (!cluster.state.nodes.some(node => node.name === name))
    throw died(
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
    );
  if (cluster.isOffline(name)) throw new ApiFailure(595, 'No route to host');
}

async function readParams(
  request: Request,
  query: URLSearchParams,
): Promise<RawParams> {
  const params = fromForm(query);
  delete params._dc;
  if (!request.body) return params;
  if (request.method !== 'POST' && request.method !== 'PUT')
    throw new ApiFailure(
      501,
      `Unexpected content for method '${request.method}'\n`,
    );
  const text = await request.text();
  if (text === '') return params;
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/json'))
    return merge(params, fromForm(new URLSearchParams(text)));
  try {
    return merge(params, JSON.parse(text) as RawParams);
  } catch {
    throw died('malformed JSON string');
  }
}

/** A key that comes several times is a list. */
function fromForm(form: URLSearchParams): RawParams {
  const params: RawParams = {};
  for (const key of new Set(form.keys())) {
    const values = form.getAll(key);
    params[key] = values.length > 1 ? values : values[0];
  }
  return params;
}

function merge(fixed: RawParams, more: RawParams): RawParams {
  for (const [key, value] of Object.entries(more))
    if (fixed[key] !== undefined && String(fixed[key]) !== String(value))
      throw wrongParameters({
        [key]:
          'duplicate parameter (already defined in URI) with conflicting values!',
      });
  return { ...more, ...fixed };
}

async function failed(cluster: Cluster, error: ApiFailure): Promise<Response> {
  // The reason phrase is one line; bytes outside Latin-1 cannot stand in it.
  const reason = error.message.trim().replace(/[^\x20-\x7e]+/g, ' ');
  if (error.status === 401) {
    await cluster.timing.wait(cluster.timing.unauthorizedDelayMs);
    return new Response('', { status: 401, statusText: reason });
  }
  return json(error.status, reason, {
    data: null,
    message: error.message,
    ...(error.errors ? { errors: error.errors } : {}),
  });
}

function json(status: number, statusText: string, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    statusText,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
  });
}
