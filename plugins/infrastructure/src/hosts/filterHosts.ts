import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { refName } from '../components/format';

/** What the summary strip can narrow the list to. */
export const hostFilters = [
  'all',
  'running',
  'stopped',
  'attention',
  'unmanaged',
] as const;
export type HostFilter = (typeof hostFilters)[number];

export type HostRow = HostSummary & { id: string };

/** What the list is narrowed to; all of it at once. */
export interface HostQuery {
  show: HostFilter;
  kind: string;
  search: string;
}

const tests: Record<HostFilter, (host: HostSummary) => boolean> = {
  all: () => true,
  running: host => host.state === 'Running' || host.state === 'Healthy',
  stopped: host => host.state === 'Stopped',
  attention: host =>
    host.state === 'Attention' ||
    host.state === 'Failed' ||
    host.management === 'mismatch' ||
    host.management === 'missing',
  unmanaged: host => host.management === 'unmanaged',
};

/** How many hosts each part of the summary strip stands for. */
export function countHosts(hosts: HostSummary[]): Record<HostFilter, number> {
  const counts = { all: 0, running: 0, stopped: 0, attention: 0, unmanaged: 0 };
  for (const host of hosts) {
    for (const filter of hostFilters) {
      if (tests[filter](host)) counts[filter] += 1;
    }
  }
  return counts;
}

function matches(host: HostSummary, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = [
    host.name,
    host.vmId,
    host.node,
    host.app ?? '',
    host.environment ?? '',
    host.owner ? refName(host.owner) : '',
    ...host.addresses,
    ...host.tags,
  ]
    .join(' ')
    .toLowerCase();
  return words.every(word => text.includes(word));
}

/** Hosts that fit the query; every word of the search has to appear somewhere. */
export function filterHosts(hosts: HostRow[], query: HostQuery): HostRow[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  return hosts.filter(
    host =>
      tests[query.show](host) &&
      (!query.kind || host.kind === query.kind) &&
      matches(host, words),
  );
}

const sortKeys: Record<string, (host: HostSummary) => string | number> = {
  name: host => host.name,
  node: host => host.node,
  environment: host => host.environment ?? '',
  owner: host => host.owner ?? '',
  cpu: host => host.cpu ?? -1,
  memory: host => (host.memoryUsed ?? -1) / (host.memory || 1),
  disk: host => (host.diskUsed ?? -1) / (host.disk || 1),
  management: host => host.management,
  target: host => host.targetHealth ?? '',
  uptime: host => host.uptime ?? -1,
};

/** Hosts in the order of a column; hosts that are equal there stay in the order of their names. */
export function sortHosts(
  hosts: HostRow[],
  column: string,
  direction: 'ascending' | 'descending',
): HostRow[] {
  const key = sortKeys[column] ?? sortKeys.name;
  const sign = direction === 'ascending' ? 1 : -1;
  // Keys are taken once, not once per comparison: lists have thousands of rows.
  return hosts
    .map(host => ({ host, key: key(host) }))
    .sort((a, b) => {
      if (a.key < b.key) return -sign;
      if (a.key > b.key) return sign;
      return a.host.name < b.host.name ? -1 : 1;
    })
    .map(({ host }) => host);
}
