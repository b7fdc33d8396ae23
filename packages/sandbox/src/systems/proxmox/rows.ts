import type { Cluster } from './cluster';
import { systemDiskBytes } from './guests/spec';
import { coresOf, guestFigures, memoryBytes, nodeFigures } from './metrics';
import type { ClusterNode, Guest } from './state';

type Row = Record<string, unknown>;

/** Name of a guest as lists show it. */
export function guestName(cluster: Cluster, guest: Guest): string {
  const fault = cluster.faults.first(
    'bad-name',
    item => item.vmid === guest.vmid,
  );
  if (fault) return fault.name ?? 'Röntgen Gerät #1/2';
  const name =
    guest.kind === 'qemu' ? guest.config.name : guest.config.hostname;
  return String(name ?? `${guest.kind === 'qemu' ? 'VM ' : 'CT'}${guest.vmid}`);
}

/** Tags in an order that changes from answer to answer, as the real one gives them. */
export function shuffledTags(cluster: Cluster, guest: Guest): string {
  const tags = String(guest.config.tags).split(';');
  for (let index = tags.length - 1; index > 0; index -= 1) {
    const other = cluster.random.integer(0, index);
    [tags[index], tags[other]] = [tags[other], tags[index]];
  }
  return tags.join(';');
}

function common(cluster: Cluster, guest: Guest): Row {
  const { config } = guest;
  return {
    ...(config.template === 1 ? { template: 1 } : {}),
    ...(config.tags ? { tags: shuffledTags(cluster, guest) } : {}),
    ...(config.lock === undefined ? {} : { lock: config.lock }),
  };
}

/** A guest's row in `cluster/resources`. */
export function resourceRow(cluster: Cluster, guest: Guest): Row {
  const row: Row = {
    id: `${guest.kind}/${guest.vmid}`,
    type: guest.kind,
    vmid: guest.vmid,
    node: guest.node,
    name: guestName(cluster, guest),
    ...common(cluster, guest),
    template: guest.config.template === 1 ? 1 : 0,
    ...(guest.pool ? { pool: guest.pool } : {}),
  };
  // Nobody collects statistics of a node that does not answer.
  if (cluster.isOffline(guest.node)) return { ...row, status: 'unknown' };
  const running = cluster.isRunning(guest);
  const figures = guestFigures(guest);
  Object.assign(row, {
    status: running ? 'running' : 'stopped',
    maxcpu: coresOf(guest),
    maxmem: memoryBytes(guest),
    maxdisk: systemDiskBytes(guest),
    ...figures,
  });
  if (running && guest.kind === 'qemu')
    row.memhost = Math.round(figures.mem * 1.04);
  if (!running) delete row.cpu;
  return row;
}

/** A guest's row in its node's list, and its `status/current`. */
export function statusRow(cluster: Cluster, guest: Guest, full: boolean): Row {
  const running = cluster.isRunning(guest);
  const { uptime, cpu, mem, disk, ...traffic } = guestFigures(guest);
  const row: Row = {
    vmid: guest.vmid,
    name: guestName(cluster, guest),
    status: running ? 'running' : 'stopped',
    cpus: coresOf(guest),
    maxmem: memoryBytes(guest),
    maxdisk: systemDiskBytes(guest),
    uptime,
    cpu,
    mem,
    disk,
    ...traffic,
    ...common(cluster, guest),
  };
  if (running) row.pid = 1000 + (guest.vmid % 30000);
  if (guest.kind === 'lxc')
    Object.assign(row, {
      type: 'lxc',
      maxswap: Number(guest.config.swap ?? 512) * 1024 ** 2,
      swap: 0,
      // Load figures of containers come as text, those of machines as numbers.
      ...(running
        ? {
            pressurecpusome: '0.00',
            pressureiosome: '0.12',
            pressurememorysome: '0.00',
          }
        : {}),
    });
  else if (running)
    Object.assign(row, {
      pressurecpusome: 0.02,
      pressureiosome: 0,
      pressurememorysome: 0,
    });
  if (!full) return row;
  row.ha = { managed: 0 };
  if (guest.kind === 'lxc') return row;
  row.qmpstatus = running ? 'running' : 'stopped';
  if (hasAgent(guest)) row.agent = 1;
  if (running)
    Object.assign(row, {
      'running-machine': 'pc-i440fx-10.1+pve0',
      'running-qemu': '10.1.2',
    });
  return row;
}

/** True when a machine's configuration says that an agent runs in it. */
export function hasAgent(guest: Guest): boolean {
  return /^(?:1|.*\benabled=1)/.test(String(guest.config.agent ?? ''));
}

/** The guests that run on a node now. */
export function runningOn(cluster: Cluster, node: string): Guest[] {
  return cluster
    .guests()
    .filter(guest => guest.node === node && cluster.isRunning(guest));
}

/** A node's row; without `Sys.Audit` only that it is there. */
export function nodeRow(
  cluster: Cluster,
  node: ClusterNode,
  running: Guest[],
  mayAudit: boolean,
): Row {
  const offline = cluster.isOffline(node.name);
  const row: Row = {
    id: `node/${node.name}`,
    type: 'node',
    node: node.name,
    status: offline ? 'offline' : 'online',
  };
  if (offline || !mayAudit) return row;
  return {
    ...row,
    level: '',
    maxcpu: node.cores,
    maxmem: node.memory,
    maxdisk: node.disk,
    ...nodeFigures(node, running),
  };
}
