import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { run, tryRun } from './command';

/** Where the parts of one guest lie. */
export interface GuestFolders {
  home: string;
  /** What the guest changed, compared with the base image: its disk. */
  upper: string;
  work: string;
  /** The whole file tree, mounted while the guest runs. */
  root: string;
  /** The guest's network namespace, held open by a mount. */
  namespace: string;
  console: string;
  settings: string;
}

export function foldersOf(guests: string, vmid: number): GuestFolders {
  const home = join(guests, String(vmid));
  return {
    home,
    upper: join(home, 'upper'),
    work: join(home, 'work'),
    root: join(home, 'root'),
    namespace: join(home, 'network'),
    console: join(home, 'console.log'),
    settings: join(home, 'guest.json'),
  };
}

/** Mount points at or below a folder, deepest first. */
export function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    .map(path =>
      path.replace(/\\([0-7]{3})/g, (_, octal) =>
        String.fromCharCode(parseInt(octal, 8)),
      ),
    )
    .filter(path => path === folder || path.startsWith(`${folder}/`))
    .sort((one, other) => other.length - one.length);
}

/** Lays the guest's own layer over the base image. */
export async function mountDisk(
  baseRoot: string,
  folders: GuestFolders,
): Promise<void> {
  if (!existsSync(baseRoot)) {
    throw new NanteError(
      'not-found',
      `The base image of this guest is gone: ${baseRoot}`,
      { hint: 'Destroy the guest and make it again.' },
    );
  }
  for (const folder of [folders.upper, folders.work, folders.root]) {
    await mkdir(folder, { recursive: true });
  }
  if (mountsBelow(folders.root).length > 0) return;
  const layers = `lowerdir=${baseRoot},upperdir=${folders.upper},workdir=${folders.work}`;
  await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, folders.root]);
}

/** Ends all mounts at or below a folder; whoever still uses one keeps it only for himself. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const path of mountsBelow(folder)) {
    if ((await tryRun('umount', [path])) === undefined) {
      await tryRun('umount', ['--lazy', path]);
    }
  }
}

/** Deletes a guest's folder, never through a mount into the image that others use. */
export async function removeFolder(folder: string): Promise<void> {
  await unmountBelow(folder);
  const left = mountsBelow(folder);
  if (left.length > 0) {
    throw new NanteError('failed', `${left[0]} cannot be unmounted`, {
      hint: 'See which process holds it (fuser -m) and end that one.',
    });
  }
  await rm(folder, { recursive: true, force: true });
}
