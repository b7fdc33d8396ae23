import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonGeneralNames } from '@peculiar/x509';
import { writeFileAtomic } from '../storage/atomicFile';
import { dayMs, KeyUsageFlags, loadOrCreateAuthority } from './authority';

/** What a TLS server of the sandbox needs. */
export interface TlsMaterial {
  /** File with the certificate authority, PEM: what a client has to trust. */
  caFile: string;
  /** The same as text. */
  ca: string;
  key: string;
  cert: string;
}

/** A leaf that is about to end is replaced at start, so that a long demonstration does not stop in the middle. */
const renewBeforeMs = 30 * dayMs;

const names: JsonGeneralNames = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: '*.sandbox.test' },
  ...['pve1', 'pve2', 'pve3'].map(
    node => ({ type: 'dns', value: `${node}.sandbox.test` }) as const,
  ),
];

/**
 * The sandbox's own certificate authority and the one certificate of its servers, made at the first start and kept:
 * clients that trust it go on doing so after a restart.
 *
 * @param folder - where the four files lie; keys are readable by their owner only
 */
export async function loadOrCreateTls(folder: string): Promise<TlsMaterial> {
  const authority = await loadOrCreateAuthority(
    folder,
    'CN=Nante sandbox CA',
    KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, // eslint-disable-line no-bitwise
  );
  const paths = {
    key: join(folder, 'server.key'),
    cert: join(folder, 'server.pem'),
  };
  if (!isUsable(authority.pem, paths)) {
    const leaf = await authority.sign({
      ...{ subject: 'CN=localhost', names },
      usages: KeyUsageFlags.digitalSignature,
      notBefore: new Date(Date.now() - dayMs),
      // Some clients refuse a leaf of more than 825 days, private authority or not.
      notAfter: new Date(Date.now() + 800 * dayMs),
    });
    writeFileAtomic(paths.key, leaf.privateKey);
    writeFileAtomic(paths.cert, leaf.certificate, 0o644);
  }
  return {
    caFile: authority.file,
    ca: authority.pem,
    key: readFileSync(paths.key, 'utf8'),
    cert: readFileSync(paths.cert, 'utf8'),
  };
}

function isUsable(
  authorityPem: string,
  paths: { key: string; cert: string },
): boolean {
  if (!existsSync(paths.cert) || !existsSync(paths.key)) return false;
  const leaf = new X509Certificate(readFileSync(paths.cert));
  return (
    leaf.verify(new X509Certificate(authorityPem).publicKey) &&
    Date.parse(leaf.validTo) - Date.now() > renewBeforeMs
  );
}
