import { checkChecksums } from './checksums';
import { checkRead, type Conditions } from './conditions';
import { S3Error, s3Errors } from './errors';
import type { ObjectInfo, ObjectStore } from './objectStore';

/** Longest key that S3 takes, in bytes. */
const longestKey = 1024;
const keptHeaders = [
  'content-type',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
];

/** A verified call on one object. */
export interface ObjectCall {
  method: string;
  bucket: string;
  key: string;
  headers: Headers;
  body: Uint8Array;
}

/** GET, HEAD, PUT and DELETE of one object. @throws S3Error */
export function answerObjectCall(
  store: ObjectStore,
  conditions: Conditions,
  call: ObjectCall,
): Response {
  if (Buffer.byteLength(call.key) > longestKey)
    throw new S3Error(400, 'KeyTooLongError', 'The key is too long.');
  switch (call.method) {
    case 'GET':
    case 'HEAD':
      return readObject(store, call);
    case 'PUT':
      return writeObject(store, conditions, call);
    case 'DELETE':
      conditions.checkDelete(
        call.headers,
        `/${call.bucket}/${call.key}`,
        store.find(call.bucket, call.key),
      );
      store.remove(call.bucket, call.key);
      return new Response(null, { status: 204 });
    default:
      throw s3Errors.notImplemented(`${call.method} of an object`);
  }
}

function readObject(store: ObjectStore, call: ObjectCall): Response {
  const info = store.find(call.bucket, call.key);
  if (!info) throw s3Errors.noSuchKey();
  checkRead(call.headers, info);
  const range = readRange(call.headers.get('range'), info.size);
  const headers = new Headers({
    ...objectHeaders(info),
    'content-length': String(range ? range.to - range.from + 1 : info.size),
  });
  if (range)
    headers.set(
      'content-range',
      `bytes ${range.from}-${range.to}/${info.size}`,
    );
  // A checksum covers the whole object, so a part does not carry it.
  if (range)
    for (const name of [...headers.keys()])
      if (name.startsWith('x-amz-checksum-')) headers.delete(name);
  const status = range ? 206 : 200;
  if (call.method === 'HEAD') return new Response(null, { status, headers });
  const content = store.read(call.bucket, call.key);
  const body = range ? content.subarray(range.from, range.to + 1) : content;
  return new Response(new Uint8Array(body), { status, headers });
}

function writeObject(
  store: ObjectStore,
  conditions: Conditions,
  call: ObjectCall,
): Response {
  const { bucket, key, headers, body } = call;
  if (headers.has('x-amz-copy-source'))
    throw s3Errors.notImplemented('copies of objects');
  const checksums = checkChecksums(headers, body);
  conditions.checkPut(headers, `/${bucket}/${key}`, store.find(bucket, key));
  const kept: Record<string, string> = { ...checksums };
  headers.forEach((value, name) => {
    if (keptHeaders.includes(name) || name.startsWith('x-amz-meta-'))
      kept[name] = value;
  });
  const info = store.write(bucket, key, body, kept);
  return new Response(null, {
    headers: { ...checksums, etag: `"${info.etag}"`, 'content-length': '0' },
  });
}

function objectHeaders(info: ObjectInfo): Record<string, string> {
  return {
    'content-type': 'binary/octet-stream',
    ...info.headers,
    etag: `"${info.etag}"`,
    'last-modified': info.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
  };
}

/** The first byte range; a header that asks for several or cannot be read is ignored, as HTTP allows. */
function readRange(
  header: string | null,
  size: number,
): { from: number; to: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const from =
    match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to =
    match[1] === '' || match[2] === ''
      ? size - 1
      : Math.min(Number(match[2]), size - 1);
  if (from > to)
    throw new S3Error(
      416,
      'InvalidRange',
      'The range lies outside the object.',
    );
  return { from, to };
}
