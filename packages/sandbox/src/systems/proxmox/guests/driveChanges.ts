import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died } from '../failure';
import { parseSize, printProperties, printSize } from '../propertyString';
import type { Guest } from '../state';
import {
  driveDefaultKey,
  isCloudInitVolume,
  parseDrive,
  volumesOf,
} from './drives';
import { allocateVolume, storageFor } from './volumes';

/** Size of the drive that carries cloud-init's values. */
const cloudInitBytes = 4 * 1024 ** 2;
const newDisk = /^([^:\s]+):(\d+(?:\.\d+)?)$/;

/**
 * Checks the rights and the storage that a drive in a request needs; nothing is made yet.
 *
 * @throws ApiFailure 403 or 500
 */
export function checkDrive(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  text: string,
): void {
  const drive = parseDrive(guest.kind, text);
  const volume = drive[driveDefaultKey(guest.kind)] ?? '';
  if (volume === 'none' || volume === 'cdrom' || volume.startsWith('/')) return;
  const storage = volume.split(':')[0];
  const isNew = newDisk.test(volume) || /:cloudinit$/.test(volume);
  if (isNew) {
    cluster.access.require(by, `/storage/${storage}`, [
      'Datastore.AllocateSpace',
    ]);
    storageFor(cluster, storage, guest.kind === 'qemu' ? 'images' : 'rootdir');
  } else if (!ownedVolume(guest, volume)) requireFile(cluster, by, volume);
  if (drive['import-from']) requireFile(cluster, by, drive['import-from']);
}

/**
 * A drive as the configuration keeps it; makes the volume when a new one is asked for.
 *
 * @throws ApiFailure 500 when there is no space
 */
export function makeDrive(
  cluster: Cluster,
  guest: Guest,
  text: string,
): string {
  const key = driveDefaultKey(guest.kind);
  const { 'import-from': source, ...drive } = parseDrive(guest.kind, text);
  const volume = drive[key] ?? '';
  // The format is a wish for a new volume; the volume's name tells it afterwards.
  if (!volume.includes('.')) delete drive.format;
  const wanted = newDisk.exec(volume);
  if (wanted) {
    const imported = source ? importedBytes(cluster, source) : 0;
    const bytes = imported || Math.round(Number(wanted[2]) * 1024 ** 3);
    drive[key] = allocateVolume(cluster, guest, wanted[1], bytes);
    drive.size = printSize(bytes);
  } else if (/:cloudinit$/.test(volume)) {
    const storage = volume.split(':')[0];
    drive[key] = allocateVolume(
      cluster,
      guest,
      storage,
      cloudInitBytes,
      'cloudinit',
    );
    Object.assign(drive, { media: 'cdrom', size: '4M' });
  } else if (isCloudInitVolume(volume)) {
    Object.assign(drive, { media: 'cdrom', size: '4M' });
  } else {
    const known = ownedVolume(guest, volume);
    if (known?.size) drive.size = known.size;
  }
  return printProperties(drive, key);
}

/** The same drive with another size. */
export function withSize(guest: Guest, text: string, bytes: number): string {
  const drive = parseDrive(guest.kind, text);
  return printProperties(
    { ...drive, size: printSize(bytes) },
    driveDefaultKey(guest.kind),
  );
}

function ownedVolume(guest: Guest, volume: string) {
  return volumesOf(guest).find(item => item.volume === volume);
}

function findFile(cluster: Cluster, volume: string) {
  const [storage, name] = volume.split(/:(.*)/s);
  return cluster.state.files.find(
    item => item.storage === storage && item.name === name,
  );
}

function requireFile(cluster: Cluster, by: Identity, volume: string) {
  const storage = volume.split(':')[0];
  cluster.access.requireAny(by, `/storage/${storage}`, [
    'Datastore.AllocateSpace',
    'Datastore.AllocateTemplate',
    'Datastore.Audit',
  ]);
  if (!findFile(cluster, volume))
    throw died(`volume '${volume}' does not exist`);
}

function importedBytes(cluster: Cluster, volume: string): number {
  const file = findFile(cluster, volume);
  return file?.virtualSize ?? file?.size ?? parseSize('2G') ?? 0;
}
