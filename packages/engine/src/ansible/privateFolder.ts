import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor, makePrivateFolder, runProcess } from '../process';
import { callbackName, callbackSource } from './callback';

/** A socket's path has to be shorter than 104 bytes everywhere, of which SSH takes up to 40 for its own name. */
const longestFolder = 50;

/** What only this user may read, and only while a play runs. */
export interface PrivateFolder {
  path: string;
  privateKey: string;
  knownHosts: string;
  inventory: string;
  variables: string;
  limit: string;
  /** Sockets of the connections that SSH keeps. */
  sockets: string;
  plugins: string;
  temporary: string;
}

/** Paths of the private folder that belongs to a work directory: always the same, so that a killed play's is found. */
export function privatePaths(workDirectory: string): PrivateFolder {
  const name = createHash('sha256').update(workDirectory).digest('hex');
  const own = tmpdir();
  // SSH takes its options apart at spaces.
  const fits = /^[\w./-]+$/.test(own) && own.length <= longestFolder - 19;
  const path = join(fits ? own : '/tmp', `nante-${name.slice(0, 12)}`);
  return {
    path,
    privateKey: join(path, 'key'),
    knownHosts: join(path, 'known_hosts'),
    inventory: join(path, 'inventory.json'),
    variables: join(path, 'variables.json'),
    limit: join(path, 'limit'),
    sockets: join(path, 'cp'),
    plugins: join(path, 'plugins'),
    temporary: join(path, 'tmp'),
  };
}

/** Files of a play. */
export interface PrivateContent {
  privateKey: string;
  knownHosts: string;
  inventory: unknown;
  variables: unknown;
  limit?: readonly string[];
}

/** Makes the folder anew with all that the play reads. */
export async function fillPrivateFolder(
  paths: PrivateFolder,
  content: PrivateContent,
): Promise<void> {
  await emptyPrivateFolder(paths);
  await makePrivateFolder(paths.path, 'what a play must keep to itself');
  for (const folder of [paths.sockets, paths.plugins, paths.temporary])
    await mkdir(folder, { mode: 0o700 });
  const files: [string, string][] = [
    // OpenSSH refuses a key without a last newline.
    [paths.privateKey, `${content.privateKey.trimEnd()}\n`],
    [paths.knownHosts, content.knownHosts],
    [paths.inventory, JSON.stringify(content.inventory)],
    [paths.variables, JSON.stringify(content.variables)],
    [paths.limit, (content.limit ?? []).map(name => `${name}\n`).join('')],
    [join(paths.plugins, `${callbackName}.py`), callbackSource],
  ];
  for (const [file, text] of files)
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
}

/** Ends the connections that SSH keeps, and removes the folder. Harmless where there is none. */
export async function emptyPrivateFolder(paths: PrivateFolder): Promise<void> {
  const sockets = existsSync(paths.sockets) ? await readdir(paths.sockets) : [];
  await Promise.all(
    sockets.map(name =>
      runProcess({
        file: 'ssh',
        args: ['-O', 'exit', '-S', join(paths.sockets, name), 'nobody'],
        timeoutMs: 5_000,
        redactor: createRedactor(),
      }).catch(() => {
        // It has ended by itself.
      }),
    ),
  );
  await rm(paths.path, { recursive: true, force: true });
}
