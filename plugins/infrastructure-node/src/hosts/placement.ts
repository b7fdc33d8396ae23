import type { ProxmoxApi, ProxmoxResources } from '@nante/clients';
import type { ManagedHost, ManagedServer } from '@nante/engine';
import type { Environment, HostKind, InfrastructureConfig } from '@nante/model';
import type { PlacementOptions } from '@nante/plugin-infrastructure-common';
import { nodeFigures } from './nodes';

const GIB = 1024 ** 3;
/** Container templates change rarely, and each storage costs a call, in milliseconds. */
const IMAGES_FRESH_FOR = 60_000;
const IMAGES_DEADLINE = 8_000;

type Image = PlacementOptions['images'][number];

/** Who asks, as far as placement depends on it. */
export interface Asker {
  /** Groups that the person may own hosts with. */
  owners: string[];
  operator: boolean;
}

/** What the placement field offers, out of one answer of Proxmox and the bucket. */
export function offerPlacement(input: {
  name: string;
  environment: Environment;
  kind: HostKind;
  shared: InfrastructureConfig;
  resources: ProxmoxResources;
  managed: ManagedHost[];
  /** Servers that were onboarded: their addresses are taken. */
  servers: ManagedServer[];
  images: Image[];
  asker: Asker;
  observedAt: string;
  error?: string;
}): PlacementOptions {
  const { environment, kind, shared, resources, managed, asker } = input;
  const addresses = [
    ...managed.map(host => host.desired.network.address),
    ...input.servers.map(({ server }) => server.address),
  ];
  const { policy } = shared;
  const allows = (list: string[], name: string) =>
    list.length === 0 || list.includes(name);

  const nodes = resources.nodes
    .map(node => ({
      name: node.name,
      online: node.status === 'online',
      allowed: allows(policy.nodes, node.name),
      ...nodeFigures(node),
      guests: resources.guests.filter(
        guest => guest.node === node.name && !guest.template,
      ).length,
      bestFit: false,
    }))
    .sort(
      (a, b) =>
        Number(b.online && b.allowed) - Number(a.online && a.allowed) ||
        freeMemory(b) - freeMemory(a) ||
        a.name.localeCompare(b.name),
    );
  const usable = nodes.filter(node => node.online && node.allowed);
  // Without a right to look at the nodes every memory is 0, and a choice would be a guess.
  const bestNode = usable.find(node => node.memory > 0);
  if (bestNode) bestNode.bestFit = true;

  const storages = offerStorages(
    resources,
    kind,
    name => allows(policy.storages, name),
    (bestNode ?? usable[0])?.name,
  );

  return {
    environment: input.name,
    kind,
    connection: environment.connection,
    observedAt: input.observedAt,
    error: input.error,
    nodes,
    storages,
    images: kind === 'vm' ? offerTemplates(resources) : input.images,
    network: {
      vlan: environment.vlan,
      bridge: environment.bridge,
      subnet: environment.subnet,
      gateway: environment.gateway,
      addressing: environment.addressing.type,
      free: freeAddresses(environment, addresses),
    },
    sizes: environment.sizes.map(name => {
      const size = shared.sizes[name];
      const allowed = !size.restricted || asker.operator;
      return {
        name,
        title: size.title,
        cores: size.cores,
        memoryMb: size.memoryMb,
        diskGb: size.diskGb,
        allowed,
        reason: allowed ? undefined : 'Only operators may ask for this size.',
      };
    }),
    maximum: policy.maximum,
    quota: asker.owners.map(owner => ({
      owner,
      used: managed.filter(host => host.desired.owner === owner).length,
      limit: policy.hostsPerOwner,
    })),
  };
}

/** Reads container templates of all storages, each shared storage once. */
export class ContainerImages {
  readonly #now: () => number;
  readonly #cache = new Map<string, { at: number; images: Image[] }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async read(
    connection: string,
    resources: ProxmoxResources,
    api: () => Promise<ProxmoxApi>,
  ): Promise<Image[]> {
    const cached = this.#cache.get(connection);
    if (cached && this.#now() - cached.at < IMAGES_FRESH_FOR) {
      return cached.images;
    }
    const online = new Set(
      resources.nodes
        .filter(node => node.status === 'online')
        .map(node => node.name),
    );
    const seen = new Set<string>();
    const storages = resources.storages.filter(storage => {
      const key = storage.shared
        ? storage.name
        : `${storage.node}/${storage.name}`;
      if (!storage.content.includes('vztmpl') || !online.has(storage.node)) {
        return false;
      }
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    const client = await api();
    const signal = AbortSignal.timeout(IMAGES_DEADLINE);
    const found = await Promise.all(
      storages.map(async storage => {
        const volumes = await client.storageContent(
          storage.node,
          storage.name,
          'vztmpl',
          { signal },
        );
        return volumes.map(volume => ({
          id: volume.volumeId,
          title: volume.volumeId.replace(/^.*\//, ''),
          node: storage.node,
          shared: storage.shared,
          createdAt:
            volume.createdAt === undefined
              ? undefined
              : new Date(volume.createdAt * 1000).toISOString(),
        }));
      }),
    );
    const images = found
      .flat()
      .sort(
        (a, b) =>
          (b.createdAt ?? '').localeCompare(a.createdAt ?? '') ||
          a.id.localeCompare(b.id) ||
          a.node.localeCompare(b.node),
      );
    this.#cache.set(connection, { at: this.#now(), images });
    return images;
  }
}

function freeMemory(node: { memory: number; memoryUsed?: number }): number {
  return node.memory - (node.memoryUsed ?? 0);
}

function offerStorages(
  resources: ProxmoxResources,
  kind: HostKind,
  allowed: (name: string) => boolean,
  bestNode: string | undefined,
): PlacementOptions['storages'] {
  const content = kind === 'vm' ? 'images' : 'rootdir';
  const byKey = new Map<string, PlacementOptions['storages'][number]>();
  for (const storage of resources.storages) {
    if (
      !storage.content.includes(content) ||
      storage.status !== 'available' ||
      !allowed(storage.name)
    ) {
      continue;
    }
    // A local storage of the same name is another disk on each node.
    const key = storage.shared
      ? storage.name
      : `${storage.name}@${storage.node}`;
    const known = byKey.get(key);
    if (known) {
      known.nodes.push(storage.node);
      known.nodes.sort();
    } else {
      byKey.set(key, {
        name: storage.name,
        shared: storage.shared,
        nodes: [storage.node],
        size: storage.size,
        used: storage.used,
        bestFit: false,
      });
    }
  }
  const storages = [...byKey.values()].sort(
    (a, b) =>
      b.size - b.used - (a.size - a.used) || a.name.localeCompare(b.name),
  );
  const best = storages.find(
    storage => bestNode !== undefined && storage.nodes.includes(bestNode),
  );
  if (best) best.bestFit = true;
  return storages;
}

function offerTemplates(resources: ProxmoxResources): Image[] {
  return (
    resources.guests
      .filter(guest => guest.template && guest.kind === 'vm')
      .map(guest => ({
        id: String(guest.vmId),
        title: guest.name,
        node: guest.node,
        shared: false,
        minimumDiskGb: guest.disk ? Math.ceil(guest.disk / GIB) : undefined,
      }))
      // Higher ids are newer where people count upwards; Proxmox's lists name no date.
      .sort((a, b) => Number(b.id) - Number(a.id))
  );
}

function freeAddresses(
  environment: Environment,
  addresses: string[],
): number | undefined {
  const { addressing } = environment;
  if (addressing.type !== 'pool') return undefined;
  const from = toNumber(addressing.from);
  const to = toNumber(addressing.to);
  const used = new Set(
    addresses
      .filter(address => address !== 'dhcp')
      .map(address => toNumber(address.split('/')[0]))
      .filter(address => address >= from && address <= to),
  );
  return to - from + 1 - used.size;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
