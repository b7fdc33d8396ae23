import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { writeFileAtomic } from '../storage/atomicFile';

/** What a TLS server of the sandbox needs. */
export interface TlsMaterial {
  /** File with the certificate authority, PEM: what a client has to trust. */
  caFile: string;
  /** The same as text. */
  ca: string;
  key: string;
  cert: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** A leaf that is about to end is replaced at start, so that a long demonstration does not stop in the middle. */
const renewBeforeMs = 30 * dayMs;

const names: x509.JsonGeneralNames = [
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
  const crypto = webcrypto as Crypto;
  x509.cryptoProvider.set(crypto);
  const file = (name: string) => join(folder, name);
  const paths = {
    caKey: file('ca.key'),
    ca: file('ca.pem'),
    key: file('server.key'),
    cert: file('server.pem'),
  };

  if (!existsSync(paths.ca) || !existsSync(paths.caKey)) {
    const keys = await crypto.subtle.generateKey(algorithm, true, [
      'sign',
      'verify',
    ]);
    const authority = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name: 'CN=Nante sandbox CA',
        notBefore: new Date(Date.now() - dayMs),
        notAfter: new Date(Date.now() + 3650 * dayMs),
        signingAlgorithm: algorithm,
        keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(
            x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, // eslint-disable-line no-bitwise
            true,
          ),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      },
      crypto,
    );
    writeFileAtomic(paths.caKey, await privateKeyPem(crypto, keys.privateKey));
    writeFileAtomic(paths.ca, authority.toString('pem'), 0o644);
  }

  if (!isUsable(paths)) await createLeaf(crypto, paths);
  return {
    caFile: paths.ca,
    ca: readFileSync(paths.ca, 'utf8'),
    key: readFileSync(paths.key, 'utf8'),
    cert: readFileSync(paths.cert, 'utf8'),
  };
}

function isUsable(paths: { ca: string; key: string; cert: string }): boolean {
  if (!existsSync(paths.cert) || !existsSync(paths.key)) return false;
  const leaf = new X509Certificate(readFileSync(paths.cert));
  const authority = new X509Certificate(readFileSync(paths.ca));
  return (
    leaf.verify(authority.publicKey) &&
    Date.parse(leaf.validTo) - Date.now() > renewBeforeMs
  );
}

async function createLeaf(
  crypto: Crypto,
  paths: { ca: string; caKey: string; key: string; cert: string },
) {
  const authority = new x509.X509Certificate(readFileSync(paths.ca, 'utf8'));
  const [caKey] = x509.PemConverter.decode(readFileSync(paths.caKey, 'utf8'));
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    caKey,
    algorithm,
    false,
    ['sign'],
  );
  const keys = await crypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]);
  const leaf = await x509.X509CertificateGenerator.create(
    {
      subject: 'CN=localhost',
      issuer: authority.subject,
      notBefore: new Date(Date.now() - dayMs),
      // Some clients refuse a leaf of more than 825 days, private authority or not.
      notAfter: new Date(Date.now() + 800 * dayMs),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ],
    },
    crypto,
  );
  writeFileAtomic(paths.key, await privateKeyPem(crypto, keys.privateKey));
  writeFileAtomic(paths.cert, leaf.toString('pem'), 0o644);
}

async function privateKeyPem(crypto: Crypto, key: CryptoKey) {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
