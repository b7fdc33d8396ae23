import { nowSeconds } from './cluster';
import type { ClusterNode, Guest } from './state';
import { systemDiskBytes } from './guests/spec';

/** Statistics are collected this often, seconds: two questions within it get the same answer. */
const period = 10;

/** A number from 0 to 1 that belongs to a name (FNV-1a, mixed once more so that neighbours differ). */
function traitOf(name: string): number {
  let hash = 0x811c9dc5;
  // Bit operations are what such a hash is made of.
  /* eslint-disable no-bitwise */
  for (let index = 0; index < name.length; index += 1)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
  /* eslint-enable no-bitwise */
}

/** A load between 0 and 1 that goes up and down over the day, with some unrest. */
function loadAt(name: string, time: number): number {
  const trait = traitOf(name);
  const day = Math.sin((time / 86400 + trait) * 2 * Math.PI);
  const hour = Math.sin((time / 3600 + trait * 7) * 2 * Math.PI);
  const unrest = traitOf(`${name}:${Math.floor(time / period)}`);
  return Math.min(
    0.97,
    Math.max(
      0.003,
      0.03 + trait * 0.35 * (0.6 + 0.3 * day + 0.1 * hour) + unrest * 0.05,
    ),
  );
}

export interface GuestFigures {
  cpu: number;
  mem: number;
  disk: number;
  netin: number;
  netout: number;
  diskread: number;
  diskwrite: number;
  uptime: number;
}

/** Figures of a guest at a time; zeros while it is stopped. */
export function guestFigures(guest: Guest, time = nowSeconds()): GuestFigures {
  const disk =
    guest.kind === 'lxc' ? Math.round(systemDiskBytes(guest) * 0.4) : 0;
  if (!guest.running)
    return {
      cpu: 0,
      mem: 0,
      disk: guest.kind === 'lxc' ? disk : 0,
      netin: 0,
      netout: 0,
      diskread: 0,
      diskwrite: 0,
      uptime: 0,
    };
  const name = `guest/${guest.vmid}`;
  const at = Math.floor(time / period) * period;
  const load = loadAt(name, at);
  const uptime = Math.max(0, time - (guest.startedAt ?? time));
  const rate = 2000 + traitOf(`${name}/rate`) * 80000;
  return {
    cpu: load,
    mem: Math.round(
      memoryBytes(guest) *
        Math.min(0.95, 0.25 + load * 0.6 + traitOf(`${name}/mem`) * 0.3),
    ),
    disk,
    netin: Math.round(uptime * rate),
    netout: Math.round(uptime * rate * 0.7),
    diskread: Math.round(uptime * rate * 0.4),
    diskwrite: Math.round(uptime * rate * 0.9),
    uptime,
  };
}

/** Bytes of memory that a guest may use. */
export function memoryBytes(guest: Guest): number {
  return Number(guest.config.memory ?? 512) * 1024 ** 2;
}

/** Virtual CPUs of a guest. */
export function coresOf(guest: Guest): number {
  return Number(guest.config.cores ?? 1) * Number(guest.config.sockets ?? 1);
}

export interface NodeFigures {
  cpu: number;
  mem: number;
  disk: number;
  uptime: number;
}

/**
 * Figures of a node at a time.
 *
 * @param guests - those that run on it
 */
export function nodeFigures(
  node: ClusterNode,
  guests: Guest[],
  time = nowSeconds(),
): NodeFigures {
  let cpu = 0.01 * node.cores;
  let mem = 3 * 1024 ** 3;
  for (const guest of guests) {
    const figures = guestFigures(guest, time);
    cpu += figures.cpu * coresOf(guest);
    mem += figures.mem;
  }
  return {
    cpu: Math.min(0.99, cpu / node.cores),
    mem: Math.min(Math.round(node.memory * 0.97), mem),
    disk: Math.round(node.disk * (0.1 + traitOf(node.name) * 0.1)),
    uptime: time - node.bootedAt,
  };
}

/** Seconds between two points of a series, and how many points it has. */
const frames: Record<string, { step: number; points: number }> = {
  hour: { step: 60, points: 60 },
  day: { step: 1800, points: 48 },
  week: { step: 10800, points: 56 },
  month: { step: 43200, points: 60 },
  year: { step: 604800, points: 52 },
  decade: { step: 2592000, points: 120 },
};

/** The times of a series, oldest first, unix seconds. */
export function seriesTimes(timeframe: string): number[] {
  const { step, points } = frames[timeframe] ?? frames.hour;
  const last = Math.floor(nowSeconds() / step) * step;
  return Array.from(
    { length: points },
    (_, index) => last - (points - 1 - index) * step,
  );
}

/** One guest's statistics; points from before its start hold sizes only. */
export function guestSeries(
  guest: Guest,
  timeframe: string,
): Record<string, number>[] {
  const rate = 2000 + traitOf(`guest/${guest.vmid}/rate`) * 80000;
  return seriesTimes(timeframe).map(time => {
    const sizes = {
      time,
      maxcpu: coresOf(guest),
      maxmem: memoryBytes(guest),
      maxdisk: systemDiskBytes(guest),
    };
    if (!guest.running || time < (guest.startedAt ?? 0)) return sizes;
    const { cpu, mem, disk } = guestFigures(guest, time);
    const traffic = rate * (0.5 + loadAt(`net/${guest.vmid}`, time));
    return {
      ...sizes,
      cpu,
      mem,
      disk,
      netin: traffic,
      netout: traffic * 0.7,
      diskread: traffic * 0.4,
      diskwrite: traffic * 0.9,
    };
  });
}

/** One node's statistics. */
export function nodeSeries(
  node: ClusterNode,
  guests: Guest[],
  timeframe: string,
): Record<string, number>[] {
  return seriesTimes(timeframe).map(time => {
    const { cpu, mem, disk } = nodeFigures(node, guests, time);
    return {
      time,
      cpu,
      maxcpu: node.cores,
      memused: mem,
      memtotal: node.memory,
      rootused: disk,
      roottotal: node.disk,
      iowait: cpu * 0.02,
      loadavg: cpu * node.cores,
      netin: 4e5 * (1 + cpu),
      netout: 3e5 * (1 + cpu),
      swapused: 0,
      swaptotal: 8 * 1024 ** 3,
    };
  });
}
