import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import { throwIfCancelled } from '../cancel';
import { runProcess, type Redactor } from '../process';
import type { CheckedHost } from './inventory';

const keyTypes = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'];

/** A public host key without name and comment. */
export const hostKeySchema = z
  .string()
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,3}$/,
    'use type and base64 of a host key, as in /etc/ssh/ssh_host_ed25519_key.pub',
  );

/** Seconds that a host may take to show its key. */
const scanSeconds = 5;

/** The `known_hosts` of a play. */
export function knownHosts(hosts: readonly CheckedHost[]): string {
  const lines = hosts.flatMap(({ address, port, hostKeys }) =>
    hostKeys.map(
      key => `${port === 22 ? address : `[${address}]:${port}`} ${key}\n`,
    ),
  );
  return [...new Set(lines)].join('');
}

/**
 * Asks hosts whose key nobody knows yet for it, once: the answer is to be pinned, and is what counts from then on.
 *
 * @throws NanteError `unreachable` that names all hosts that do not answer
 */
export async function learnHostKeys(
  hosts: readonly CheckedHost[],
  options: ScanOptions,
): Promise<CheckedHost[]> {
  const learned = await Promise.all(
    hosts.map(async host => ({
      ...host,
      hostKeys: await scan(host, options),
    })),
  );
  const silent = learned.filter(({ hostKeys }) => hostKeys.length === 0);
  if (silent.length > 0) {
    const names = silent.map(
      ({ name, address, port }) => `${name} (${address}, port ${port})`,
    );
    throw new NanteError(
      'unreachable',
      `No SSH server answers at ${names.join(', ')}.`,
      {
        hint: 'Check that the host is on, that this machine reaches its network, and that its firewall lets SSH in.',
        details: { hosts: silent.map(({ name }) => name) },
      },
    );
  }
  return learned;
}

interface ScanOptions {
  redactor: Redactor;
  signal?: AbortSignal;
  /** How often a host is asked, a second apart, since a new one may still be booting. */
  tries: number;
}

async function scan(
  host: CheckedHost,
  options: ScanOptions,
): Promise<string[]> {
  for (let left = options.tries; ; left -= 1) {
    const keys = await askOnce(host, options);
    if (keys.length > 0 || left <= 1) return keys;
    throwIfCancelled(options.signal);
    await sleep(1_000);
  }
}

async function askOnce(
  { address, port }: CheckedHost,
  { redactor, signal }: ScanOptions,
): Promise<string[]> {
  try {
    const { stdout } = await runProcess({
      file: 'ssh-keyscan',
      args: [
        ...['-T', `${scanSeconds}`, '-p', `${port}`],
        ...['-t', 'ed25519,ecdsa,rsa', '--', address],
      ],
      timeoutMs: (scanSeconds + 10) * 1000,
      signal,
      redactor,
      missing: {
        why: 'to learn the keys of hosts',
        how: 'Install the OpenSSH client (Debian: openssh-client).',
      },
    });
    return keysOf(stdout);
  } catch (error) {
    // It ends with 1 when nobody answered.
    if (NanteError.is(error) && error.details?.exitCode === 1) return [];
    throw error;
  }
}

/** Host keys in what ssh-keyscan printed, the best type first. */
export function keysOf(lines: readonly string[]): string[] {
  return lines
    .map(line => line.split(' ').slice(1, 3).join(' '))
    .filter(key => hostKeySchema.safeParse(key).success)
    .sort((a, b) => rank(a) - rank(b));
}

function rank(key: string): number {
  return keyTypes.indexOf(key.split(' ')[0]);
}
