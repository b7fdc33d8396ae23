import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { decodeChunked } from './chunked';
import { S3Error } from './errors';

/** Keys of the one account. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What signs the chunks of a body after the signature of the headers. */
export interface ChunkSigning {
  key: Buffer;
  /** `<date>/<region>/s3/aws4_request` */
  scope: string;
  timestamp: string;
  seed: string;
}

/** Clocks of client and server may differ by so much. */
const largestSkewMs = 15 * 60_000;

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

export function sameText(left: string, right: string): boolean {
  return (
    left.length === right.length &&
    timingSafeEqual(Buffer.from(left), Buffer.from(right))
  );
}

/**
 * Checks the signature (version 4, in the Authorization header) and gives the body that it covers, chunks decoded.
 *
 * @returns the body, and the headers with those of the trailer added
 * @throws S3Error 403 as S3 answers it
 */
export function verifyRequest(
  request: Request,
  rawBody: Uint8Array,
  credentials: S3Credentials,
): { body: Uint8Array; headers: Headers } {
  const header = request.headers.get('authorization');
  if (!header)
    throw new S3Error(403, 'AccessDenied', 'The request is not signed.');
  const fields = parseAuthorization(header);
  const [accessKeyId, ...scopeParts] = fields.credential.split('/');
  const [date, region, service, terminator] = scopeParts;
  if (accessKeyId !== credentials.accessKeyId)
    throw new S3Error(
      403,
      'InvalidAccessKeyId',
      'There is no such access key.',
    );
  if (service !== 's3' || terminator !== 'aws4_request')
    throw new S3Error(
      400,
      'AuthorizationHeaderMalformed',
      'The credential is not scoped to s3/aws4_request.',
    );

  const timestamp = request.headers.get('x-amz-date') ?? '';
  checkTime(timestamp, date);
  const payload = request.headers.get('x-amz-content-sha256') ?? '';
  const scope = scopeParts.join('/');
  const key = signingKey(credentials.secretAccessKey, date, region);
  const canonical = canonicalRequest(request, fields.signedHeaders, payload);
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256Hex(canonical)}`;
  const expected = hmac(key, toSign).toString('hex');
  if (!sameText(expected, fields.signature))
    throw new S3Error(
      403,
      'SignatureDoesNotMatch',
      'The signature of the request is not the one that its key makes.',
    );
  if (payload.startsWith('STREAMING-'))
    return decodeChunked(request.headers, rawBody, payload, {
      key,
      scope,
      timestamp,
      seed: fields.signature,
    });
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256Hex(rawBody))
    throw new S3Error(
      400,
      'XAmzContentSHA256Mismatch',
      'x-amz-content-sha256 does not belong to the body.',
    );
  return { body: rawBody, headers: request.headers };
}

function parseAuthorization(header: string) {
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match)
    throw new S3Error(
      400,
      'AuthorizationHeaderMalformed',
      'The Authorization header is no AWS4-HMAC-SHA256 signature.',
    );
  return {
    credential: match[1],
    signedHeaders: match[2].split(';'),
    signature: match[3],
  };
}

function checkTime(timestamp: string, date: string) {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (!match || !timestamp.startsWith(date))
    throw new S3Error(403, 'AccessDenied', 'x-amz-date is missing or wrong.');
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Math.abs(Date.now() - time) > largestSkewMs)
    throw new S3Error(
      403,
      'RequestTimeTooSkewed',
      'The clocks of client and server differ by more than 15 minutes.',
    );
}

function signingKey(secret: string, date: string, region: string): Buffer {
  const dateKey = hmac(`AWS4${secret}`, date);
  return hmac(hmac(hmac(dateKey, region), 's3'), 'aws4_request');
}

function canonicalRequest(
  request: Request,
  signedHeaders: string[],
  payload: string,
): string {
  const url = new URL(request.url);
  const headers = signedHeaders.map(name => {
    const value = request.headers.get(name) ?? '';
    return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
  });
  return [
    request.method,
    url.pathname.split('/').map(reencode).join('/'),
    canonicalQuery(url.search.slice(1)),
    headers.join(''),
    signedHeaders.join(';'),
    payload,
  ].join('\n');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map(pair => {
      const [name, ...value] = pair.split('=');
      return [reencode(name), reencode(value.join('='))];
    })
    .sort(([a, x], [b, y]) => compareBytes(a, b) || compareBytes(x, y))
    .map(pair => pair.join('='))
    .join('&');
}

function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Percent-encodes as the signature wants it, whatever form the client or the URL parser chose. */
function reencode(part: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    decoded = part;
  }
  return encodeURIComponent(decoded).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
