import { parse, stringify } from 'yaml';
import type { Received } from '../blobStore';
import { NexusError } from '../errors';
import type { Asset } from '../model';
import {
  checkPolicy,
  demandUse,
  storeFile,
  uploadOf,
  type Nexus,
} from '../server';
import { readFromArchive } from './archives';
import { assetAt, removeContent } from './raw';
import type { ContentCall } from './router';
import { serveAsset, serveText } from './serve';

type Sink = Omit<ContentCall, 'request' | 'url' | 'path'>;

/** Answers GET, HEAD, PUT, POST and DELETE of a chart repository. */
export async function answerHelm(
  nexus: Nexus,
  call: ContentCall,
): Promise<Response> {
  const { request, repository, path, user } = call;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      demandUse(user, repository, 'read');
      return path === 'index.yaml'
        ? serveText(indexOf(nexus, repository.name), 'text/x-yaml', request)
        : serveAsset(nexus, repository, assetAt(nexus, call), request);
    case 'PUT':
    case 'POST': {
      demandUse(user, repository, 'add', 'edit');
      const received = await nexus.blobs.receive(uploadOf(nexus, request));
      if (path.endsWith('.prov')) await storeProvenance(nexus, call, received);
      else await storeChart(nexus, call, received);
      return new Response(null, { status: 200 });
    }
    case 'DELETE':
      return removeContent(nexus, call, 200);
    default:
      throw new NexusError(405, 'Method Not Allowed');
  }
}

/**
 * Keeps a chart under the name and version that stand in it.
 *
 * @throws NexusError 400 for what is no chart
 */
export async function storeChart(
  nexus: Nexus,
  { repository, user, address }: Sink,
  received: Received,
): Promise<Asset> {
  const chart = await readChart(received.file);
  if (!chart) {
    await nexus.blobs.discard(received);
    throw new NexusError(400, 'The file is no chart: it has no Chart.yaml');
  }
  const { name, version } = chart;
  return storeFile(nexus, repository, {
    path: `${name}-${version}.tgz`,
    received,
    sender: { user, address },
    contentType: 'application/x-tgz',
    component: { name, version, manifest: chart },
  });
}

async function storeProvenance(
  nexus: Nexus,
  { repository, user, address, path }: ContentCall,
  received: Received,
) {
  checkPolicy(nexus, repository, path);
  const chart = nexus.state.assetAt(
    repository.name,
    path.slice(0, -'.prov'.length),
  );
  const component =
    chart?.component === undefined
      ? undefined
      : nexus.state.component(chart.component);
  await storeFile(nexus, repository, {
    path,
    received,
    sender: { user, address },
    ...(component
      ? { component: { name: component.name, version: component.version } }
      : {}),
  });
}

interface Chart extends Record<string, unknown> {
  name: string;
  version: string;
}

async function readChart(file: string): Promise<Chart | undefined> {
  const text = await readFromArchive(file, /^(\.\/)?[^/]+\/Chart\.yaml$/);
  if (text === undefined) return undefined;
  try {
    const chart = parse(text) as Chart | null;
    const isChart =
      typeof chart?.name === 'string' && typeof chart.version === 'string';
    return isChart ? chart : undefined;
  } catch {
    return undefined;
  }
}

/** `index.yaml` of what the index knows: a chart just uploaded is in it after a while. */
function indexOf({ index }: Nexus, repository: string): string {
  const entries: Record<string, unknown[]> = {};
  for (const { component, assets } of index.documents()) {
    if (component.repository !== repository) continue;
    const archive = assets.find(({ path }) => path.endsWith('.tgz'));
    if (!archive) continue;
    (entries[component.name] ??= []).push({
      ...component.manifest,
      created: new Date(archive.modifiedAt).toISOString(),
      digest: archive.checksums.sha256,
      urls: [archive.path],
    });
  }
  return stringify({
    apiVersion: 'v1',
    entries,
    generated: new Date().toISOString(),
  });
}
