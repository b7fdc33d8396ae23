import { NexusError } from '../errors';
import { contentOf } from '../content/serve';
import type { Asset } from '../model';
import type { Nexus } from '../server';
import type { ImageCall } from './router';

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Where a blob lies: images of a repository share them. */
export function blobPath(digest: string): string {
  return `v2/-/blobs/${digest}`;
}

/** @throws NexusError 400 `DIGEST_INVALID` for anything but SHA-256 */
export function checkDigest(digest: string): string {
  if (!digestPattern.test(digest))
    throw new NexusError(400, `Invalid digest: ${digest}`, {
      dockerCode: 'DIGEST_INVALID',
    });
  return digest;
}

/** Answers GET, HEAD and DELETE of a blob. */
export function answerBlob(nexus: Nexus, call: ImageCall): Response {
  const { request, repository, reference } = call;
  const digest = checkDigest(reference);
  const asset = nexus.state.assetAt(repository.name, blobPath(digest));
  if (!asset)
    throw new NexusError(404, `blob unknown to registry: ${digest}`, {
      dockerCode: 'BLOB_UNKNOWN',
    });
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return serveDigest(nexus, asset, digest, request);
    case 'DELETE':
      nexus.faults.checkWritable();
      nexus.state.removeAsset(asset.id);
      return new Response(null, { status: 202 });
    default:
      throw new NexusError(405, 'The operation is unsupported');
  }
}

/** GET and HEAD of what is called by its digest, or by a tag. */
export function serveDigest(
  nexus: Nexus,
  asset: Asset,
  digest: string,
  request: Request,
): Response {
  const headers = {
    'content-type': asset.contentType,
    'content-length': String(asset.size),
    'docker-content-digest': digest,
    'last-modified': new Date(asset.modifiedAt).toUTCString(),
    etag: `"${digest}"`,
  };
  if (request.method === 'HEAD') return new Response(null, { headers });
  nexus.state.downloaded(asset);
  return new Response(contentOf(nexus, asset), { headers });
}
