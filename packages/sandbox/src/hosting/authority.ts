import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
// Behind the line above, which it wants to find done: who needs its flags takes them from here.
import * as x509 from '@peculiar/x509';
import { writeFileAtomic } from '../storage/atomicFile';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
export const { KeyUsageFlags } = x509;
/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** What a certificate says. */
export interface LeafContent {
  /** Distinguished name, such as `CN=localhost`. */
  subject: string;
  names: x509.JsonGeneralNames;
  /** Key usages beside being a server's; none when absent. */
  usages?: x509.KeyUsageFlags;
  notBefore: Date;
  notAfter: Date;
}

/** A certificate authority of the sandbox. */
export interface Authority {
  /** Its certificate, PEM: what a client has to trust. */
  file: string;
  /** The same as text. */
  pem: string;
  /** Signs a certificate of a server with a new key; both PEM. */
  sign(
    content: LeafContent,
  ): Promise<{ certificate: string; privateKey: string }>;
}

/**
 * An authority, made at the first start and kept in `ca.pem` and `ca.key`: clients that trust it go on doing so after a
 * restart.
 *
 * @param folder - where its two files lie; the key is readable by its owner only
 * @param usages - what its key may be used for
 */
export async function loadOrCreateAuthority(
  folder: string,
  name: string,
  usages: x509.KeyUsageFlags,
): Promise<Authority> {
  const crypto = webcrypto as Crypto;
  x509.cryptoProvider.set(crypto);
  const file = join(folder, 'ca.pem');
  const keyFile = join(folder, 'ca.key');
  if (!existsSync(file) || !existsSync(keyFile)) {
    const keys = await makeKeys(crypto);
    const made = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name,
        notBefore: new Date(Date.now() - dayMs),
        notAfter: new Date(Date.now() + 3650 * dayMs),
        signingAlgorithm: algorithm,
        keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(usages, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      },
      crypto,
    );
    writeFileAtomic(keyFile, await keyPem(crypto, keys.privateKey));
    writeFileAtomic(file, `${made.toString('pem')}\n`, 0o644);
  }
  const pem = readFileSync(file, 'utf8');
  return {
    file,
    pem,
    async sign({ subject, names, usages: own, notBefore, notAfter }) {
      const authority = new x509.X509Certificate(pem);
      const [der] = x509.PemConverter.decode(readFileSync(keyFile, 'utf8'));
      const signingKey = await crypto.subtle.importKey(
        'pkcs8',
        der,
        algorithm,
        false,
        ['sign'],
      );
      const keys = await makeKeys(crypto);
      const leaf = await x509.X509CertificateGenerator.create(
        {
          ...{ subject, notBefore, notAfter, signingKey },
          issuer: authority.subject,
          signingAlgorithm: algorithm,
          publicKey: keys.publicKey,
          extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            ...(own === undefined
              ? []
              : [new x509.KeyUsagesExtension(own, true)]),
            new x509.ExtendedKeyUsageExtension([
              x509.ExtendedKeyUsage.serverAuth,
            ]),
            new x509.SubjectAlternativeNameExtension(names),
            await x509.AuthorityKeyIdentifierExtension.create(
              authority.publicKey,
            ),
          ],
        },
        crypto,
      );
      return {
        certificate: leaf.toString('pem'),
        privateKey: await keyPem(crypto, keys.privateKey),
      };
    },
  };
}

function makeKeys(crypto: Crypto): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function keyPem(crypto: Crypto, key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
