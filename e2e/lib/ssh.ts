import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A fresh key pair of OpenSSH. */
export function createKeyPair(directory: string) {
  const file = path.join(directory, 'id_ed25519');
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    'ada@example.test',
    '-f',
    file,
  ]);
  return { file, publicKey: fs.readFileSync(`${file}.pub`, 'utf8').trim() };
}

/** Runs a command on a host as a person would, and answers what it printed. */
export function ssh(
  keyFile: string,
  login: string,
  command: string,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', [
      ...['-i', keyFile, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5'],
      // The key of a guest that was made a second ago is known to nobody yet.
      ...[
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'LogLevel=ERROR',
      ],
      ...[login, command],
    ]);
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    child.on('error', reject);
    child.on('close', code =>
      resolve({ code: code ?? 1, output: output.trim() }),
    );
  });
}
