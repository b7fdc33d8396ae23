import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { run, tryRun } from './command';
import { type GuestFolders, mountsBelow } from './disk';

function fileOf(folders: GuestFolders, name: string): string {
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    throw new NanteError('invalid-input', `"${name}" is no snapshot name`, {
      hint: 'Begin with a letter, then letters, digits, _ and -.',
    });
  }
  return join(folders.snapshots, `${name}.img`);
}

/** Under another name first: whatever ends the copying, a file with the right name is whole. */
async function copy(from: string, to: string): Promise<void> {
  await run(
    'cp',
    ['--sparse=always', '--reflink=auto', '--', from, `${to}.new`],
    { timeoutMs: 10 * 60_000 },
  );
  await rename(`${to}.new`, to);
}

/** Lets a disk be written to again; also what a killed sandbox held. */
export async function thaw(folders: GuestFolders): Promise<void> {
  if (mountsBelow(folders.disk).length > 0)
    await tryRun('fsfreeze', ['--unfreeze', folders.disk]);
}

/**
 * Copies the disk. That of a running guest is frozen meanwhile: everything written before is in the copy, in a clean file
 * system, and whoever writes waits. It is what Proxmox has with the agent's `fsfreeze`. A copy of that name that
 * nobody knows of, because the sandbox was killed before it wrote that down, is replaced.
 */
export async function takeSnapshot(
  folders: GuestFolders,
  name: string,
): Promise<void> {
  const file = fileOf(folders, name);
  await mkdir(folders.snapshots, { recursive: true });
  await copyStill(folders, file);
}

/** Copies the disk as `takeSnapshot` does. */
export async function copyStill(
  folders: GuestFolders,
  to: string,
): Promise<void> {
  const mounted = mountsBelow(folders.disk).length > 0;
  if (mounted) await run('fsfreeze', ['--freeze', folders.disk]);
  try {
    await copy(folders.image, to);
  } finally {
    await thaw(folders);
  }
}

/** Replaces the disk by a copy of the snapshot, which stays. @throws NanteError `not-found` when there is none */
export async function returnToSnapshot(
  folders: GuestFolders,
  name: string,
): Promise<void> {
  const file = fileOf(folders, name);
  if (!existsSync(file))
    throw new NanteError('not-found', `There is no snapshot ${name}`);
  await copy(file, folders.image);
}

export async function removeSnapshot(
  folders: GuestFolders,
  name: string,
): Promise<void> {
  await rm(fileOf(folders, name), { force: true });
}
