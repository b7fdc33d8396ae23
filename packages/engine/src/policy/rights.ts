import type { DesiredHost } from '@nante/model';

/** A privilege that a run needs, and on which path of Proxmox; the first of several names is the newest. */
export interface NeededRight {
  path: string;
  /** Any of these will do: Proxmox 9 renamed one. */
  privileges: string[];
}

/** The rights that creating a host needs, path by path: least privilege, so that one that is missing can be named. */
export function neededRights(host: DesiredHost): NeededRight[] {
  const guest = `/vms/${host.vm_id}`;
  const { bridge, vlan } = host.network;
  const zone = `/sdn/zones/localnetwork/${bridge}${vlan === null ? '' : `/${vlan}`}`;
  const config =
    host.kind === 'vm'
      ? [
          'CPU',
          'Memory',
          'Disk',
          'Network',
          'Options',
          'Cloudinit',
          'HWType',
          'CDROM',
        ]
      : ['CPU', 'Memory', 'Disk', 'Network', 'Options'];
  return [
    ...['VM.Allocate', 'VM.Audit', 'VM.PowerMgmt'].map(name =>
      right(guest, name),
    ),
    ...config.map(name => right(guest, `VM.Config.${name}`)),
    ...(host.kind === 'vm'
      ? [
          right(`/vms/${host.image.template_vm_id}`, 'VM.Clone'),
          ...(host.agent
            ? [right(guest, 'VM.GuestAgent.Audit', 'VM.Monitor')]
            : []),
        ]
      : []),
    right(`/storage/${host.storage}`, 'Datastore.AllocateSpace'),
    right(`/storage/${host.storage}`, 'Datastore.Audit'),
    right(zone, 'SDN.Use'),
  ];
}

/**
 * Which of the needed rights a token lacks.
 *
 * @param permissions - privileges by path as Proxmox answers them; a path that is not listed has those of the nearest
 *   listed one above it
 * @returns sentences such as `VM.Clone on /vms/9000`
 */
export function missingRights(
  permissions: Record<string, string[]>,
  needed: readonly NeededRight[],
): string[] {
  return needed
    .filter(({ path, privileges }) => {
      const held = privilegesOn(permissions, path);
      return !privileges.some(name => held.includes(name));
    })
    .map(({ path, privileges }) => `${privileges[0]} on ${path}`);
}

function privilegesOn(
  permissions: Record<string, string[]>,
  path: string,
): string[] {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const held = permissions[at === '' ? '/' : at];
    if (held) return held;
    if (at === '') return [];
  }
}

function right(path: string, ...privileges: string[]): NeededRight {
  return { path, privileges };
}
