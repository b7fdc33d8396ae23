import { createHash } from 'node:crypto';
import { S3Error } from './errors';

/** Remainder tables of the two checksums that Node lacks; values above 2^32 need BigInt. */
const crc32Table = makeTable(0xedb88320n);
const crc32cTable = makeTable(0x82f63b78n);
const crc64Table = makeTable(0x9a6c9329ac4bc9b5n);

/* eslint-disable no-bitwise */
function makeTable(polynomial: bigint): BigUint64Array {
  const table = new BigUint64Array(256);
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++)
      value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    table[index] = value;
  }
  return table;
}

function crc32(table: BigUint64Array, bytes: Uint8Array): Buffer {
  const small = Uint32Array.from(table, Number);
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ small[(value ^ byte) & 255];
  const result = Buffer.alloc(4);
  result.writeUInt32BE((value ^ 0xffffffff) >>> 0);
  return result;
}

function crc64(bytes: Uint8Array): Buffer {
  let value = 0xffffffffffffffffn;
  for (const byte of bytes)
    value = (value >> 8n) ^ crc64Table[Number((value ^ BigInt(byte)) & 255n)];
  const result = Buffer.alloc(8);
  result.writeBigUInt64BE(value ^ 0xffffffffffffffffn);
  return result;
}
/* eslint-enable no-bitwise */

const algorithms: Record<string, (bytes: Uint8Array) => Buffer> = {
  crc32: bytes => crc32(crc32Table, bytes),
  crc32c: bytes => crc32(crc32cTable, bytes),
  crc64nvme: crc64,
  sha1: bytes => createHash('sha1').update(bytes).digest(),
  sha256: bytes => createHash('sha256').update(bytes).digest(),
};

/**
 * Compares the checksums that a client sent, in headers or in the trailer, with the body.
 *
 * @returns the checksum headers to keep with the object and to answer with
 * @throws S3Error when one is wrong
 */
export function checkChecksums(
  headers: Headers,
  body: Uint8Array,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, compute] of Object.entries(algorithms)) {
    const header = `x-amz-checksum-${name}`;
    const given = headers.get(header);
    if (given === null) continue;
    if (compute(body).toString('base64') !== given)
      throw new S3Error(
        400,
        'BadDigest',
        `The ${name} checksum of the request does not belong to its body.`,
      );
    kept[header] = given;
  }
  const md5 = headers.get('content-md5');
  if (md5 !== null && createHash('md5').update(body).digest('base64') !== md5)
    throw new S3Error(
      400,
      'BadDigest',
      'The Content-MD5 of the request does not belong to its body.',
    );
  return kept;
}
