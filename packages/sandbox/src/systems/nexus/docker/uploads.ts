import { randomUUID } from 'node:crypto';
import type { BlobWriter } from '../blobStore';
import { NexusError } from '../errors';
import { storeFile, uploadOf, type Nexus } from '../server';
import { blobPath, checkDigest } from './blobs';
import { mayMount, type ImageCall } from './router';

/** Uploads that have begun, by server; a start forgets them, and clients begin anew. */
const sessions = new WeakMap<Nexus, Map<string, BlobWriter>>();

function sessionsOf(nexus: Nexus): Map<string, BlobWriter> {
  const known = sessions.get(nexus) ?? new Map<string, BlobWriter>();
  sessions.set(nexus, known);
  return known;
}

/** Answers the calls by which a blob is uploaded: at once, in pieces, or by taking it from another image. */
export async function answerUpload(
  nexus: Nexus,
  call: ImageCall,
): Promise<Response> {
  const { request, reference } = call;
  if (request.method === 'POST' && reference === '') return begin(nexus, call);
  const writer = sessionsOf(nexus).get(reference);
  if (!writer)
    throw new NexusError(404, 'blob upload unknown to registry', {
      dockerCode: 'BLOB_UPLOAD_UNKNOWN',
    });
  switch (request.method) {
    case 'GET':
      return progress(call, reference, writer, 204);
    case 'PATCH':
      await take(nexus, call, reference, writer);
      return progress(call, reference, writer, 202);
    case 'PUT': {
      const digest = checkDigest(call.url.searchParams.get('digest') ?? '');
      await take(nexus, call, reference, writer);
      return finish(nexus, call, reference, digest);
    }
    case 'DELETE':
      await forget(nexus, reference);
      return new Response(null, { status: 204 });
    default:
      throw new NexusError(405, 'The operation is unsupported');
  }
}

async function begin(nexus: Nexus, call: ImageCall): Promise<Response> {
  const { repository, url, user, address } = call;
  nexus.faults.checkWritable();
  if (repository.storage.writePolicy === 'DENY')
    throw new NexusError(400, `Repository is read only: ${repository.name}`);
  const mount = url.searchParams.get('mount');
  const from = url.searchParams.get('from');
  if (mount && from) {
    const digest = checkDigest(mount);
    const path = blobPath(digest);
    const source = mayMount(nexus, user, from);
    const asset = source && nexus.state.assetAt(source.name, path);
    if (asset) {
      const { size, checksums, contentType } = asset;
      if (source.name !== repository.name)
        nexus.state.putAsset({
          repository: repository.name,
          path,
          size,
          checksums,
          contentType,
          uploader: user.id,
          uploaderIp: address,
        });
      return created(call, digest);
    }
  }
  const digest = url.searchParams.get('digest');
  if (digest) checkDigest(digest);
  const id = randomUUID();
  const writer = await nexus.blobs.begin();
  sessionsOf(nexus).set(id, writer);
  if (!digest) return progress(call, id, writer, 202);
  await take(nexus, call, id, writer);
  return finish(nexus, call, id, digest);
}

/** Appends what the request brings. A piece that broke off spoils the upload: how much of it arrived is not sure. */
async function take(
  nexus: Nexus,
  { request }: ImageCall,
  id: string,
  writer: BlobWriter,
) {
  const range = /^(?:bytes )?(\d+)-(\d+)/.exec(
    request.headers.get('content-range') ?? '',
  );
  if (range && Number(range[1]) !== writer.size)
    throw new NexusError(416, 'The piece does not follow the ones before', {
      dockerCode: 'BLOB_UPLOAD_INVALID',
    });
  if (!request.body) return;
  try {
    await writer.append(uploadOf(nexus, request));
  } catch (error) {
    await forget(nexus, id);
    throw error;
  }
}

async function finish(
  nexus: Nexus,
  call: ImageCall,
  id: string,
  digest: string,
): Promise<Response> {
  const { repository, user, address } = call;
  const writer = sessionsOf(nexus).get(id) as BlobWriter;
  sessionsOf(nexus).delete(id);
  const received = await writer.finish();
  if (`sha256:${received.checksums.sha256}` !== digest) {
    await nexus.blobs.discard(received);
    throw new NexusError(
      400,
      'provided digest did not match uploaded content',
      {
        dockerCode: 'DIGEST_INVALID',
      },
    );
  }
  await storeFile(nexus, repository, {
    path: blobPath(digest),
    received,
    sender: { user, address },
    contentType: 'application/octet-stream',
    isExempt: true,
  });
  return created(call, digest);
}

async function forget(nexus: Nexus, id: string) {
  await sessionsOf(nexus).get(id)?.discard();
  sessionsOf(nexus).delete(id);
}

/** Ends all uploads, before the server stops or is reset. */
export async function dropUploads(nexus: Nexus): Promise<void> {
  for (const id of sessionsOf(nexus).keys()) await forget(nexus, id);
}

function progress(
  { base }: ImageCall,
  id: string,
  { size }: BlobWriter,
  status: number,
): Response {
  return new Response(null, {
    status,
    headers: {
      location: `${base}/blobs/uploads/${id}`,
      range: `0-${Math.max(0, size - 1)}`,
      'docker-upload-uuid': id,
    },
  });
}

function created({ base }: ImageCall, digest: string): Response {
  return new Response(null, {
    status: 201,
    headers: {
      location: `${base}/blobs/${digest}`,
      'docker-content-digest': digest,
    },
  });
}
