import { createHash } from 'node:crypto';
import type { Received } from '../blobStore';
import { NexusError } from '../errors';
import type { Asset, Repository } from '../model';
import {
  checkPolicy,
  demandUse,
  storeFile,
  uploadOf,
  type Nexus,
} from '../server';
import { mavenMetadata } from './mavenMetadata';
import { parseMavenPath, type MavenPath } from './mavenPath';
import { removeContent } from './raw';
import type { ContentCall } from './router';
import { serveAsset, serveText } from './serve';

/** Answers GET, HEAD, PUT and DELETE of a Maven repository. */
export async function answerMaven(
  nexus: Nexus,
  call: ContentCall,
): Promise<Response> {
  const { request, repository, user } = call;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      demandUse(user, repository, 'read');
      return read(nexus, call);
    case 'PUT': {
      demandUse(user, repository, 'add', 'edit');
      checkMavenPath(repository, call.path);
      if (!isFree(call.path)) checkPolicy(nexus, repository, call.path);
      const received = await nexus.blobs.receive(uploadOf(nexus, request));
      await storeMaven(nexus, call, call.path, received);
      return new Response(null, { status: 201 });
    }
    case 'DELETE':
      return removeContent(nexus, call, 204);
    default:
      throw new NexusError(405, 'Method Not Allowed');
  }
}

/** Keeps a file of an artifact, the file of a checksum, or metadata that a client made. */
export function storeMaven(
  nexus: Nexus,
  { repository, user, address }: Omit<ContentCall, 'request' | 'url' | 'path'>,
  path: string,
  received: Received,
): Promise<Asset> {
  const file = parseMavenPath(path);
  const { coordinates, classifier, extension } = file;
  const attributes = {
    ...(extension ? { 'maven.extension': ending(file, extension) } : {}),
    ...(classifier ? { 'maven.classifier': classifier } : {}),
  };
  return storeFile(nexus, repository, {
    path,
    received,
    sender: { user, address },
    attributes,
    isExempt: isFree(path),
    ...(coordinates ? { component: coordinates } : {}),
  });
}

function ending({ checksum }: MavenPath, extension: string): string {
  return checksum ? `${extension}.${checksum}` : extension;
}

/** Metadata follows every deployment, so no policy holds it. */
function isFree(path: string): boolean {
  return parseMavenPath(path).isMetadata;
}

/**
 * Whether a path may be in a repository, by its layout and the versions that it takes.
 *
 * @throws NexusError 400
 */
export function checkMavenPath(
  { name, maven }: Repository,
  path: string,
): void {
  const { coordinates, isMetadata } = parseMavenPath(path);
  if (isMetadata) return;
  if (!coordinates) {
    if (maven?.layoutPolicy !== 'STRICT') return;
    throw new NexusError(400, `Invalid path for a Maven 2 repository: ${path}`);
  }
  const base = coordinates.attributes?.['maven.baseVersion'] ?? '';
  const isSnapshot = base.endsWith('-SNAPSHOT');
  const policy = maven?.versionPolicy ?? 'MIXED';
  if (policy !== 'MIXED' && isSnapshot !== (policy === 'SNAPSHOT'))
    throw new NexusError(
      400,
      `Repository version policy: ${policy} does not allow version: ${base} (${name})`,
    );
}

function read(nexus: Nexus, call: ContentCall): Response {
  const { request, repository, path } = call;
  const { main, checksum, isMetadata } = parseMavenPath(path);
  if (isMetadata) {
    const folder = main.split('/').slice(0, -1).join('/');
    const made = mavenMetadata(nexus.state, repository.name, folder);
    if (made !== undefined) {
      if (!checksum) return serveText(made, 'application/xml', request);
      const sum = createHash(checksum).update(made).digest('hex');
      return serveText(sum, 'text/plain', request);
    }
  }
  const stored = nexus.state.assetAt(repository.name, path);
  if (stored) return serveAsset(nexus, repository, stored, request);
  const owner = checksum && nexus.state.assetAt(repository.name, main);
  if (!owner) throw new NexusError(404, 'Not Found');
  return serveText(owner.checksums[checksum], 'text/plain', request);
}
