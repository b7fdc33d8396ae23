import type { Cluster } from '../cluster';
import { died } from '../failure';
import { parseSize } from '../propertyString';
import type { Guest, Storage } from '../state';
import { volumesOf } from './drives';

/** Share of a thin disk that its guest has written to. */
const written = 0.4;

/**
 * A storage that holds a sort of content.
 *
 * @throws ApiFailure 500 when there is none, or it does not hold that sort
 */
export function storageFor(
  cluster: Cluster,
  name: string,
  content: string,
): Storage {
  const storage = cluster.state.storages.find(item => item.name === name);
  if (!storage) throw died(`storage '${name}' does not exist`);
  if (!storage.content.includes(content))
    throw died(
      content === 'rootdir'
        ? `storage '${name}' does not support container directories`
        : `storage '${name}' does not support content-type '${content}'`,
    );
  return storage;
}

/** Bytes that are used, by storage, of shared ones and of each node's own. */
export function storageUse(cluster: Cluster): Map<string, number> {
  const use = new Map<string, number>();
  const add = (key: string, bytes: number) =>
    use.set(key, (use.get(key) ?? 0) + bytes);
  const shared = new Set(
    cluster.state.storages.filter(item => item.shared).map(item => item.name),
  );
  for (const guest of cluster.guests())
    for (const volume of volumesOf(guest))
      add(
        shared.has(volume.storage)
          ? volume.storage
          : `${volume.storage}@${guest.node}`,
        Math.round((parseSize(volume.size ?? '4M') ?? 0) * written),
      );
  for (const file of cluster.state.files)
    add(file.node ? `${file.storage}@${file.node}` : file.storage, file.size);
  return use;
}

/** Used bytes of one storage on one node. */
export function usedBytes(
  cluster: Cluster,
  storage: Storage,
  node: string,
  use: Map<string, number> = storageUse(cluster),
): number {
  if (isFull(cluster, storage.name)) return storage.size;
  const key = storage.shared ? storage.name : `${storage.name}@${node}`;
  return Math.min(storage.size, storage.baseUse + (use.get(key) ?? 0));
}

function isFull(cluster: Cluster, storage: string): boolean {
  return cluster.faults.active(
    'storage-full',
    fault => fault.storage === undefined || fault.storage === storage,
  );
}

/**
 * Names a new volume.
 *
 * @param suffix - `disk`, which is numbered, or `cloudinit`
 * @throws Error of the storage when there is no space
 */
export function allocateVolume(
  cluster: Cluster,
  guest: Guest,
  storage: string,
  bytes: number,
  suffix: 'disk' | 'cloudinit' = 'disk',
): string {
  requireSpace(cluster, guest, storage, bytes);
  const name = `vm-${guest.vmid}-${suffix}`;
  if (suffix === 'cloudinit') return `${storage}:${name}`;
  const taken = new Set(
    volumesOf(guest).map(item => /-disk-(\d+)$/.exec(item.volume)?.[1]),
  );
  let index = 0;
  while (taken.has(String(index))) index += 1;
  return `${storage}:${name}-${index}`;
}

/** @throws Error of the storage when the bytes don't fit */
export function requireSpace(
  cluster: Cluster,
  guest: Guest,
  name: string,
  bytes: number,
): void {
  const storage = cluster.state.storages.find(item => item.name === name);
  if (!storage) throw died(`storage '${name}' does not exist`);
  const free = storage.size - usedBytes(cluster, storage, guest.node);
  if (isFull(cluster, name) || bytes * written > free)
    throw died(
      `unable to create volume for ${guest.vmid} on storage '${name}': No space left on device`,
    );
}
