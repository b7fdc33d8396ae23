import { createHash } from 'node:crypto';
import { sameThumbprint } from './targetEntries';

/** Fingerprints of a public host key (`type base64`), as servers write them: SHA256, and the older MD5. */
export function fingerprintsOf(hostKey: string): string[] {
  const bytes = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  const md5 = createHash('md5').update(bytes).digest('hex');
  return [
    `SHA256:${sha256.replace(/=+$/, '')}`,
    md5.replace(/(..)(?!$)/g, '$1:'),
  ];
}

/** Whether a fingerprint is that of one of the host keys. */
export function isOneOf(
  fingerprint: string,
  hostKeys: readonly string[],
): boolean {
  return hostKeys.some(key =>
    fingerprintsOf(key).some(one => sameThumbprint(one, fingerprint)),
  );
}
