import { dockerErrorResponse, NexusError } from '../errors';
import type { Repository } from '../model';
import { demandUse, mayUse, repositoryOf, type Nexus } from '../server';
import type { User } from '../users';
import { answerBlob } from './blobs';
import { answerManifest } from './manifests';
import { answerTags, catalog } from './tags';
import { answerUpload } from './uploads';

/** A call on one image. */
export interface ImageCall {
  request: Request;
  url: URL;
  repository: Repository;
  /** Name of the image within the repository. */
  image: string;
  /** `/v2/<repository>/<image>`, or what the client called it by. */
  base: string;
  /** Digest, tag or number of an upload; empty where a call names none. */
  reference: string;
  user: User;
  address: string;
}

const version = { 'docker-distribution-api-version': 'registry/2.0' };

const routes: [
  RegExp,
  (nexus: Nexus, call: ImageCall) => Response | Promise<Response>,
][] = [
  [/^(.+)\/blobs\/uploads(?:\/([^/]*))?$/, answerUpload],
  [/^(.+)\/blobs\/([^/]+)$/, answerBlob],
  [/^(.+)\/manifests\/([^/]+)$/, answerManifest],
  [/^(.+)\/tags\/(list)$/, answerTags],
  [/^(.+)\/referrers\/([^/]+)$/, answerReferrers],
];

/**
 * Answers the registry protocol: `/v2/<repository>/<image>/…` on the main port, as repositories with `pathEnabled` have it,
 * and `/repository/<repository>/v2/<image>/…`, where a reverse proxy sends the others.
 */
export async function answerDocker(
  nexus: Nexus,
  request: Request,
): Promise<Response> {
  const response = await answer(nexus, request).catch(error => {
    if (error instanceof NexusError) return dockerErrorResponse(error);
    throw error;
  });
  for (const [name, value] of Object.entries(version))
    response.headers.set(name, value);
  // An answer to HEAD has no body.
  return request.method === 'HEAD' && response.body
    ? new Response(null, response)
    : response;
}

async function answer(nexus: Nexus, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const user = nexus.users.authenticate(request.headers);
  const { prefix, rest } = split(decodePath(url.pathname));
  if (rest === '' || rest === '/') return Response.json({});
  if (rest === '_catalog')
    return catalog(nexus, url, user, prefix.split('/')[2]);
  for (const [pattern, handle] of routes) {
    const match = pattern.exec(rest);
    if (!match) continue;
    const [, name, reference = ''] = match;
    const own = prefix === '/v2/' ? undefined : prefix.split('/')[2];
    const repository = repositoryOf(nexus, own ?? name.split('/')[0], 'docker');
    const image = own ? name : name.split('/').slice(1).join('/');
    if (!own && !repository.docker?.pathEnabled)
      throw new NexusError(
        404,
        `Images of ${repository.name} have a port of their own`,
      );
    if (!isImageName(image))
      throw new NexusError(400, `Invalid name: ${name}`, {
        dockerCode: 'NAME_INVALID',
      });
    if (!repository.online)
      throw new NexusError(503, `Repository is offline: ${repository.name}`);
    demandUse(user, repository, ...actionsOf(request.method));
    const base = `${prefix}${name}`;
    return handle(nexus, {
      request,
      url,
      repository,
      image,
      base,
      reference,
      user,
      address: '127.0.0.1',
    });
  }
  throw new NexusError(404, 'Not Found');
}

function actionsOf(method: string): ('read' | 'add' | 'edit' | 'delete')[] {
  if (method === 'GET' || method === 'HEAD') return ['read'];
  return method === 'DELETE' ? ['delete'] : ['add', 'edit'];
}

/** The begin of a path up to what is asked of the registry, and the rest. */
function split(path: string): { prefix: string; rest: string } {
  const proxied = /^\/repository\/[^/]+\/v2\/?/.exec(path)?.[0];
  const prefix = proxied ?? '/v2/';
  return {
    prefix: prefix.endsWith('/') ? prefix : `${prefix}/`,
    rest: path.slice(prefix.length),
  };
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new NexusError(400, 'The path cannot be decoded', {
      dockerCode: 'NAME_INVALID',
    });
  }
}

function isImageName(name: string): boolean {
  return (
    name.length <= 255 &&
    /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(
      name,
    )
  );
}

/** Nothing refers to an image here: signatures and the like are not looked for. */
function answerReferrers(): Response {
  return Response.json(
    {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
    },
    { headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' } },
  );
}

/** Whether a user may read an image of another repository, for mounts. */
export function mayMount(
  nexus: Nexus,
  user: User,
  from: string,
): Repository | undefined {
  const repository = nexus.state.repository(from.split('/')[0]);
  return repository?.format === 'docker' && mayUse(user, repository, 'read')
    ? repository
    : undefined;
}
