import { Readable } from 'node:stream';
import { NexusError } from '../errors';
import type { Asset, Repository } from '../model';
import type { Nexus } from '../server';

/**
 * Answers GET and HEAD of a stored file: whole or a part of it, or that it has not changed.
 *
 * @throws NexusError 416
 */
export function serveAsset(
  nexus: Nexus,
  repository: Repository,
  asset: Asset,
  request: Request,
): Response {
  const etag = `"{SHA1{${asset.checksums.sha1}}}"`;
  const headers = new Headers({
    'content-type': asset.contentType,
    etag,
    'last-modified': new Date(asset.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'content-security-policy': 'sandbox allow-forms allow-modals allow-popups',
    'x-content-type-options': 'nosniff',
  });
  const disposition = (repository.raw ?? repository.maven)?.contentDisposition;
  if (disposition === 'ATTACHMENT')
    headers.set('content-disposition', 'ATTACHMENT');
  if (isUnchanged(request.headers, etag, asset.modifiedAt))
    return new Response(null, { status: 304, headers });
  const range = readRange(request.headers.get('range'), asset.size);
  const length = range ? range.to - range.from + 1 : asset.size;
  headers.set('content-length', String(length));
  if (range)
    headers.set(
      'content-range',
      `bytes ${range.from}-${range.to}/${asset.size}`,
    );
  const status = range ? 206 : 200;
  if (request.method === 'HEAD') return new Response(null, { status, headers });
  nexus.state.downloaded(asset);
  return new Response(contentOf(nexus, asset, range), { status, headers });
}

/** Content of an asset as a body. */
export function contentOf(
  { blobs }: Nexus,
  asset: Asset,
  range?: { from: number; to: number },
): ReadableStream<Uint8Array> | null {
  if (asset.size === 0) return null;
  const file = blobs.open(asset.checksums.sha256, range);
  return Readable.toWeb(file) as ReadableStream<Uint8Array>;
}

/** Answers GET and HEAD of a text that is made when it is asked for. */
export function serveText(
  text: string,
  contentType: string,
  request: Request,
): Response {
  const body = Buffer.from(text);
  const headers = {
    'content-type': contentType,
    'content-length': String(body.length),
  };
  return new Response(request.method === 'HEAD' ? null : body, { headers });
}

function isUnchanged(headers: Headers, etag: string, modifiedAt: number) {
  const known = headers.get('if-none-match');
  if (known !== null)
    return known
      .split(',')
      .some(tag => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
  const since = Date.parse(headers.get('if-modified-since') ?? '');
  return !Number.isNaN(since) && Math.floor(modifiedAt / 1000) * 1000 <= since;
}

/** The first byte range; a header that asks for several or cannot be read is ignored, as HTTP allows. */
function readRange(
  header: string | null,
  size: number,
): { from: number; to: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const isOpen = first === '' || last === '';
  const to = isOpen ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) throw new NexusError(416, 'Range Not Satisfiable');
  return { from, to };
}
