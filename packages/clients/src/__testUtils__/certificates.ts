import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = {
  name: 'ECDSA',
  namedCurve: 'P-256',
  hash: 'SHA-256',
} as const;
const dayMs = 86_400_000;

export interface Authority {
  /** PEM. */
  cert: string;
  /** Makes a server certificate. */
  issue(options?: {
    address?: string;
    expired?: boolean;
  }): Promise<{ key: string; cert: string }>;
}

/** A certificate authority for a test. */
export async function createAuthority(name: string): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const makeKeys = () =>
    webcrypto.subtle.generateKey(algorithm, true, [
      'sign',
      'verify',
    ]) as Promise<CryptoKeyPair>;
  const keys = await makeKeys();
  const subject = `CN=${name}`;
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 30 * dayMs),
    notAfter: new Date(Date.now() + 30 * dayMs),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    cert: authority.toString('pem'),
    async issue({ address = '127.0.0.1', expired = false } = {}) {
      const own = await makeKeys();
      const cert = await x509.X509CertificateGenerator.create({
        subject: 'CN=server',
        issuer: subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(Date.now() - 20 * dayMs),
        notAfter: new Date(Date.now() + (expired ? -1 : 1) * dayMs),
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: 'ip', value: address },
          ]),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
        cert: cert.toString('pem'),
      };
    },
  };
}
