import type { Received } from '../blobStore';
import { NexusError } from '../errors';
import type { Asset, Coordinates } from '../model';
import {
  checkPolicy,
  demandUse,
  storeFile,
  uploadOf,
  type Nexus,
} from '../server';
import type { ContentCall } from './router';
import { serveAsset } from './serve';

/** Answers GET, HEAD, PUT and DELETE of a raw repository. */
export async function answerRaw(
  nexus: Nexus,
  call: ContentCall,
): Promise<Response> {
  const { request, repository, path, user } = call;
  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      demandUse(user, repository, 'read');
      return serveAsset(nexus, repository, assetAt(nexus, call), request);
    }
    case 'PUT': {
      demandUse(user, repository, 'add', 'edit');
      if (path === '' || path.endsWith('/'))
        throw new NexusError(400, 'A file needs a name');
      checkPolicy(nexus, repository, path);
      const received = await nexus.blobs.receive(uploadOf(nexus, request));
      const type = request.headers.get('content-type');
      await storeRaw(nexus, call, path, received, type);
      return new Response(null, { status: 201 });
    }
    case 'DELETE':
      return removeContent(nexus, call, 204);
    default:
      throw new NexusError(405, 'Method Not Allowed');
  }
}

/** Keeps a raw file: its folder is its group. */
export function storeRaw(
  nexus: Nexus,
  { repository, user, address }: Omit<ContentCall, 'request' | 'url' | 'path'>,
  path: string,
  received: Received,
  contentType?: string | null,
): Promise<Asset> {
  return storeFile(nexus, repository, {
    path,
    received,
    sender: { user, address },
    // What curl says of everything says nothing.
    ...(contentType &&
    !/^application\/(octet-stream|x-www-form)/.test(contentType)
      ? { contentType }
      : {}),
    component: rawCoordinates(path),
  });
}

/** What a raw file is called as a component. */
export function rawCoordinates(path: string): Coordinates {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return { group: `/${folder}`, name: `/${path}`, version: '' };
}

/** @throws NexusError 404 */
export function assetAt(
  { state }: Nexus,
  { repository, path }: Pick<ContentCall, 'repository' | 'path'>,
): Asset {
  const asset = state.assetAt(repository.name, path);
  if (!asset) throw new NexusError(404, 'Not Found');
  return asset;
}

/** Answers DELETE of a stored file; `status` is that of the format. */
export function removeContent(
  nexus: Nexus,
  call: Pick<ContentCall, 'repository' | 'path' | 'user'>,
  status: number,
): Response {
  demandUse(call.user, call.repository, 'delete');
  nexus.faults.checkWritable();
  nexus.state.removeAsset(assetAt(nexus, call).id);
  return new Response(null, { status });
}
