import type { BlobStore, Received } from './blobStore';
import { contentMismatch, typeByName } from './contentTypes';
import { NexusError } from './errors';
import type { NexusFaults } from './faults';
import type { Asset, Coordinates, Format, Repository } from './model';
import type { SearchIndex } from './search/searchIndex';
import type { NexusState } from './state';
import { demand, may, type User, type Users } from './users';

/** What all protocols of the server stand on. */
export interface Nexus {
  state: NexusState;
  blobs: BlobStore;
  users: Users;
  faults: NexusFaults;
  index: SearchIndex;
  log(line: string): void;
}

/** Who sends something, for the books. */
export interface Sender {
  user: User;
  address: string;
}

/** A file to be stored. */
export interface NewFile {
  path: string;
  received: Received;
  sender: Sender;
  contentType?: string;
  component?: Coordinates;
  attributes?: Record<string, string>;
  /** The redeploy policy is not asked: index files, and contents that are named by their digest. */
  isExempt?: boolean;
  /** When it arrived, in milliseconds; now unless told. */
  at?: number;
}

type Action = 'browse' | 'read' | 'add' | 'edit' | 'delete';

/** Whether a user may do something with the content of a repository. */
export function mayUse(
  user: User,
  { format, name }: { format: string; name: string },
  action: Action,
): boolean {
  return may(user, `nexus:repository-view:${format}:${name}:${action}`);
}

/** @throws NexusError 403 */
export function demandUse(
  user: User,
  { format, name }: { format: string; name: string },
  ...actions: Action[]
): void {
  for (const action of actions)
    demand(user, `nexus:repository-view:${format}:${name}:${action}`);
}

/** @throws NexusError 404 for one that is not there, or of another format */
export function repositoryOf(
  { state }: Nexus,
  name: string,
  format?: Format,
): Repository {
  const repository = state.repository(name);
  if (!repository || (format && repository.format !== format))
    throw new NexusError(404, `Repository not found: ${name}`, {
      dockerCode: 'NAME_UNKNOWN',
    });
  return repository;
}

/**
 * Whether a path may be written, by the repository's deployment policy.
 *
 * @throws NexusError 400, 503 while the repository is off-line
 */
export function checkPolicy(
  { state }: Nexus,
  repository: Repository,
  path: string,
): void {
  const { name, online, storage } = repository;
  if (!online) throw new NexusError(503, `Repository is offline: ${name}`);
  if (storage.writePolicy === 'DENY')
    throw new NexusError(400, `Repository is read only: ${name}`);
  if (storage.writePolicy === 'ALLOW_ONCE' && state.assetAt(name, path))
    throw new NexusError(
      400,
      `Repository does not allow updating assets: ${name}`,
    );
}

/**
 * Keeps a file that has arrived, or discards it.
 *
 * @throws NexusError
 */
export async function storeFile(
  nexus: Nexus,
  repository: Repository,
  file: NewFile,
): Promise<Asset> {
  const { state, blobs } = nexus;
  const { path, received, sender } = file;
  try {
    nexus.faults.checkWritable();
    if (!file.isExempt) checkPolicy(nexus, repository, path);
    const isStrict = repository.storage.strictContentTypeValidation;
    const mismatch = isStrict ? contentMismatch(path, received.head) : '';
    if (mismatch) throw new NexusError(400, mismatch);
    blobs.keep(received);
  } catch (error) {
    await blobs.discard(received);
    throw error;
  }
  return state.putAsset({
    repository: repository.name,
    path,
    size: received.size,
    checksums: received.checksums,
    contentType:
      file.contentType ?? typeByName(path) ?? 'application/octet-stream',
    uploader: sender.user.id,
    uploaderIp: sender.address,
    ...(file.component ? { component: file.component } : {}),
    ...(file.attributes ? { attributes: file.attributes } : {}),
    ...(file.at === undefined ? {} : { at: file.at }),
  });
}

/**
 * The body of a request, piece by piece.
 *
 * @throws NexusError 503 while nothing may be written
 */
export function uploadOf(
  { faults }: Nexus,
  request: Request,
): AsyncIterable<Uint8Array> {
  faults.checkWritable();
  return faults.pass(bodyOf(request));
}

async function* bodyOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as Uint8Array;
    }
  } finally {
    reader.releaseLock();
  }
}

/** @throws NexusError 413 for a body longer than a document should be */
export async function smallBody(
  nexus: Nexus,
  request: Request,
  limit: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of uploadOf(nexus, request)) {
    size += piece.length;
    if (size > limit)
      throw new NexusError(413, `The body is larger than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
