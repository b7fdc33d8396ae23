import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestSpec } from '../driver';
import type { GuestFolders } from './disk';

/** Folders of the guest in which Docker and containerd keep images and containers. */
const stores = ['/var/lib/docker', '/var/lib/containerd'];

const storeOf = (folders: GuestFolders, path: string) =>
  join(folders.containers, path.split('/').at(-1)!);

/**
 * systemd-nspawn mounts control groups of version 1 and the settings of the network read only; a container engine makes the
 * ones and sets the others, each in what is the guest's alone.
 */
const dropIn = `[Service]
ExecStartPre=-/bin/sh -c 'for group in /sys/fs/cgroup/*/; do mount -o remount,rw,bind $$group; done'
ExecStartPre=-/bin/sh -c 'mountpoint -q /proc/sys/net || { mount --bind /proc/sys/net /proc/sys/net && mount -o remount,rw,bind /proc/sys/net; }'
`;

/** As on Proxmox: a VM may run containers, a container may when its feature \`nesting\` is set. */
export function mayNest({ kind, nesting }: GuestSpec): boolean {
  return kind === 'vm' || nesting === true;
}

/**
 * Gives a mounted guest what Docker needs here and nowhere else; what packages and roles write is left to them. A guest whose
 * disk was full before it had this boots without.
 */
export async function prepareNesting(folders: GuestFolders): Promise<void> {
  const folder = join(folders.root, 'usr/lib/systemd/system/docker.service.d');
  const file = join(folder, 'lab.conf');
  try {
    for (const path of stores)
      await mkdir(storeOf(folders, path), { recursive: true, mode: 0o711 });
    // Nothing is written again: on a full disk that would empty the file.
    if ((await readFile(file, 'utf8').catch(() => '')) === dropIn) return;
    await mkdir(folder, { recursive: true });
    await writeFile(file, dropIn);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Options of systemd-nspawn for a guest that runs containers. */
export function nestingOptions(folders: GuestFolders): string[] {
  return [
    // Session keys of containers, and programs in the kernel that say which devices they may use.
    '--system-call-filter=@keyring bpf',
    ...stores
      .filter(path => existsSync(storeOf(folders, path)))
      .map(path => `--bind=${storeOf(folders, path)}:${path}`),
  ];
}
