import { S3Error } from './errors';
import { hmac, sameText, sha256Hex, type ChunkSigning } from './signature';

const signedForms = [
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
];
const unsignedForm = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const lineEnd = '\r\n';

/**
 * Decodes a body of `Content-Encoding: aws-chunked`, with signed chunks or without, with a trailer or without.
 *
 * @param form - value of x-amz-content-sha256
 * @returns the body, and the headers with those of the trailer added
 * @throws S3Error for a form that nobody knows, a broken chunk or a wrong chunk signature
 */
export function decodeChunked(
  requestHeaders: Headers,
  raw: Uint8Array,
  form: string,
  signing: ChunkSigning,
): { body: Uint8Array; headers: Headers } {
  const isSigned = signedForms.includes(form);
  if (!isSigned && form !== unsignedForm)
    throw new S3Error(
      400,
      'InvalidArgument',
      `x-amz-content-sha256 does not know ${form}.`,
    );
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const chunks: Buffer[] = [];
  let previous = signing.seed;
  let position = 0;
  for (;;) {
    const lineStop = bytes.indexOf(lineEnd, position);
    if (lineStop < 0) throw incomplete();
    const line = bytes.toString('latin1', position, lineStop);
    const match = /^([0-9a-f]+)(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(
      line,
    );
    if (!match) throw incomplete();
    const size = Number.parseInt(match[1], 16);
    position = lineStop + lineEnd.length;
    const chunk = bytes.subarray(position, position + size);
    if (chunk.length < size) throw incomplete();
    if (isSigned) {
      previous = checkChunk(chunk, match[2] ?? '', previous, signing);
    }
    if (size === 0) break;
    chunks.push(chunk);
    position += size + lineEnd.length;
  }

  const headers = new Headers(requestHeaders);
  for (const line of bytes.toString('latin1', position).split(lineEnd)) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const body = Buffer.concat(chunks);
  const promised = headers.get('x-amz-decoded-content-length');
  if (promised !== null && Number(promised) !== body.length) throw incomplete();
  return { body, headers };
}

function checkChunk(
  chunk: Buffer,
  given: string,
  previous: string,
  { key, scope, timestamp }: ChunkSigning,
): string {
  const toSign = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    timestamp,
    scope,
    previous,
    sha256Hex(''),
    sha256Hex(chunk),
  ].join('\n');
  const expected = hmac(key, toSign).toString('hex');
  if (sameText(expected, given)) return expected;
  throw new S3Error(
    403,
    'SignatureDoesNotMatch',
    'The signature of a chunk is not the one that its key makes.',
  );
}

function incomplete() {
  return new S3Error(
    400,
    'IncompleteBody',
    'The chunks of the body end too early or cannot be read.',
  );
}
