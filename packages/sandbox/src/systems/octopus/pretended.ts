import { createHash } from 'node:crypto';

/** Fingerprint that a machine shows which is only a record: always the same for the same address. */
export function pretendedFingerprint(host: string, port: number): string {
  const digest = createHash('sha256').update(`ssh ${host}:${port}`);
  return `SHA256:${digest.digest('base64').replace(/=+$/, '')}`;
}

/** The same for the certificate of a Tentacle, as Octopus writes it. */
export function pretendedThumbprint(address: string): string {
  const digest = createHash('sha1').update(`tentacle ${address}`);
  return digest.digest('hex').toUpperCase();
}
