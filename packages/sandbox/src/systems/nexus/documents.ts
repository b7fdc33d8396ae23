import { NexusError } from './errors';
import type { Asset, Component, Format } from './model';

/** Ids of the REST API: the repository and the inner id, in URL-safe base64. */
export function outerId(repository: string, id: string): string {
  return Buffer.from(`${repository}:${id}`).toString('base64url');
}

/**
 * Inner id of what the REST API names.
 *
 * @throws NexusError 404, 422 as the original does
 */
export function innerId(given: string): { repository: string; id: string } {
  const text = Buffer.from(given, 'base64url').toString();
  // eslint-disable-next-line no-control-regex
  if (!/^[\x20-\x7e]+$/.test(text)) throw new NexusError(404, '');
  const parts = text.split(':');
  if (parts.length !== 2) throw new NexusError(422, '');
  return { repository: parts[0], id: parts[1] };
}

const time = (at: number | undefined) =>
  at === undefined ? null : new Date(at).toISOString().replace('Z', '+00:00');

/** Address of a content, as a client reaches it that asked at `origin`. */
export function downloadUrl(
  origin: string,
  { repository, path }: Pick<Asset, 'repository' | 'path'>,
): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${origin}/repository/${repository}/${encoded.replaceAll('%40', '@').replaceAll('%3A', ':')}`;
}

/** An asset as the REST API shows it. */
export function assetDocument(asset: Asset, format: Format, origin: string) {
  return {
    downloadUrl: downloadUrl(origin, asset),
    path: `/${asset.path}`,
    id: outerId(asset.repository, asset.id),
    repository: asset.repository,
    format,
    checksum: asset.checksums,
    contentType: asset.contentType,
    lastModified: time(asset.modifiedAt),
    lastDownloaded: time(asset.downloadedAt),
    uploader: asset.uploader,
    uploaderIp: asset.uploaderIp,
    fileSize: asset.size,
    blobCreated: time(asset.modifiedAt),
    blobStoreName: 'default',
  };
}

/** A component as the REST API shows it. */
export function componentDocument(
  component: Component,
  assets: Asset[],
  origin: string,
) {
  const { id, repository, format, group, name, version } = component;
  return {
    id: outerId(repository, id),
    repository,
    format,
    group: group ?? null,
    name,
    version: version || null,
    assets: assets.map(asset => assetDocument(asset, format, origin)),
    tags: [],
  };
}
