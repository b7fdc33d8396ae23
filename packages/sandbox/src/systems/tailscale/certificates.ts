import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { writeFileAtomic } from '../../storage/atomicFile';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

/** Signs certificates for the names of devices, in the place of the public authority that the vendor asks. */
export interface MeshAuthority {
  /** PEM file that whoever looks at such a page has to trust. */
  file: string;
  /** A certificate with its authority's behind it, and its key, both PEM; good for 90 days. */
  issue(domain: string): Promise<{ certificate: string; privateKey: string }>;
}

/** The authority, made at the first start and kept. */
export async function loadOrCreateAuthority(
  folder: string,
): Promise<MeshAuthority> {
  const crypto = webcrypto as Crypto;
  x509.cryptoProvider.set(crypto);
  const file = join(folder, 'ca.pem');
  const keyFile = join(folder, 'ca.key');
  if (!existsSync(file) || !existsSync(keyFile)) {
    const keys = await makeKeys(crypto);
    const made = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name: 'CN=Nante sandbox mesh CA',
        notBefore: new Date(Date.now() - dayMs),
        notAfter: new Date(Date.now() + 3650 * dayMs),
        signingAlgorithm: algorithm,
        keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      },
      crypto,
    );
    writeFileAtomic(keyFile, await keyPem(crypto, keys.privateKey));
    writeFileAtomic(file, `${made.toString('pem')}\n`, 0o644);
  }
  const pem = readFileSync(file, 'utf8');
  const authority = new x509.X509Certificate(pem);
  const [der] = x509.PemConverter.decode(readFileSync(keyFile, 'utf8'));
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    der,
    algorithm,
    false,
    ['sign'],
  );
  return {
    file,
    async issue(domain) {
      const keys = await makeKeys(crypto);
      const leaf = await x509.X509CertificateGenerator.create(
        {
          subject: `CN=${domain}`,
          issuer: authority.subject,
          notBefore: new Date(Date.now() - 3600_000),
          notAfter: new Date(Date.now() + 90 * dayMs),
          signingAlgorithm: algorithm,
          publicKey: keys.publicKey,
          signingKey,
          extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            new x509.ExtendedKeyUsageExtension([
              x509.ExtendedKeyUsage.serverAuth,
            ]),
            new x509.SubjectAlternativeNameExtension([
              { type: 'dns', value: domain },
            ]),
            await x509.AuthorityKeyIdentifierExtension.create(
              authority.publicKey,
            ),
          ],
        },
        crypto,
      );
      return {
        certificate: `${leaf.toString('pem')}\n${pem}`,
        privateKey: await keyPem(crypto, keys.privateKey),
      };
    },
  };
}

async function makeKeys(crypto: Crypto): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function keyPem(crypto: Crypto, key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
