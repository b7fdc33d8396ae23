import type { ProxmoxGuestConfig } from '@nante/clients';
import type { DesiredHost, HostKind } from '@nante/model';

/** The disk of a host as Proxmox names it; the modules know no other. */
export const systemDisk: Record<HostKind, string> = {
  vm: 'scsi0',
  lxc: 'rootfs',
};

/** Options of a guest that its size consists of. */
export const sizeOptions: readonly string[] = [
  ...['cores', 'sockets', 'vcpus', 'memory', 'balloon', 'swap'],
  ...Object.values(systemDisk),
];

/** Cores, memory and disk, as in the desired document. */
export type GuestSize = Pick<DesiredHost, 'cores' | 'memory_mb' | 'disk_gb'>;

/** The size that Proxmox has for a guest, also where it waits for a restart; the disk is 0 where it says none. */
export function guestSize(
  kind: HostKind,
  { cores, memoryMb, raw }: ProxmoxGuestConfig,
): GuestSize {
  const found = /(?:^|,)size=(\d+(?:\.\d+)?)([KMGT])?/.exec(
    String(raw[systemDisk[kind]] ?? ''),
  );
  const gigabytes = { K: 1 / 1024 ** 2, M: 1 / 1024, G: 1, T: 1024 };
  const unit = gigabytes[(found?.[2] ?? 'G') as keyof typeof gigabytes];
  return {
    cores,
    memory_mb: memoryMb,
    disk_gb: Number(found?.[1] ?? 0) * unit,
  };
}

/** What differs between two sizes, one phrase each. */
export function sizeDifferences(found: GuestSize, wanted: GuestSize): string[] {
  const phrase = (name: string, unit: string, is: number, should: number) =>
    is === should ? [] : [`${name} ${is}${unit} instead of ${should}${unit}`];
  return [
    ...phrase('cores', '', found.cores, wanted.cores),
    ...phrase('memory', ' MiB', found.memory_mb, wanted.memory_mb),
    ...phrase('disk', ' GiB', found.disk_gb, wanted.disk_gb),
  ];
}

/** A size in words. */
export function sizeText({ cores, memory_mb, disk_gb }: GuestSize): string {
  return `${cores} ${cores === 1 ? 'core' : 'cores'}, ${memory_mb} MiB and ${disk_gb} GiB`;
}
