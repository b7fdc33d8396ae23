import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../storage/atomicFile';

/** A key pair as OpenSSH writes it. */
export interface SshKeyPair {
  /** `ssh-ed25519 AAAA… comment`, one line without a line end. */
  publicKey: string;
  /** PEM with its final line end, as OpenSSH insists on it. */
  privateKey: string;
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  fingerprint: string;
}

/**
 * The key pair of the sandbox's automation user, made at the first start and kept.
 *
 * @param folder - holds `id_ed25519` (0600) and `id_ed25519.pub`
 */
export function loadOrCreateSshKey(
  folder: string,
  comment = 'automation@sandbox',
): SshKeyPair {
  const file = join(folder, 'id_ed25519');
  if (!existsSync(file) || !existsSync(`${file}.pub`)) {
    const made = createKeyPair(comment);
    writeFileAtomic(file, made.privateKey);
    writeFileAtomic(`${file}.pub`, `${made.publicKey}\n`, 0o644);
  }
  const publicKey = readFileSync(`${file}.pub`, 'utf8').trim();
  const blob = Buffer.from(publicKey.split(' ')[1], 'base64');
  const digest = createHash('sha256').update(blob).digest('base64');
  return {
    publicKey,
    privateKey: readFileSync(file, 'utf8'),
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
  };
}

/** Length-prefixed, as every field of SSH is. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function createKeyPair(comment: string) {
  // Node writes PKCS 8 only, which ssh does not read for ed25519.
  const jwk = generateKeyPairSync('ed25519').privateKey.export({
    format: 'jwk',
  });
  const point = Buffer.from(jwk.x as string, 'base64url');
  const secret = Buffer.from(jwk.d as string, 'base64url');
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(point)]);
  const check = randomBytes(4);
  const secretPart = Buffer.concat([
    check,
    check,
    publicBlob,
    field(Buffer.concat([secret, point])),
    field(comment),
  ]);
  const padding = Buffer.from(
    Array.from({ length: -secretPart.length & 7 }, (_, index) => index + 1), // eslint-disable-line no-bitwise
  );
  const one = Buffer.from([0, 0, 0, 1]);
  const container = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    one,
    field(publicBlob),
    field(Buffer.concat([secretPart, padding])),
  ]).toString('base64');
  const lines = container.match(/.{1,70}/g) ?? [];
  const label = 'OPENSSH PRIVATE KEY';
  return {
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} ${comment}`,
    privateKey: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`,
  };
}
