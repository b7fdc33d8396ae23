import type { ProxmoxApi } from '@nante/clients';
import {
  NanteError,
  type DesiredHost,
  type SnapshotRequest,
} from '@nante/model';

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
  // Neither a disk image nor a template file is cloned.
  const template = host.image.template_vm_id ?? host.image.template_ct_id;
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
    ...(host.kind === 'vm' && host.agent
      ? [right(guest, 'VM.GuestAgent.Audit', 'VM.Monitor')]
      : []),
    ...(template ? [right(`/vms/${template}`, 'VM.Clone')] : []),
    right(`/storage/${host.storage}`, 'Datastore.AllocateSpace'),
    right(`/storage/${host.storage}`, 'Datastore.Audit'),
    right(zone, 'SDN.Use'),
  ];
}

/** What switching a host on and off needs. */
export function powerRights({ vm_id: vmId }: DesiredHost): NeededRight[] {
  const guest = `/vms/${vmId}`;
  return ['VM.Audit', 'VM.PowerMgmt'].map(name => right(guest, name));
}

/** What another size needs. */
export function resizeRights(host: DesiredHost): NeededRight[] {
  return [
    ...powerRights(host),
    ...['CPU', 'Memory', 'Disk'].map(name =>
      right(`/vms/${host.vm_id}`, `VM.Config.${name}`),
    ),
    right(`/storage/${host.storage}`, 'Datastore.AllocateSpace'),
  ];
}

/** What snapshots need, which the role for making hosts does not have. */
export function snapshotRights(
  host: DesiredHost,
  action: SnapshotRequest['action'],
): NeededRight[] {
  const guest = `/vms/${host.vm_id}`;
  return action === 'rollback'
    ? [
        ...powerRights(host),
        right(guest, 'VM.Snapshot', 'VM.Snapshot.Rollback'),
      ]
    : [right(guest, 'VM.Audit'), right(guest, 'VM.Snapshot')];
}

/**
 * Refuses what a token may not do, before anything is done.
 *
 * @param hint - where the missing privileges come from
 * @throws NanteError `unauthorized` that names all of them
 */
export async function assertRights(
  proxmox: ProxmoxApi,
  needed: readonly NeededRight[],
  hint: string,
  signal?: AbortSignal,
): Promise<void> {
  const missing = missingRights(await proxmox.permissions({ signal }), needed);
  if (missing.length > 0)
    throw new NanteError(
      'unauthorized',
      `The Proxmox token lacks ${missing.join(', ')}; nothing was changed.`,
      { hint },
    );
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
