import type { GuestNetwork, GuestSpec } from '../../../guests/driver';
import { parseProperties, parseSize } from '../propertyString';
import type { FaultBoard } from '../faults';
import type { Guest } from '../state';
import { parseDrive, systemDiskKey } from './drives';
import { cardsOf } from './network';

/** What a guest's Linux is told: by cloud-init for a VM, by Proxmox itself for a container. */
export function specOf(guest: Guest): GuestSpec {
  const { config, kind, vmid } = guest;
  const name = kind === 'qemu' ? config.name : config.hostname;
  const spec: GuestSpec = {
    vmid,
    kind: kind === 'qemu' ? 'vm' : 'lxc',
    hostname: String(name ?? (kind === 'qemu' ? `VM${vmid}` : `CT${vmid}`)),
    cores: Number(config.cores ?? 1) * Number(config.sockets ?? 1),
    memoryMb: Number(config.memory ?? 512),
    diskGb: systemDiskBytes(guest) / 1024 ** 3,
    networks: networksOf(guest),
    sshKeys: keysOf(guest),
  };
  if (kind === 'lxc') {
    const { nesting } = parseProperties(String(config.features ?? ''));
    return nesting === '1' ? { ...spec, nesting: true } : spec;
  }
  return config.ciuser === undefined
    ? spec
    : { ...spec, user: String(config.ciuser) };
}

/** What is wrong with a guest that is switched on now; the faults that are set decide. */
export function bootFaults(
  faults: FaultBoard,
  { kind, vmid }: Guest,
): Pick<GuestSpec, 'neverBoots' | 'noAgent' | 'ignores'> {
  const meant = (fault: { vmid?: number }) =>
    fault.vmid === undefined || fault.vmid === vmid;
  const neverBoots = faults.active('never-boots', meant);
  // Containers have neither an agent nor cloud-init.
  if (kind === 'lxc') return { neverBoots };
  const ignores = faults
    .all('cloud-init-ignores', meant)
    .map(({ what }) => what);
  return { neverBoots, noAgent: faults.active('no-agent', meant), ignores };
}

/** Bytes of the system disk; 0 when there is none. */
export function systemDiskBytes(guest: Guest): number {
  const key = systemDiskKey(guest);
  const value = key === undefined ? undefined : guest.config[key];
  if (value === undefined) return 0;
  return parseSize(parseDrive(guest.kind, value).size ?? '') ?? 0;
}

function keysOf(guest: Guest): string[] {
  const text =
    guest.kind === 'qemu'
      ? decodeURIComponent(String(guest.config.sshkeys ?? ''))
      : (guest.sshKeys ?? '');
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

function networksOf(guest: Guest): GuestNetwork[] {
  const { config, kind } = guest;
  const words = (value: unknown) =>
    String(value ?? '')
      .split(/[\s,;]+/)
      .filter(word => word !== '');
  const nameservers = words(config.nameserver);
  const [searchDomain] = words(config.searchdomain);
  return cardsOf(kind, config).map(card => {
    const address =
      kind === 'qemu'
        ? parseProperties(String(config[`ipconfig${card.index}`] ?? 'ip=dhcp'))
        : card.properties;
    return {
      bridge: card.bridge,
      vlan: card.vlan,
      mac: card.mac,
      address: address.ip ?? 'dhcp',
      ...(address.gw ? { gateway: address.gw } : {}),
      ...(nameservers.length > 0 ? { nameservers } : {}),
      ...(searchDomain ? { searchDomain } : {}),
    };
  });
}
