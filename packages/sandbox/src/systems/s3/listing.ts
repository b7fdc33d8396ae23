import { s3Errors } from './errors';
import type { ObjectInfo } from './objectStore';
import { xmlDocument, type XmlFields } from './xml';

const mostKeys = 1000;

/**
 * Answer of ListObjectsV2.
 *
 * @param objects - those with the prefix, sorted
 * @param query - prefix, delimiter, max-keys, continuation-token, start-after, encoding-type
 * @throws S3Error when max-keys or the token is no value that S3 takes
 */
export function listObjects(
  bucket: string,
  objects: ObjectInfo[],
  query: URLSearchParams,
): string {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const limit = readMaxKeys(query.get('max-keys'));
  const isEncoded = query.get('encoding-type') === 'url';
  const text = (value: string) =>
    isEncoded ? encodeURIComponent(value).replace(/%2F/g, '/') : value;

  const after = token === null ? (startAfter ?? '') : readToken(token);
  const page = takePage(objects, { prefix, delimiter, after, limit });
  return xmlDocument('ListBucketResult', {
    Name: bucket,
    Prefix: text(prefix),
    Delimiter: delimiter ? text(delimiter) : undefined,
    StartAfter: startAfter === null ? undefined : text(startAfter),
    ContinuationToken: token ?? undefined,
    EncodingType: isEncoded ? 'url' : undefined,
    KeyCount: page.contents.length + page.prefixes.length,
    MaxKeys: limit,
    IsTruncated: page.next !== undefined,
    NextContinuationToken: page.next && writeToken(page.next),
    Contents: page.contents.map(info => contentsEntry(info, text)),
    CommonPrefixes: page.prefixes.map(value => ({ Prefix: text(value) })),
  });
}

function takePage(
  objects: ObjectInfo[],
  options: { prefix: string; delimiter: string; after: string; limit: number },
) {
  const { prefix, delimiter, after, limit } = options;
  const contents: ObjectInfo[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (const info of objects) {
    const stop = delimiter ? info.key.indexOf(delimiter, prefix.length) : -1;
    const group =
      stop < 0 ? undefined : info.key.slice(0, stop + delimiter.length);
    const name = group ?? info.key;
    if (compare(name, after) <= 0 || (group && group === prefixes.at(-1)))
      continue;
    if (contents.length + prefixes.length === limit)
      return { contents, prefixes, next: limit === 0 ? undefined : last };
    if (group) prefixes.push(group);
    else contents.push(info);
    last = name;
  }
  return { contents, prefixes, next: undefined };
}

function compare(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function contentsEntry(
  info: ObjectInfo,
  text: (value: string) => string,
): XmlFields {
  return {
    Key: text(info.key),
    LastModified: info.modifiedAt.toISOString(),
    ETag: `"${info.etag}"`,
    Size: info.size,
    StorageClass: 'STANDARD',
  };
}

function readMaxKeys(given: string | null): number {
  if (given === null || given === '') return mostKeys;
  if (!/^\d{1,9}$/.test(given))
    throw s3Errors.invalidArgument('max-keys is no number.');
  return Math.min(Number(given), mostKeys);
}

function writeToken(name: string): string {
  return Buffer.from(name).toString('base64url');
}

function readToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString();
  if (name === '' || writeToken(name) !== token)
    throw s3Errors.invalidArgument(
      'The continuation token is not one of ours.',
    );
  return name;
}
