import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NanteError } from '@nante/model';
import { writeFileAtomic } from '../../../storage/atomicFile';
import {
  checkHost,
  fingerprintOf,
  isFingerprintOf,
  scanHostKeys,
  type HostKey,
} from './hostKeys';
import type { SshLogin, SshRunner } from './types';

/** Between the polite end of a program and the other one. */
const graceMs = 2000;

/**
 * Runs commands by the system's `ssh`, with files of its own only: nothing of the user's configuration, keys or known hosts.
 *
 * @param folder - for keys and known hosts
 */
export function createSshRunner(folder: string): SshRunner {
  function keyFile(privateKey: string): string {
    const name = createHash('sha256').update(privateKey).digest('hex');
    const file = join(folder, `key-${name.slice(0, 16)}`);
    if (!existsSync(file)) writeFileAtomic(file, privateKey);
    return file;
  }

  return {
    async run(login, command, options) {
      checkHost(login.host);
      const hostKey = await trustedKey(login);
      options.signal.throwIfAborted();
      const knownHosts = join(folder, `known-${randomUUID()}`);
      const name =
        login.port === 22 ? login.host : `[${login.host}]:${login.port}`;
      writeFileAtomic(knownHosts, `${name} ${hostKey.type} ${hostKey.key}\n`);
      try {
        const settings = {
          BatchMode: 'yes',
          ConnectTimeout: '10',
          ControlMaster: 'no',
          ControlPath: 'none',
          ControlPersist: 'no',
          GlobalKnownHostsFile: '/dev/null',
          HostKeyAlgorithms: algorithmsOf(hostKey),
          IdentitiesOnly: 'yes',
          LogLevel: 'ERROR',
          ServerAliveInterval: '10',
          ServerAliveCountMax: '3',
          StrictHostKeyChecking: 'yes',
          UpdateHostKeys: 'no',
          UserKnownHostsFile: knownHosts,
        };
        return await runSsh(
          [
            ...['-F', '/dev/null', '-T'],
            ...['-i', keyFile(login.privateKey)],
            ...['-p', String(login.port), '-l', login.user],
            ...Object.entries(settings).flatMap(([key, value]) => [
              '-o',
              `${key}=${value}`,
            ]),
            ...['--', login.host, command],
          ],
          options,
        );
      } finally {
        rmSync(knownHosts, { force: true });
      }
    },
  };
}

/** @throws NanteError `refused` when the host shows none with the fingerprint */
async function trustedKey({
  host,
  port,
  fingerprint,
}: SshLogin): Promise<HostKey> {
  const keys = await scanHostKeys(host, port);
  if (fingerprint === undefined) return keys[0];
  const trusted = keys.find(key => isFingerprintOf(fingerprint, key));
  if (trusted) return trusted;
  throw new NanteError(
    'refused',
    `The host key of ${host}:${port} is not the one on record: it has ${fingerprintOf(keys[0])}, expected was ${fingerprint}.`,
  );
}

function algorithmsOf({ type }: HostKey): string {
  return type === 'ssh-rsa' ? 'rsa-sha2-512,rsa-sha2-256' : type;
}

type RunOptions = Parameters<SshRunner['run']>[2];

async function runSsh(
  args: string[],
  { input, onLine, signal }: RunOptions,
): Promise<number> {
  const child = spawn('ssh', args, { stdio: 'pipe' });
  let kill: NodeJS.Timeout | undefined;
  function end() {
    child.kill('SIGTERM');
    kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  }
  signal.addEventListener('abort', end);
  const lines = [
    createInterface({ input: child.stdout }).on('line', line =>
      onLine(line, 'out'),
    ),
    createInterface({ input: child.stderr }).on('line', line =>
      onLine(line, 'error'),
    ),
  ];
  const closed = Promise.all(
    lines.map(each => new Promise(resolve => each.once('close', resolve))),
  );
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', status => resolve(status ?? 255));
      // Whoever ends before having read everything says why by its exit code.
      send(input, child.stdin).catch(() => {});
    });
    await closed;
    signal.throwIfAborted();
    return code;
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', end);
  }
}

async function send(input: RunOptions['input'], to: Writable): Promise<void> {
  // An early end of the other side must not end us.
  to.on('error', () => {});
  for (const part of input) {
    if (typeof part === 'string' || Buffer.isBuffer(part)) to.write(part);
    else await pipeline(part as Readable, to, { end: false });
  }
}
