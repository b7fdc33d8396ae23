import type {
  HealthWord,
  HomeResponse,
  HostSummary,
  NodeSummary,
} from '@nante/plugin-infrastructure-common';

/** Used and total of each cluster; a storage that nodes share counts once. */
export function capacityOf(nodes: NodeSummary[]): HomeResponse['capacity'] {
  const names = [...new Set(nodes.map(({ connection }) => connection))].sort();
  return names.map(connection => {
    const own = nodes.filter(node => node.connection === connection);
    const storages = new Map(
      own.flatMap(({ name, storages: all }) =>
        all.map(storage => [
          storage.shared ? storage.name : `${name}/${storage.name}`,
          storage,
        ]),
      ),
    );
    const sum = <T>(all: Iterable<T>, of: (one: T) => number) =>
      [...all].reduce((total, one) => total + of(one), 0);
    return {
      connection,
      cpuUsed: sum(own, ({ cores, cpu = 0 }) => cores * cpu),
      cpuTotal: sum(own, ({ cores }) => cores),
      memoryUsed: sum(own, ({ memoryUsed = 0 }) => memoryUsed),
      memoryTotal: sum(own, ({ memory }) => memory),
      storageUsed: sum(storages.values(), ({ used }) => used),
      storageTotal: sum(storages.values(), ({ size }) => size),
    };
  });
}

/** Worst first. */
const states: HealthWord[] = [
  'Failed',
  'Attention',
  'Unknown',
  'Waiting',
  'Stopped',
  'Running',
  'Healthy',
];

/** How many hosts are in each state, worst first. */
export function countStates(hosts: HostSummary[]): HomeResponse['hosts'] {
  return states.flatMap(state => {
    const count = hosts.filter(host => host.state === state).length;
    return count ? [{ state, count }] : [];
  });
}
