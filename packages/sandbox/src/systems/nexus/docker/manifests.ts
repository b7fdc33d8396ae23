import { createHash } from 'node:crypto';
import { NexusError } from '../errors';
import type { Asset, Repository } from '../model';
import { checkPolicy, smallBody, storeFile, type Nexus } from '../server';
import { blobPath, serveDigest } from './blobs';
import type { ImageCall } from './router';

const largestManifest = 4 * 1024 * 1024;

interface Descriptor {
  digest?: string;
}
interface Manifest {
  schemaVersion?: number;
  mediaType?: string;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: Descriptor[];
}

/** Where a manifest lies: by tag and by digest. */
export function manifestPath(image: string, reference: string): string {
  return `v2/${image}/manifests/${reference}`;
}

/** Answers GET, HEAD, PUT and DELETE of a manifest. */
export async function answerManifest(
  nexus: Nexus,
  call: ImageCall,
): Promise<Response> {
  const { request } = call;
  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      const asset = manifestAt(nexus, call);
      return serveDigest(nexus, asset, digestOf(asset), request);
    }
    case 'PUT':
      return putManifest(nexus, call);
    case 'DELETE':
      nexus.faults.checkWritable();
      removeManifest(nexus, call);
      return new Response(null, { status: 202 });
    default:
      throw new NexusError(405, 'The operation is unsupported');
  }
}

function digestOf({ checksums }: Asset): string {
  return `sha256:${checksums.sha256}`;
}

function isDigest(reference: string): boolean {
  return reference.startsWith('sha256:');
}

function manifestAt(
  { state }: Nexus,
  { repository, image, reference }: ImageCall,
): Asset {
  const asset = state.assetAt(repository.name, manifestPath(image, reference));
  if (!asset)
    throw new NexusError(404, `manifest unknown: ${reference}`, {
      dockerCode: 'MANIFEST_UNKNOWN',
    });
  return asset;
}

async function putManifest(nexus: Nexus, call: ImageCall): Promise<Response> {
  const { request, repository, image, reference, base, user, address } = call;
  const body = await smallBody(nexus, request, largestManifest);
  const { mediaType } = checkManifest(nexus, call, body);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (isDigest(reference) && reference !== digest)
    throw new NexusError(
      400,
      'provided digest did not match uploaded content',
      {
        dockerCode: 'DIGEST_INVALID',
      },
    );
  const contentType =
    request.headers.get('content-type') ?? mediaType ?? 'application/json';
  if (!isDigest(reference)) checkTag(nexus, repository, image, reference);
  const references = new Set([digest, reference]);
  for (const name of references) {
    const received = await nexus.blobs.receive(pieces(body));
    await storeFile(nexus, repository, {
      path: manifestPath(image, name),
      received,
      sender: { user, address },
      contentType,
      isExempt: true,
      ...(isDigest(name) ? {} : { component: { name: image, version: name } }),
    });
  }
  return new Response(null, {
    status: 201,
    headers: {
      location: `${base}/manifests/${digest}`,
      'docker-content-digest': digest,
    },
  });
}

async function* pieces(body: Buffer) {
  yield body;
}

/** @throws NexusError 400 where the tag is there and may not be overwritten */
function checkTag(
  nexus: Nexus,
  repository: Repository,
  image: string,
  tag: string,
) {
  if (!/^\w[\w.-]{0,127}$/.test(tag))
    throw new NexusError(400, `Invalid tag: ${tag}`, {
      dockerCode: 'MANIFEST_INVALID',
    });
  if (tag === 'latest' && repository.storage.latestPolicy) return;
  checkPolicy(nexus, repository, manifestPath(image, tag));
}

/** @throws NexusError for a manifest that is none, or names what is not here */
function checkManifest(
  { state }: Nexus,
  { repository, image }: ImageCall,
  body: Buffer,
): Manifest {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(body.toString());
  } catch {
    throw new NexusError(400, 'manifest invalid: no JSON', {
      dockerCode: 'MANIFEST_INVALID',
    });
  }
  const { config, layers, manifests, schemaVersion } = manifest;
  if (schemaVersion !== 2 || !(manifests ?? (config && layers)))
    throw new NexusError(400, 'manifest invalid', {
      dockerCode: 'MANIFEST_INVALID',
    });
  const needed = [
    ...[config ?? [], layers ?? []]
      .flat()
      .map(part => [part, blobPath] as const),
    ...(manifests ?? []).map(
      part => [part, (digest: string) => manifestPath(image, digest)] as const,
    ),
  ];
  const missing = needed.find(
    ([{ digest = '' }, path]) => !state.assetAt(repository.name, path(digest)),
  );
  if (missing)
    throw new NexusError(
      404,
      `blob unknown to registry: ${missing[0].digest}`,
      {
        dockerCode: 'MANIFEST_BLOB_UNKNOWN',
      },
    );
  return manifest;
}

/** By tag: the tag goes. By digest: all tags of it go too. */
function removeManifest(nexus: Nexus, call: ImageCall) {
  const { repository, image } = call;
  const asset = manifestAt(nexus, call);
  const begin = manifestPath(image, '');
  for (const other of nexus.state.assets(repository.name)) {
    const isSame = other.checksums.sha256 === asset.checksums.sha256;
    if (
      other.id === asset.id ||
      (isDigest(call.reference) && isSame && other.path.startsWith(begin))
    )
      nexus.state.removeAsset(other.id);
  }
}

/** Takes the manifest away that a tag stood for, where no other tag stands for it. */
export function removeUntagged(nexus: Nexus, tag: Asset): void {
  const folder = tag.path.slice(0, tag.path.lastIndexOf('/') + 1);
  const same = nexus.state
    .assets(tag.repository)
    .filter(
      ({ path, checksums }) =>
        path.startsWith(folder) && checksums.sha256 === tag.checksums.sha256,
    );
  const isTagged = same.some(({ component, id }) => component && id !== tag.id);
  if (isTagged) return;
  for (const { id, component } of same)
    if (!component) nexus.state.removeAsset(id);
}
