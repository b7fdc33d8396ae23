import type { CallOptions, ProxmoxApi, ProxmoxResources } from '@nante/clients';
import type { HostKind } from '@nante/model';

/** Something that a guest can be made from. */
export interface Image {
  /** Value of the request's `image`: the id of a template to clone, or the volume id of a container template. */
  id: string;
  kind: HostKind;
  /** Template to clone: of a container one that somebody prepared; null where a container is made from a file. */
  templateVmId: number | null;
  /** Node that holds it. */
  templateNode: string;
  /** Volume id of a container template, null for what is cloned. */
  templateFile: string | null;
  /** Operating system type of a container. */
  osType: string;
  /** The template's VMs have the guest agent switched on. */
  agent: boolean;
  /** Smallest disk in GiB. */
  minimumDiskGb: number;
  /** Storage where its disk or file lies. */
  storage: string;
  /** Nodes that can make a guest from it. */
  nodes: string[];
  /** Unix seconds. */
  createdAt: number;
}

const containerTypes = [
  'alpine',
  'archlinux',
  'centos',
  'debian',
  'devuan',
  'fedora',
  'gentoo',
  'nixos',
  'opensuse',
  'ubuntu',
];

/** Everything that guests of a kind can be made from, newest first. */
export async function listImages(
  proxmox: ProxmoxApi,
  resources: ProxmoxResources,
  kind: HostKind,
  options?: CallOptions,
): Promise<Image[]> {
  const found =
    kind === 'vm'
      ? await templates(proxmox, resources, kind, options)
      : [
          ...(await templateFiles(proxmox, resources, options)),
          ...(await templates(proxmox, resources, kind, options)),
        ];
  return found.sort(
    (a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1),
  );
}

async function templates(
  proxmox: ProxmoxApi,
  resources: ProxmoxResources,
  kind: HostKind,
  options?: CallOptions,
): Promise<Image[]> {
  const found = resources.guests.filter(
    guest => guest.template && guest.kind === kind,
  );
  return Promise.all(
    found.map(async ({ vmId, node }) => {
      const config = await proxmox.guestConfig(node, kind, vmId, options);
      const disk = parseDisk(config.raw[kind === 'vm' ? 'scsi0' : 'rootfs']);
      return {
        id: String(vmId),
        kind,
        templateVmId: vmId,
        templateNode: node,
        templateFile: null,
        osType: 'unmanaged',
        agent: config.agent,
        minimumDiskGb: disk.sizeGb,
        storage: disk.storage,
        nodes: isShared(resources, disk.storage)
          ? nodesWith(resources, disk.storage)
          : [node],
        createdAt: Number(
          /ctime=(\d+)/.exec(String(config.raw.meta))?.[1] ?? 0,
        ),
      };
    }),
  );
}

async function templateFiles(
  proxmox: ProxmoxApi,
  resources: ProxmoxResources,
  options?: CallOptions,
): Promise<Image[]> {
  const online = resources.nodes.filter(({ status }) => status === 'online');
  const places = resources.storages.filter(
    ({ node, status, content }) =>
      status === 'available' &&
      content.includes('vztmpl') &&
      online.some(({ name }) => name === node),
  );
  const images = new Map<string, Image>();
  for (const { node, name } of places) {
    const volumes = await proxmox.storageContent(node, name, 'vztmpl', options);
    for (const { volumeId, createdAt } of volumes) {
      const known = images.get(volumeId);
      if (known) known.nodes.push(node);
      else
        images.set(volumeId, {
          id: volumeId,
          kind: 'lxc',
          templateVmId: null,
          templateNode: node,
          templateFile: volumeId,
          osType: osType(volumeId),
          agent: false,
          minimumDiskGb: 1,
          storage: name,
          nodes: [node],
          createdAt: createdAt ?? 0,
        });
    }
  }
  return [...images.values()];
}

function osType(volumeId: string): string {
  const file = volumeId.slice(volumeId.lastIndexOf('/') + 1);
  return containerTypes.find(type => file.startsWith(type)) ?? 'unmanaged';
}

const gibibytes: Record<string, number> = { M: 1 / 1024, G: 1, T: 1024 };

/** `local-lvm:base-9000-disk-0,size=8G` */
function parseDisk(value: string | number | undefined): {
  storage: string;
  sizeGb: number;
} {
  const text = String(value ?? '');
  const [, amount, unit] = /size=(\d+(?:\.\d+)?)([MGT])/.exec(text) ?? [];
  return {
    storage: text.slice(0, Math.max(0, text.indexOf(':'))),
    sizeGb: amount ? Math.ceil(Number(amount) * gibibytes[unit]) : 1,
  };
}

function isShared(resources: ProxmoxResources, storage: string): boolean {
  return resources.storages.some(
    ({ name, shared }) => name === storage && shared,
  );
}

function nodesWith(resources: ProxmoxResources, storage: string): string[] {
  return resources.storages
    .filter(({ name }) => name === storage)
    .map(({ node }) => node)
    .sort();
}
