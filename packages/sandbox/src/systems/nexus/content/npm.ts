import { createHash } from 'node:crypto';
import type { Received } from '../blobStore';
import { NexusError } from '../errors';
import type { Asset, Component } from '../model';
import { compareVersions } from '../search/versions';
import {
  checkPolicy,
  demandUse,
  smallBody,
  storeFile,
  type Nexus,
} from '../server';
import { downloadUrl } from '../documents';
import { readFromArchive } from './archives';
import { assetAt } from './raw';
import type { ContentCall } from './router';
import { serveAsset } from './serve';

/** npm sends a package as base64 within a document, so it has to be held; larger ones go by the components API. */
const largestPublish = 128 * 1024 * 1024;

type Sink = Omit<ContentCall, 'request' | 'url' | 'path'>;

interface Publication {
  name?: string;
  'dist-tags'?: Record<string, string>;
  versions?: Record<string, Record<string, unknown>>;
  _attachments?: Record<string, { data?: string }>;
}

/** Answers what npm asks of a registry: packages, archives, publishing, tags. */
export async function answerNpm(
  nexus: Nexus,
  call: ContentCall,
): Promise<Response> {
  const { request, repository, path, user } = call;
  const reads = ['GET', 'HEAD'].includes(request.method);
  demandUse(
    user,
    repository,
    ...(reads ? (['read'] as const) : (['add', 'edit'] as const)),
  );
  if (path === '-/ping') return Response.json({});
  if (path === '-/v1/search' && reads) return searchPackages(nexus, call);
  if (path === '-/whoami') return Response.json({ username: user.id });
  const tags =
    /^-\/package\/((?:@[^/]+\/)?[^/]+)\/dist-tags(?:\/([^/]+))?$/.exec(path);
  if (tags) return answerTags(nexus, call, tags[1], tags[2]);
  if (/\/-\/.+\.tgz$/.test(path)) {
    if (!reads) throw new NexusError(405, 'Method Not Allowed');
    return serveAsset(nexus, repository, assetAt(nexus, call), request);
  }
  const name = /^((?:@[^/]+\/)?[^/@-][^/]*)$/.exec(path)?.[1];
  if (!name) throw new NexusError(404, 'Not Found');
  if (reads) return Response.json(packument(nexus, call, name));
  if (request.method !== 'PUT') throw new NexusError(405, 'Method Not Allowed');
  await publish(nexus, call, name);
  return Response.json({ success: true }, { status: 200 });
}

async function publish(nexus: Nexus, call: ContentCall, name: string) {
  const { request, repository } = call;
  const body = await smallBody(nexus, request, largestPublish);
  const document = parsed(body);
  const attachments = Object.entries(document._attachments ?? {});
  if (document.name !== name || attachments.length === 0)
    throw new NexusError(400, 'The document holds no archive of this package');
  for (const version of Object.keys(document.versions ?? {}))
    checkPolicy(nexus, repository, tarballPath(name, version));
  for (const [, { data = '' }] of attachments) {
    const content = Buffer.from(data, 'base64');
    const received = await nexus.blobs.receive(pieces(content));
    const tags = document['dist-tags'] ?? {};
    await storePackage(nexus, call, received, { name, tags });
  }
}

async function* pieces(content: Buffer) {
  yield content;
}

function parsed(body: Buffer): Publication {
  try {
    return JSON.parse(body.toString()) as Publication;
  } catch {
    throw new NexusError(400, 'The body is no JSON');
  }
}

/**
 * Keeps a package under the name and version that stand in it.
 *
 * @param published - what npm says of it; without that the newest version becomes `latest`
 * @throws NexusError 400 for what is no package, or another one
 */
export async function storePackage(
  nexus: Nexus,
  { repository, user, address }: Sink,
  received: Received,
  published?: { name: string; tags: Record<string, string> },
): Promise<Asset> {
  const text = await readFromArchive(received.file, /^[^/]+\/package\.json$/);
  const manifest = text === undefined ? undefined : parsedManifest(text);
  const isOther = published && manifest && manifest.name !== published.name;
  if (!manifest || isOther) {
    await nexus.blobs.discard(received);
    throw new NexusError(
      400,
      manifest
        ? `The archive is of another package: ${manifest.name}`
        : 'The file is no package: it has no package.json',
    );
  }
  const { name, version } = manifest;
  const scope = /^@([^/]+)\/(.+)$/.exec(name);
  const asset = await storeFile(nexus, repository, {
    path: tarballPath(name, version),
    received,
    sender: { user, address },
    contentType: 'application/x-tgz',
    component: {
      ...(scope ? { group: scope[1] } : {}),
      name: scope ? scope[2] : name,
      version,
      manifest,
    },
  });
  const known = nexus.state.distTags(repository.name, name);
  const isNewest = !known.latest || compareVersions(version, known.latest) > 0;
  const tags = published?.tags ?? (isNewest ? { latest: version } : {});
  nexus.state.setDistTags(repository.name, name, { ...known, ...tags });
  return asset;
}

function parsedManifest(
  text: string,
): (Record<string, unknown> & { name: string; version: string }) | undefined {
  try {
    const manifest = JSON.parse(text);
    const isPackage =
      typeof manifest.name === 'string' && typeof manifest.version === 'string';
    return isPackage ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function tarballPath(name: string, version: string): string {
  return `${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
}

function versionsOf({ state }: Nexus, repository: string, name: string) {
  return state
    .components(repository)
    .filter(component => fullName(component) === name)
    .sort((a, b) => compareVersions(a.version, b.version));
}

function fullName({ group, name }: Component): string {
  return group ? `@${group}/${name}` : name;
}

/** All that is known of a package, in one document. */
function packument(
  nexus: Nexus,
  { repository, url }: ContentCall,
  name: string,
) {
  const components = versionsOf(nexus, repository.name, name);
  if (components.length === 0)
    throw new NexusError(404, `Package '${name}' not found`);
  const versions: Record<string, unknown> = {};
  const time: Record<string, string> = {};
  for (const component of components) {
    const path = tarballPath(name, component.version);
    const asset = nexus.state.assetAt(repository.name, path);
    if (!asset) continue;
    const sha512 = Buffer.from(asset.checksums.sha512, 'hex').toString(
      'base64',
    );
    time[component.version] = new Date(asset.modifiedAt).toISOString();
    versions[component.version] = {
      ...component.manifest,
      _id: `${name}@${component.version}`,
      dist: {
        shasum: asset.checksums.sha1,
        integrity: `sha512-${sha512}`,
        tarball: downloadUrl(url.origin, asset),
      },
    };
  }
  const times = Object.values(time).sort();
  const revision = createHash('sha1')
    .update(JSON.stringify(time))
    .digest('hex');
  return {
    _id: name,
    _rev: `1-${revision.slice(0, 16)}`,
    name,
    'dist-tags': nexus.state.distTags(repository.name, name),
    versions,
    time: { created: times[0], modified: times.at(-1), ...time },
  };
}

/** What `npm search` shows: the newest version of every package that has the word in its name. */
function searchPackages(
  nexus: Nexus,
  { repository, url }: ContentCall,
): Response {
  const text = (url.searchParams.get('text') ?? '').toLowerCase();
  const newest = new Map<string, Component>();
  for (const { component } of nexus.index.documents()) {
    const name = fullName(component);
    if (component.repository !== repository.name || !name.includes(text))
      continue;
    const known = newest.get(name);
    if (!known || compareVersions(component.version, known.version) > 0)
      newest.set(name, component);
  }
  const objects = [...newest].map(
    ([name, { version, manifest, createdAt }]) => ({
      package: {
        name,
        version,
        description: manifest?.description ?? '',
        date: new Date(createdAt).toISOString(),
        links: {},
        maintainers: [],
        keywords: [],
      },
      searchScore: 1,
    }),
  );
  const time = new Date().toUTCString();
  return Response.json({ objects, total: objects.length, time });
}

async function answerTags(
  nexus: Nexus,
  { request, repository }: ContentCall,
  name: string,
  tag: string | undefined,
): Promise<Response> {
  const tags = nexus.state.distTags(repository.name, name);
  const known = versionsOf(nexus, repository.name, name);
  if (known.length === 0)
    throw new NexusError(404, `Package '${name}' not found`);
  if (request.method === 'GET' && !tag) return Response.json(tags);
  if (!tag || (tag === 'latest' && request.method === 'DELETE'))
    throw new NexusError(400, 'A tag is missing, or may not be removed');
  nexus.faults.checkWritable();
  if (request.method === 'DELETE') delete tags[tag];
  else if (request.method === 'PUT') {
    const body = (await smallBody(nexus, request, 1024)).toString();
    const version = body.trim().replace(/^"|"$/g, '');
    if (!known.some(component => component.version === version))
      throw new NexusError(404, `Version '${version}' not found`);
    tags[tag] = version;
  } else throw new NexusError(405, 'Method Not Allowed');
  nexus.state.setDistTags(repository.name, name, tags);
  return Response.json({ ok: true });
}
