import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A key pair to log in with. */
export interface SshKey {
  /** Path of the private one. */
  file: string;
  privateKey: string;
  publicKey: string;
}

/** Makes a key pair in a folder of the test. */
export function makeSshKey(folder: string): SshKey {
  const file = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return {
    file,
    privateKey: readFileSync(file, 'utf8'),
    publicKey: readFileSync(`${file}.pub`, 'utf8').trim(),
  };
}

/** Runs a command on a host, whose sshd may be later than its address; tries twice a second to get in, so often at most. */
export async function sshWhenUp(
  { file }: SshKey,
  login: string,
  command: string,
  times: number,
): Promise<string> {
  const options = ['BatchMode=yes', 'ConnectTimeout=5', 'LogLevel=ERROR'];
  options.push('StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null');
  const args = options.flatMap(option => ['-o', option]);
  const run = promisify(execFile);
  for (let tries = times; ; tries -= 1) {
    try {
      const all = ['-i', file, ...args, login, command];
      return (await run('ssh', all)).stdout.trim();
    } catch (error) {
      // What the command itself answers is final.
      const { code } = error as { code?: unknown };
      if (code !== 255 || tries === 0) throw error;
      await sleep(500);
    }
  }
}
