import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { NanteError } from '@nante/model';

/**
 * TLS settings of one connection: the certificate authorities that Node ships, those of the operating system, and those
 * of `caFile`. There is no way to switch verification off.
 *
 * @param caFile - PEM file with one or more certificates
 * @returns undefined when Node's defaults are enough
 * @throws NanteError `invalid-input` when the file cannot be read or holds no certificate
 */
export function createSecureContext(
  caFile?: string,
): tls.SecureContext | undefined {
  if (!caFile) return undefined;
  let pem: string;
  try {
    pem = readFileSync(caFile, 'utf8');
  } catch (cause) {
    throw new NanteError(
      'invalid-input',
      `The CA file ${caFile} cannot be read.`,
      { hint: 'Name an existing PEM file that we may read.', cause },
    );
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new NanteError(
      'invalid-input',
      `The CA file ${caFile} holds no PEM certificate.`,
      {
        hint: 'It must contain a block that starts with -----BEGIN CERTIFICATE-----.',
      },
    );
  }
  return tls.createSecureContext({ ca: [...publicAuthorities(), pem] });
}

/** `getCACertificates` came with Node 22.15; before that there are only the shipped roots. */
function publicAuthorities(): readonly string[] {
  if (typeof tls.getCACertificates !== 'function') return tls.rootCertificates;
  return [
    ...tls.getCACertificates('default'),
    ...tls.getCACertificates('system'),
  ];
}
