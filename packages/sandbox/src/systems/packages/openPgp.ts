import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { writeFileAtomic, readJsonFile } from '../../storage/atomicFile';

/** Signs as apt wants it: OpenPGP version 4 with Ed25519 and SHA-512 (RFC 4880, and its draft for EdDSA). */
export interface OpenPgpSigner {
  /** The public key, armored. */
  publicKey: string;
  /** The text with its signature around it, as `InRelease` is. */
  clearSign(text: string): string;
  /** The signature alone, armored, as `Release.gpg` is. */
  detachedSign(text: string): string;
}

const packetTags = { signature: 2, publicKey: 6, userId: 13 };
const eddsa = 22;
const sha512 = 10;
const ed25519Oid = Buffer.from('092b06010401da470f01', 'hex');
const signatureTypes = { binary: 0x00, text: 0x01, certification: 0x13 };

interface KeptKey {
  /** Seconds since 1970; part of the key's fingerprint. */
  created: number;
  /** PEM, PKCS 8. */
  privateKey: string;
}

/**
 * The signer of a file's key, which is made when there is none.
 *
 * @param file - JSON, readable by its owner only
 * @param userId - whose key it is: `Name <mail>`
 */
export function loadOrCreateSigner(
  file: string,
  userId: string,
): OpenPgpSigner {
  let kept = readJsonFile<KeptKey>(file);
  if (!kept) {
    kept = createKey();
    writeFileAtomic(file, JSON.stringify(kept));
  }
  const { created } = kept;
  const key = createPrivateKey(kept.privateKey);
  const body = publicKeyBody(key, created);
  const fingerprint = createHash('sha1').update(framed(body)).digest();
  const id = Buffer.from(userId);

  const signatureOf = (type: number, data: Buffer, extra: Buffer[] = []) =>
    signaturePacket({ key, fingerprint, type, data, extra });
  const certified = Buffer.concat([
    framed(body),
    Buffer.from([0xb4]),
    uint32(id.length),
    id,
  ]);
  const publicKey = armor('PUBLIC KEY BLOCK', [
    packet(packetTags.publicKey, body),
    packet(packetTags.userId, id),
    // Key flags: it certifies and signs.
    signatureOf(signatureTypes.certification, certified, [
      subpacket(27, Buffer.from([0x03])),
    ]),
  ]);
  return {
    publicKey,
    clearSign(text) {
      const lines = text.replace(/\n$/, '').split('\n');
      const canonical = lines.map(line => line.trimEnd()).join('\r\n');
      const signed = signatureOf(signatureTypes.text, Buffer.from(canonical));
      return [
        '-----BEGIN PGP SIGNED MESSAGE-----',
        'Hash: SHA512',
        '',
        ...lines.map(line => line.replace(/^-/, '- -')),
        armor('SIGNATURE', [signed]),
      ].join('\n');
    },
    detachedSign: text =>
      armor('SIGNATURE', [
        signatureOf(signatureTypes.binary, Buffer.from(text)),
      ]),
  };
}

function createKey(): KeptKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    created: Math.floor(Date.now() / 1000),
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}

function publicKeyBody(key: KeyObject, created: number): Buffer {
  const point = Buffer.from(
    String(key.export({ format: 'jwk' }).x),
    'base64url',
  );
  return Buffer.concat([
    Buffer.from([4]),
    uint32(created),
    Buffer.from([eddsa]),
    ed25519Oid,
    // 0x40 says that the point is in its own, compressed form.
    integer(Buffer.concat([Buffer.from([0x40]), point])),
  ]);
}

function signaturePacket(options: {
  key: KeyObject;
  fingerprint: Buffer;
  type: number;
  data: Buffer;
  extra: Buffer[];
}): Buffer {
  const hashed = Buffer.concat([
    subpacket(2, uint32(Math.floor(Date.now() / 1000))),
    subpacket(33, Buffer.concat([Buffer.from([4]), options.fingerprint])),
    ...options.extra,
  ]);
  const issuer = subpacket(16, options.fingerprint.subarray(-8));
  const head = Buffer.concat([
    Buffer.from([4, options.type, eddsa, sha512]),
    uint16(hashed.length),
    hashed,
  ]);
  const digest = createHash('sha512')
    .update(options.data)
    .update(head)
    .update(Buffer.from([4, 0xff]))
    .update(uint32(head.length))
    .digest();
  const signature = sign(null, digest, options.key);
  return packet(
    packetTags.signature,
    Buffer.concat([
      head,
      uint16(issuer.length),
      issuer,
      digest.subarray(0, 2),
      integer(signature.subarray(0, 32)),
      integer(signature.subarray(32)),
    ]),
  );
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A number of any size: its length in bits, then its bytes without zeros in front. */
function integer(bytes: Buffer): Buffer {
  const start = bytes.findIndex(byte => byte !== 0);
  const significant = bytes.subarray(start < 0 ? bytes.length : start);
  const bits =
    significant.length === 0
      ? 0
      : significant.length * 8 - (Math.clz32(significant[0]) - 24);
  return Buffer.concat([uint16(bits), significant]);
}

/** A key as it goes into a digest. */
function framed(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x99]), uint16(body.length), body]);
}

/** A packet in the new form, its length in five bytes. */
function packet(tag: number, body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([0xc0 + tag, 0xff]),
    uint32(body.length),
    body,
  ]);
}

/** Shorter than 192 bytes, all of ours. */
function subpacket(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([body.length + 1, type]), body]);
}

function armor(label: string, packets: Buffer[]): string {
  const bytes = Buffer.concat(packets);
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [
    `-----BEGIN PGP ${label}-----`,
    '',
    ...lines,
    `=${checksum(bytes).toString('base64')}`,
    `-----END PGP ${label}-----`,
    '',
  ].join('\n');
}

/* eslint-disable no-bitwise */
/** CRC-24 of RFC 4880. */
function checksum(bytes: Buffer): Buffer {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return uint32(crc & 0xffffff).subarray(1);
}
