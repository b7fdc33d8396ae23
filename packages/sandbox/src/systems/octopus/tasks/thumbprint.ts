import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { NanteError } from '@nante/model';
import { checkHost, whyNoAnswer } from './hostKeys';

/** As Octopus writes them: SHA-1 of the certificate in upper-case hex. */
export function thumbprintOf(certificate: Buffer | string): string {
  return new X509Certificate(certificate).fingerprint.replaceAll(':', '');
}

/**
 * Thumbprint of the certificate that a listening Tentacle shows.
 *
 * @throws NanteError `unreachable` when nothing answers, or something that speaks no TLS
 */
export async function thumbprintAt(
  host: string,
  port: number,
): Promise<string> {
  checkHost(host);
  const reason = await whyNoAnswer(host, port);
  if (reason)
    throw new NanteError(
      'unreachable',
      `Nothing answers at ${host}:${port}: ${reason}.`,
    );
  return new Promise((resolve, reject) => {
    // A Tentacle's certificate is its own; who trusts it knows its thumbprint.
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(thumbprintOf(raw));
    });
    const failed = (why: string) => {
      socket.destroy();
      reject(
        new NanteError(
          'unreachable',
          `What answers at ${host}:${port} is no Tentacle: ${why}.`,
        ),
      );
    };
    socket.setTimeout(5000, () => failed('it says nothing'));
    socket.once('error', error => failed(error.message));
  });
}
