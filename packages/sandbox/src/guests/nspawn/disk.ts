import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  mkdir,
  open,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { run, tryRun } from './command';
import { waitUntil } from './processes';

/** Where the parts of one guest lie. */
export interface GuestFolders {
  home: string;
  /** The guest's disk: a file system in a sparse file, as large as the guest was told. */
  image: string;
  /** Where the disk is mounted while the guest runs. */
  disk: string;
  /** What the guest changed, compared with the base image. */
  upper: string;
  work: string;
  /** What container engines in it keep: on its disk, and beside the overlay, on which theirs would not work. */
  containers: string;
  /** The whole file tree, mounted while the guest runs. */
  root: string;
  /** The guest's network namespace, held open by a mount. */
  namespace: string;
  console: string;
  settings: string;
  /** Copies of the disk, by name. */
  snapshots: string;
}

export function foldersOf(guests: string, vmid: number): GuestFolders {
  const home = join(guests, String(vmid));
  return {
    home,
    image: join(home, 'disk.img'),
    disk: join(home, 'disk'),
    upper: join(home, 'disk', 'upper'),
    work: join(home, 'disk', 'work'),
    containers: join(home, 'disk', 'containers'),
    root: join(home, 'root'),
    namespace: join(home, 'network'),
    console: join(home, 'console.log'),
    settings: join(home, 'guest.json'),
    snapshots: join(home, 'snapshots'),
  };
}

/** Mount points at or below a folder, deepest and youngest first. */
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
    .reverse()
    .sort((one, other) => other.length - one.length);
}

/** In whole MiB; a guest without a disk of a known size still has to boot. */
const bytesOf = (sizeGb: number) => Math.ceil((sizeGb || 1) * 1024) * 1024 ** 2;

/** GiB of the file system in the image of a cloud, before cloud-init grows it into the disk. */
export const ungrownGb = (diskGb: number) => Math.min(2, diskGb / 2);

/**
 * Makes the guest's disk when it has none: sparse, so that only what is written takes place on the machine.
 *
 * @param ungrown A fault: its file system does not fill it
 */
export async function makeDisk(
  folders: GuestFolders,
  sizeGb: number,
  ungrown = false,
): Promise<void> {
  if (existsSync(folders.image)) return;
  await mkdir(folders.home, { recursive: true });
  const made = `${folders.image}.new`;
  await writeFile(made, '');
  await truncate(made, bytesOf(sizeGb));
  await run('mkfs.ext4', [
    ...['-q', '-F', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'],
    made,
    ...(ungrown ? [`${Math.ceil(ungrownGb(sizeGb || 1) * 1024)}M`] : []),
  ]);
  await rename(made, folders.image);
}

/** Bytes that the file system in a disk knows of, by its superblock. */
async function fileSystemBytes(image: string): Promise<number> {
  const file = await open(image);
  try {
    const { buffer } = await file.read(Buffer.alloc(64), 0, 64, 1024);
    return buffer.readUInt32LE(4) * 1024 * 2 ** buffer.readUInt32LE(24);
  } finally {
    await file.close();
  }
}

/** A disk never becomes smaller. */
async function enlarge(image: string, sizeGb: number): Promise<void> {
  const bytes = bytesOf(sizeGb);
  if ((await stat(image)).size < bytes) await truncate(image, bytes);
}

/**
 * Makes the disk of a running guest and its file system as large as told.
 *
 * @throws NanteError `failed` where the kernel does not allow that (it wants CAP_SYS_RESOURCE); the next boot does it then
 */
export async function growMountedDisk(
  folders: GuestFolders,
  sizeGb: number,
): Promise<void> {
  await enlarge(folders.image, sizeGb);
  const device = await run('findmnt', [
    ...['--noheadings', '--output', 'SOURCE', '--mountpoint', folders.disk],
  ]);
  await run('losetup', ['--set-capacity', device.trim()]);
  await run('resize2fs', [device.trim()]);
}

/** Makes the disk as large as told while nobody uses it. */
async function growDisk(image: string, sizeGb: number): Promise<void> {
  await enlarge(image, sizeGb);
  // By what is there, not by what was asked for: whoever enlarged the file may have died before the file system.
  if ((await fileSystemBytes(image)) >= (await stat(image)).size) return;
  // Exit code 1 says that something was put right; whether that is enough is for the next tool to say.
  await tryRun('e2fsck', ['-f', '-p', image]);
  await run('resize2fs', [image]);
}

function isAttached(image: string): boolean {
  return readdirSync('/sys/block').some(device => {
    const file = join('/sys/block', device, 'loop/backing_file');
    try {
      return readFileSync(file, 'utf8').trim() === image;
    } catch {
      return false;
    }
  });
}

/**
 * Takes the guest's file tree down. An ending guest holds its disk a while longer, in mounts that nobody else sees; until
 * it lets go, nobody may write into the image.
 *
 * @throws NanteError `failed` when somebody keeps it
 */
export async function unmountDisk(folders: GuestFolders): Promise<void> {
  await unmountBelow(folders.root);
  await unmountBelow(folders.disk);
  if (await waitUntil(() => !isAttached(folders.image), 20_000, 20)) return;
  throw new NanteError('failed', `${folders.image} is still in use`, {
    hint: 'See which process holds it (losetup --list, fuser -m) and end that one.',
  });
}

/** Lays the guest's disk, grown to its size unless told otherwise, over the base image. */
export async function mountDisk(
  baseRoot: string,
  folders: GuestFolders,
  sizeGb: number,
  ungrown = false,
): Promise<void> {
  if (!existsSync(baseRoot)) {
    throw new NanteError(
      'not-found',
      `The base image of this guest is gone: ${baseRoot}`,
      { hint: 'Destroy the guest and make it again.' },
    );
  }
  await makeDisk(folders, sizeGb, ungrown);
  await unmountDisk(folders);
  if (ungrown) await enlarge(folders.image, sizeGb);
  else await growDisk(folders.image, sizeGb);
  await mkdir(folders.disk, { recursive: true });
  await mkdir(folders.root, { recursive: true });
  await run('mount', ['-o', 'loop', folders.image, folders.disk]);
  await mkdir(folders.upper, { recursive: true });
  await mkdir(folders.work, { recursive: true });
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
