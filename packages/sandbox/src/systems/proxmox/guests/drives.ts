import { parseProperties } from '../propertyString';
import type { ConfigValue, Guest, GuestKind } from '../state';

const qemuDrive =
  /^(?:ide\d|sata\d|scsi\d{1,2}|virtio\d{1,2}|efidisk0|tpmstate0)$/;
const lxcVolume = /^(?:rootfs|mp\d{1,3})$/;

/** True for configuration keys that name a disk, a drive or a container's volume. */
export function isDriveKey(kind: GuestKind, key: string): boolean {
  return (kind === 'qemu' ? qemuDrive : lxcVolume).test(key);
}

/** Default key of a drive's text. */
export function driveDefaultKey(kind: GuestKind): string {
  return kind === 'qemu' ? 'file' : 'volume';
}

/** A drive's text as a map, with its volume under the default key. */
export function parseDrive(
  kind: GuestKind,
  value: ConfigValue,
): Record<string, string> {
  return parseProperties(String(value), driveDefaultKey(kind));
}

export function isCdrom(drive: Record<string, string>): boolean {
  return drive.media === 'cdrom';
}

export function isCloudInitVolume(volume: string): boolean {
  return /(?:^|[:/-])cloudinit(?:\.\w+)?$/.test(volume);
}

/** A volume of a guest as its configuration names it. */
export interface GuestVolume {
  key: string;
  volume: string;
  storage: string;
  /** Text such as `8G`; undefined where none is written. */
  size?: string;
  cdrom: boolean;
}

/** All volumes that a guest owns, unused and pending ones and those of snapshots included. */
export function volumesOf(guest: Guest): GuestVolume[] {
  const found = new Map<string, GuestVolume>();
  const configs = [
    guest.config,
    guest.pending,
    ...Object.values(guest.snapshots).map(snapshot => snapshot.config),
  ];
  for (const config of configs)
    for (const [key, value] of Object.entries(config)) {
      const drive = isDriveKey(guest.kind, key);
      if (value === null || !(drive || /^unused\d+$/.test(key))) continue;
      const parsed = parseDrive(guest.kind, value);
      const volume = parsed[driveDefaultKey(guest.kind)] ?? '';
      const colon = volume.indexOf(':');
      if (colon < 1 || found.has(volume)) continue;
      found.set(volume, {
        key,
        volume,
        storage: volume.slice(0, colon),
        size: parsed.size,
        cdrom: isCdrom(parsed),
      });
    }
  return [...found.values()];
}

/** Key of the system disk: of a VM the first in the boot order, else the first disk. */
export function systemDiskKey(guest: Guest): string | undefined {
  if (guest.kind === 'lxc') return 'rootfs';
  const order = parseProperties(String(guest.config.boot ?? '')).order ?? '';
  const keys = Object.keys(guest.config)
    .filter(
      key => isDriveKey('qemu', key) && !/^(?:efidisk|tpmstate)/.test(key),
    )
    .filter(key => !isCdrom(parseDrive('qemu', guest.config[key])))
    .sort();
  return order.split(';').find(key => keys.includes(key)) ?? keys[0];
}
