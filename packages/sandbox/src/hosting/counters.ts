import type { SystemName } from '../standIn';

/** Answer of `GET <control>/requests`. */
export interface RequestCounts {
  total: number;
  /** Requests that may change something: all but GET, HEAD and OPTIONS. */
  mutating: number;
  /** Requests by method and path pattern, for example `POST /api2/json/nodes/{node}/qemu/{vmid}/clone`. */
  byRoute: Record<string, number>;
}

/** Segments whose successor is a name: `/nodes/pve1` and `/nodes/pve2` are one route. */
const namedAfter: Partial<Record<SystemName, Record<string, string>>> = {
  proxmox: {
    nodes: '{node}',
    qemu: '{vmid}',
    lxc: '{vmid}',
    storage: '{storage}',
    content: '{volume}',
    tasks: '{upid}',
    pools: '{poolid}',
    users: '{userid}',
    token: '{tokenid}',
    roles: '{roleid}',
    snapshot: '{snapname}',
    vnets: '{vnet}',
    zones: '{zone}',
    network: '{iface}',
  },
  tailscale: { tailnet: '{tailnet}', keys: '{keyId}', device: '{deviceId}' },
  openobserve: { api: '{org}' },
  nexus: {
    components: '{id}',
    assets: '{id}',
    repositories: '{repositoryName}',
    hosted: '{repositoryName}',
    blobstores: '{name}',
    formats: '{format}',
  },
};

/** Contents of Nexus have paths of any depth, so they are told apart by what is done with them. */
const nexusContent: [RegExp, string][] = [
  [/^\/v2\/.+\/blobs\/uploads\/?$/, '/v2/{name}/blobs/uploads/'],
  [/^\/v2\/.+\/blobs\/uploads\/[^/]+$/, '/v2/{name}/blobs/uploads/{uuid}'],
  [/^\/v2\/.+\/blobs\/[^/]+$/, '/v2/{name}/blobs/{digest}'],
  [/^\/v2\/.+\/manifests\/[^/]+$/, '/v2/{name}/manifests/{reference}'],
  [/^\/v2\/.+\/tags\/list$/, '/v2/{name}/tags/list'],
  [/^\/repository\/[^/]+\/.*$/, '/repository/{repository}/{path}'],
];

/**
 * The pattern that a path belongs to.
 *
 * @param system - whose path it is
 * @param path - decoded path without query
 */
export function routePattern(system: SystemName, path: string): string {
  const segments = path.split('/');
  if (system === 's3') {
    if (segments.length > 2 && path !== `/${segments[1]}/`)
      return '/{bucket}/{key}';
    return path === '/' ? '/' : '/{bucket}';
  }
  if (system === 'nexus') {
    const content = nexusContent.find(([pattern]) => pattern.test(path));
    if (content) return content[1];
  }
  if (system === 'octopus')
    return segments
      .map((segment, index) => octopusPart(segment, segments[index - 1]))
      .join('/');
  if (system === 'github') return githubRoute(segments);
  const names = namedAfter[system] ?? {};
  return segments
    .map((segment, index) => {
      const name = names[segments[index - 1]];
      if (segment && name) return name;
      return /^\d+$/.test(segment) ? '{id}' : segment;
    })
    .join('/');
}

/** Ids of Octopus tell what they are: `Spaces-1`, `deploymentprocess-Projects-1`; a project may be named by its slug. */
function octopusPart(segment: string, before: string | undefined): string {
  if (/^Spaces-\d+$/.test(segment)) return '{spaceId}';
  const isId = /^[A-Za-z]+-(?:[A-Za-z]+-)?\d+$/.test(segment);
  return isId || (before === 'projects' && segment !== 'all')
    ? '{id}'
    : segment;
}

/** Words of GitHub's paths whose successor is a name; numbers tell themselves. */
const namedInGithub: Record<string, string> = {
  orgs: '{org}',
  users: '{username}',
  workflows: '{workflow_id}',
  environments: '{environment_name}',
  variables: '{name}',
  secrets: '{secret_name}',
  branches: '{branch}',
  commits: '{ref}',
  trees: '{tree_sha}',
  blobs: '{file_sha}',
  statuses: '{sha}',
  compare: '{basehead}',
};

/** Paths of files, and names of refs, may be of any depth. */
const deepInGithub: Record<string, string> = {
  contents: '{path}',
  ref: '{ref}',
  refs: '{ref}',
  tarball: '{ref}',
  zipball: '{ref}',
};

/** The API begins with `/api/v3`; anything else is git or a page, below owner and name. */
function githubRoute(segments: string[]): string {
  const isApi = segments[1] === 'api' && segments[2] === 'v3';
  const start = isApi ? 3 : 0;
  const isRepository = isApi ? segments[start] === 'repos' : true;
  const route = segments.slice(0, start);
  for (let at = start; at < segments.length; at += 1) {
    const before = segments[at - 1];
    const isOwner = isRepository && at === start + 1;
    const isName = isRepository && at === start + 2;
    const deep = at > start + 2 ? deepInGithub[before] : undefined;
    if (deep) return [...route, deep].join('/');
    if (isOwner) route.push('{owner}');
    else if (isName) route.push('{repo}');
    else route.push(githubPart(segments[at], before));
  }
  return route.join('/');
}

function githubPart(segment: string, before: string): string {
  if (segment === 'public-key') return segment;
  return namedInGithub[before] ?? (/^\d+$/.test(segment) ? '{id}' : segment);
}

/** Counts what a stand-in was asked. */
export class RequestCounters {
  #total = 0;
  #mutating = 0;
  readonly #byRoute = new Map<string, number>();
  readonly #system: SystemName;

  constructor(system: SystemName) {
    this.#system = system;
  }

  /** Counts one request; `path` is decoded and has no query. */
  record(method: string, path: string): void {
    this.#total += 1;
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method)) this.#mutating += 1;
    const route = `${method} ${routePattern(this.#system, path)}`;
    this.#byRoute.set(route, (this.#byRoute.get(route) ?? 0) + 1);
  }

  counts(): RequestCounts {
    return {
      total: this.#total,
      mutating: this.#mutating,
      byRoute: Object.fromEntries([...this.#byRoute].sort()),
    };
  }

  reset(): void {
    this.#total = 0;
    this.#mutating = 0;
    this.#byRoute.clear();
  }
}
