import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { isIPv6, connect } from 'node:net';
import { NanteError } from '@nante/model';

/** A host's public key, as a line of `known_hosts` has it. */
export interface HostKey {
  /** For example `ssh-ed25519`. */
  type: string;
  /** Base64. */
  key: string;
}

const scanSeconds = 5;

/** Best first: it is what an SSH client of today agrees on. */
const preference = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'];

const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  EHOSTUNREACH: 'the host is not reachable',
  ENETUNREACH: 'its network is not reachable',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name is not known',
};

/**
 * The fingerprint that Octopus keeps of a host key: `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. Servers
 * from 2024.2.6856 take this form and the older one, MD5 as sixteen pairs of hex digits; what they discover is the first.
 */
export function fingerprintOf({ key }: Pick<HostKey, 'key'>): string {
  const digest = createHash('sha256').update(Buffer.from(key, 'base64'));
  return `SHA256:${digest.digest('base64').replace(/=+$/, '')}`;
}

function md5Of({ key }: HostKey): string {
  const digest = createHash('md5').update(Buffer.from(key, 'base64'));
  return digest.digest('hex');
}

/** Whether a fingerprint in either form, with or without the name of its digest, is that of a key. */
export function isFingerprintOf(fingerprint: string, key: HostKey): boolean {
  const text = fingerprint.trim();
  const hex = text.replace(/^MD5:/i, '').replaceAll(/[:\s]/g, '');
  if (/^[0-9a-f]{32}$/i.test(hex)) return hex.toLowerCase() === md5Of(key);
  const digest = text.replace(/^SHA256:\s*/i, '').replace(/=+$/, '');
  return `SHA256:${digest}` === fingerprintOf(key);
}

/** @throws NanteError `invalid-input` for what is no host name or address: it must not look like an option of a program */
export function checkHost(host: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(host) && !isIPv6(host))
    throw new NanteError(
      'invalid-input',
      `"${host}" is no host name or address.`,
    );
}

/**
 * Tries a TCP port.
 *
 * @returns undefined when something answers, otherwise why not
 */
export async function whyNoAnswer(
  host: string,
  port: number,
  timeoutMs = 2000,
): Promise<string | undefined> {
  return new Promise(resolve => {
    const socket = connect({ host, port });
    const done = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(timeoutMs, () => done('no answer'));
    socket.once('connect', () => done(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      done(reasons[error.code ?? ''] ?? error.message),
    );
  });
}

/**
 * The host keys that an SSH server shows, best first.
 *
 * @throws NanteError `unreachable` when nothing answers, or something that is no SSH server
 */
export async function scanHostKeys(
  host: string,
  port: number,
): Promise<HostKey[]> {
  checkHost(host);
  const reason = await whyNoAnswer(host, port);
  if (reason)
    throw new NanteError(
      'unreachable',
      `Nothing answers at ${host}:${port}: ${reason}.`,
    );
  const args = ['-T', String(scanSeconds), '-p', String(port), '--', host];
  const output = await new Promise<string>(resolve => {
    // It fails when one kind of key is not there; what it found counts.
    execFile('ssh-keyscan', args, { timeout: 20_000 }, (_, stdout) =>
      resolve(stdout),
    );
  });
  const keys = output.split('\n').flatMap(line => {
    const [, type, key] = line.startsWith('#') ? [] : line.split(' ');
    return type && key ? [{ type, key }] : [];
  });
  if (keys.length === 0)
    throw new NanteError(
      'unreachable',
      `What answers at ${host}:${port} is no SSH server, or shows no host key.`,
    );
  const rank = ({ type }: HostKey) => {
    const place = preference.indexOf(type);
    return place < 0 ? preference.length : place;
  };
  return keys.sort((one, other) => rank(one) - rank(other));
}
