import type { TemplateRequest } from '@nante/model';
import { missingRights, type NeededRight } from '../policy/rights';
import type { TemplateImage } from './image';

const onGuest = {
  vm: [
    ...['VM.Allocate', 'VM.Audit', 'VM.PowerMgmt', 'VM.Config.CPU'],
    ...['VM.Config.Memory', 'VM.Config.Disk', 'VM.Config.Network'],
    ...['VM.Config.Options', 'VM.Config.Cloudinit', 'VM.Config.HWType'],
    'VM.Config.CDROM',
  ],
  lxc: [
    ...['VM.Allocate', 'VM.Audit', 'VM.PowerMgmt', 'VM.Config.CPU'],
    ...['VM.Config.Memory', 'VM.Config.Disk', 'VM.Config.Network'],
    'VM.Config.Options',
  ],
};

/** Which rights the making of a template lacks, path by path. */
export function missingForTemplate(
  permissions: Record<string, string[]>,
  place: {
    kind: TemplateRequest['kind'];
    /** Guest id, or 0 where it is not chosen yet. */
    vmId: number;
    node: string;
    storage: string;
    image: TemplateImage;
    bridge: string;
    vlan: number | null;
  },
): string[] {
  const { kind, node, storage, image, bridge, vlan } = place;
  const guest = place.vmId === 0 ? '/vms' : `/vms/${place.vmId}`;
  const zone = `/sdn/zones/localnetwork/${bridge}${vlan === null ? '' : `/${vlan}`}`;
  const right = (path: string, ...privileges: string[]): NeededRight => ({
    path,
    privileges,
  });
  const fetches = !image.isThere && image.fetch;
  const missing = missingRights(permissions, [
    ...onGuest[kind].map(name => right(guest, name)),
    ...(kind === 'vm'
      ? [right(guest, 'VM.GuestAgent.Audit', 'VM.Monitor')]
      : []),
    right(`/storage/${storage}`, 'Datastore.AllocateSpace'),
    right(`/storage/${image.storage}`, 'Datastore.Audit'),
    right(zone, 'SDN.Use'),
    ...(fetches
      ? [right(`/storage/${image.storage}`, 'Datastore.AllocateTemplate')]
      : []),
  ]);
  if (!fetches || image.fetch?.type !== 'url') return missing;
  // Either of two will do, on paths of their own.
  const [byNode] = missingRights(permissions, [
    right(`/nodes/${node}`, 'Sys.AccessNetwork'),
  ]);
  const byRoot = missingRights(permissions, [
    right('/', 'Sys.Audit'),
    right('/', 'Sys.Modify'),
  ]);
  return byNode && byRoot.length > 0 ? [...missing, byNode] : missing;
}
