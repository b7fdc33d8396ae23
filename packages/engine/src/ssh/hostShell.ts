import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { knownHosts } from '../ansible/hostKeys';
import type { CheckedHost } from '../ansible/inventory';
import { runProcess, type Redactor } from '../process';

const connectSeconds = 5;

/** Runs short questions on one host. */
export interface HostShell {
  /**
   * Feeds a script of ours to `sh` on the host.
   *
   * @returns its standard output, without secrets
   * @throws NanteError `unreachable` (nobody answers), `unauthorized` (our key or our user is refused), `refused` (another
   *   host key than the pinned one), `failed` (the script itself), `cancelled`
   */
  run(script: string, timeoutMs: number): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Opens a shell on a host by OpenSSH: only the pinned host keys, only the one private key, nothing of a person's own
 * configuration.
 */
export async function openHostShell(options: {
  host: Pick<
    CheckedHost,
    'name' | 'address' | 'port' | 'user' | 'hostKeys' | 'variables'
  >;
  privateKey: string;
  redactor: Redactor;
  signal?: AbortSignal;
}): Promise<HostShell> {
  const { host, privateKey, redactor, signal } = options;
  redactor.add([privateKey]);
  const folder = await mkdtemp(join(tmpdir(), 'nante-ssh-'));
  const file = (name: string) => join(folder, name);
  const mode = 0o600;
  await writeFile(file('key'), `${privateKey.trimEnd()}\n`, { mode });
  await writeFile(file('known_hosts'), knownHosts([host]), { mode });
  const settings = [
    'BatchMode=yes',
    `ConnectTimeout=${connectSeconds}`,
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${file('known_hosts')}`,
    'GlobalKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PasswordAuthentication=no',
  ];
  const args = [
    ...['-F', 'none', '-T', '-i', file('key'), '-p', `${host.port}`],
    ...settings.flatMap(setting => ['-o', setting]),
    ...['-l', host.user, '--', host.address, 'sh', '-s'],
  ];
  return {
    async run(script, timeoutMs) {
      try {
        const { stdout } = await runProcess({
          file: 'ssh',
          args,
          input: script,
          timeoutMs,
          graceMs: 1_000,
          signal,
          redactor,
          missing: {
            why: 'to ask hosts what they are',
            how: 'Install the OpenSSH client (Debian: openssh-client).',
          },
        });
        return stdout;
      } catch (error) {
        throw sshError(error, host);
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** OpenSSH ends with 255 for its own failures, and with the exit code of the script for all others. */
function sshError(
  error: unknown,
  host: Pick<CheckedHost, 'name' | 'address' | 'user'>,
): unknown {
  if (!NanteError.is(error) || error.code !== 'failed') return error;
  const where = `${host.name} (${host.address})`;
  if (
    /host key verification failed|host identification has changed|host key for .* has changed/i.test(
      error.message,
    )
  )
    return new NanteError(
      'refused',
      `${where} shows another SSH host key than the pinned one.`,
      {
        hint: 'If the host was made anew, let its key be learned again; if not, somebody may stand between: look at its console.',
        cause: error,
      },
    );
  if (/permission denied/i.test(error.message))
    return new NanteError(
      'unauthorized',
      `${where} does not let ${host.user} in with our key.`,
      {
        hint: `Check that ${host.user} is there and that our public key stands in its authorized_keys.`,
        cause: error,
      },
    );
  const { exitCode } = error.details ?? {};
  if (exitCode === 255 || exitCode === undefined)
    return new NanteError('unreachable', `No SSH server answers at ${where}.`, {
      hint: 'Check that the host is on, that this machine reaches its network, and that its firewall lets SSH in.',
      cause: error,
    });
  return error;
}
