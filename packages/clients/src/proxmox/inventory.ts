import { z } from 'zod';
import type {
  ProxmoxClusterStatus,
  ProxmoxGuest,
  ProxmoxNode,
  ProxmoxResources,
  ProxmoxStorage,
} from './types';
import { flag, lenient, number, sortedList, text } from './values';

const usage = {
  status: lenient(z.string()),
  cpu: lenient(number),
  maxcpu: lenient(number),
  mem: lenient(number),
  maxmem: lenient(number),
  disk: lenient(number),
  maxdisk: lenient(number),
  uptime: lenient(number),
};

const guestRow = z.object({
  type: z.enum(['qemu', 'lxc']),
  vmid: number,
  node: text,
  name: lenient(text),
  template: lenient(flag),
  tags: lenient(text),
  pool: lenient(text),
  lock: lenient(text),
  ...usage,
});

const nodeRow = z.object({ type: z.literal('node'), node: text, ...usage });

const storageRow = z.object({
  type: z.literal('storage'),
  storage: text,
  node: text,
  plugintype: lenient(z.string()),
  content: lenient(z.string()),
  shared: lenient(flag),
  ...usage,
});

const resourceRow = z.discriminatedUnion('type', [
  guestRow,
  nodeRow,
  storageRow,
]);

/** Answer of `cluster/resources`; rows are looked at one by one, since one bad guest must not hide the others. */
export const resourcesSchema = z.array(z.unknown()).transform(readResources);

function readResources(rows: unknown[]): ProxmoxResources {
  const resources: ProxmoxResources = { guests: [], nodes: [], storages: [] };
  for (const row of rows) {
    // Pools and networks stand in the same list, and are not ours.
    const { data } = resourceRow.safeParse(row);
    if (data?.type === 'node') resources.nodes.push(toNode(data));
    else if (data?.type === 'storage') resources.storages.push(toStorage(data));
    else if (data) resources.guests.push(toGuest(data));
  }
  const byName = (a: { name: string }, b: { name: string }) =>
    compare(a.name, b.name);
  resources.guests.sort((a, b) => a.vmId - b.vmId);
  resources.nodes.sort(byName);
  resources.storages.sort((a, b) => byName(a, b) || compare(a.node, b.node));
  return resources;
}

function toGuest(row: z.infer<typeof guestRow>): ProxmoxGuest {
  const running = row.status === 'running';
  return {
    vmId: row.vmid,
    kind: row.type === 'qemu' ? 'vm' : 'lxc',
    name: row.name ?? `${row.vmid}`,
    node: row.node,
    status: knownStatus(row.status),
    template: row.template ?? false,
    tags: sortedList(row.tags),
    pool: row.pool,
    lock: row.lock,
    cores: row.maxcpu ?? 0,
    cpu: running ? row.cpu : undefined,
    memory: row.maxmem ?? 0,
    memoryUsed: running ? row.mem : undefined,
    disk: row.maxdisk ?? 0,
    // Of a VM's disks Proxmox sees no file system, and answers 0.
    diskUsed: row.type === 'lxc' && running ? row.disk : undefined,
    uptime: running ? row.uptime : undefined,
  };
}

function knownStatus(status: string | undefined): ProxmoxGuest['status'] {
  return status === 'running' || status === 'stopped' ? status : 'unknown';
}

function toNode(row: z.infer<typeof nodeRow>): ProxmoxNode {
  const online = row.status === 'online';
  return {
    name: row.node,
    status: nodeStatus(row.status),
    cores: row.maxcpu ?? 0,
    cpu: online ? row.cpu : undefined,
    memory: row.maxmem ?? 0,
    memoryUsed: online ? row.mem : undefined,
    uptime: online ? row.uptime : undefined,
  };
}

function nodeStatus(status: string | undefined): ProxmoxNode['status'] {
  return status === 'online' || status === 'offline' ? status : 'unknown';
}

function toStorage(row: z.infer<typeof storageRow>): ProxmoxStorage {
  return {
    name: row.storage,
    node: row.node,
    status: row.status === 'available' ? 'available' : 'unknown',
    shared: row.shared ?? false,
    content: sortedList(row.content),
    type: row.plugintype ?? 'unknown',
    size: row.maxdisk ?? 0,
    used: row.disk ?? 0,
  };
}

const statusRow = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cluster'), name: text, quorate: lenient(flag) }),
  z.object({ type: z.literal('node'), name: text, online: lenient(flag) }),
]);

/** Answer of `cluster/status`. A single node has no cluster row, and nobody to agree with. */
export const clusterStatusSchema = z
  .array(statusRow)
  .transform((rows): ProxmoxClusterStatus => {
    const cluster = rows.find(row => row.type === 'cluster');
    const nodes = rows
      .filter(row => row.type === 'node')
      .map(row => ({ name: row.name, online: row.online ?? false }))
      .sort((a, b) => compare(a.name, b.name));
    return {
      name: cluster?.name ?? nodes[0]?.name ?? 'unknown',
      quorate: cluster ? (cluster.quorate ?? false) : true,
      nodes,
    };
  });

/** Answer of `access/permissions`: the number says whether the privilege is handed down, not whether it is there. */
export const permissionsSchema = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .transform(paths =>
    Object.fromEntries(
      Object.entries(paths).map(([path, privileges]) => [
        path,
        Object.keys(privileges).sort(),
      ]),
    ),
  );

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
