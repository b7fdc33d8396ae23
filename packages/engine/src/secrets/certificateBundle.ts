import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { NanteError } from '@nante/model';

const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * Writes one file with the certificate authorities of this machine and the private ones. Terraform's provider and
 * backend have no common option for a CA, but both read `SSL_CERT_FILE`, which replaces the system's: so both must be
 * in it. (On macOS Go asks the keychain instead; there the private CA has to be added to it.)
 *
 * @param file - path of the file to write
 * @param caFiles - PEM files with private CAs
 * @throws NanteError `invalid-input` that names the CA file that cannot be read
 */
export async function writeCertificateBundle(
  file: string,
  caFiles: readonly string[],
): Promise<void> {
  const own = process.env.SSL_CERT_FILE;
  const system = [...(own ? [own] : []), ...systemBundles].find(existsSync);
  const parts = [
    system ? await readFile(system, 'utf8') : rootCertificates.join('\n'),
  ];
  for (const caFile of new Set(caFiles)) {
    try {
      parts.push(await readFile(caFile, 'utf8'));
    } catch (cause) {
      throw new NanteError(
        'invalid-input',
        `The CA file ${caFile} cannot be read.`,
        { hint: 'Name an existing PEM file that we may read.', cause },
      );
    }
  }
  const text = parts.map(part => `${part.trimEnd()}\n`).join('');
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
