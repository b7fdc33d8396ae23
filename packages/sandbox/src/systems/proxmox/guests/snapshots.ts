import type { Identity } from '../access';
import { nowSeconds, type Cluster } from '../cluster';
import { died } from '../failure';
import type { Checked } from '../params/check';
import type { Guest } from '../state';
import { requireUnlocked } from './config';
import { boot } from './power';

function taskOf(guest: Guest, name: string, by: Identity) {
  const prefix = guest.kind === 'qemu' ? 'qm' : 'vz';
  return {
    node: guest.node,
    type: `${prefix}${name}`,
    id: String(guest.vmid),
    by,
  };
}

/** @throws ApiFailure 500 when there is no such snapshot */
export function requireSnapshot(guest: Guest, name: string) {
  const snapshot = guest.snapshots[name];
  if (!snapshot) throw died(`snapshot '${name}' does not exist`);
  return snapshot;
}

/** Whether a guest can be copied and take snapshots: all storages of this cluster can. */
export function featureAnswer(
  cluster: Cluster,
  guest: Guest,
): Record<string, unknown> {
  return {
    hasFeature: 1,
    ...(guest.kind === 'qemu'
      ? { nodes: cluster.state.nodes.map(({ name }) => name) }
      : {}),
  };
}

/** All snapshots, and the present as `current`. */
export function snapshotRows(
  cluster: Cluster,
  guest: Guest,
): Record<string, unknown>[] {
  const rows = Object.entries(guest.snapshots).map(([name, snapshot]) => ({
    name,
    description: snapshot.description,
    snaptime: snapshot.time,
    ...(snapshot.parent ? { parent: snapshot.parent } : {}),
    ...(guest.kind === 'qemu' ? { vmstate: snapshot.withMemory ? 1 : 0 } : {}),
  }));
  const current = {
    name: 'current',
    description: 'You are here!',
    running: cluster.isRunning(guest) ? 1 : 0,
    ...(guest.parent ? { parent: guest.parent } : {}),
  };
  return [...rows, current];
}

/** Takes a snapshot as a task. */
export function snapshotTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  params: Checked,
): string {
  requireUnlocked(guest);
  const name = String(params.snapname);
  if (name === 'current' || guest.snapshots[name])
    throw died(`snapshot name '${name}' already used`);
  return cluster.tasks.start(taskOf(guest, 'snapshot', by), async task =>
    locked(cluster, guest, 'snapshot', async () => {
      await task.spend('snapshot');
      await cluster.driver(guest).snapshot?.(guest.vmid, name);
      const { lock: _lock, ...config } = guest.config;
      guest.snapshots[name] = {
        description: String(params.description ?? ''),
        time: nowSeconds(),
        parent: guest.parent,
        config,
        withMemory: params.vmstate === true,
      };
      guest.parent = name;
    }),
  );
}

/** Removes a snapshot as a task; those that grew from it grow from its parent then. */
export function deleteSnapshotTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  name: string,
): string {
  requireUnlocked(guest);
  const { parent } = requireSnapshot(guest, name);
  return cluster.tasks.start(taskOf(guest, 'delsnapshot', by), async task =>
    locked(cluster, guest, 'snapshot-delete', async () => {
      await task.spend('snapshot');
      await cluster.driver(guest).deleteSnapshot?.(guest.vmid, name);
      delete guest.snapshots[name];
      for (const other of Object.values(guest.snapshots))
        if (other.parent === name) other.parent = parent;
      if (guest.parent === name) guest.parent = parent;
    }),
  );
}

/** Goes back to a snapshot as a task. */
export function rollbackTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  params: Checked,
): string {
  requireUnlocked(guest);
  const name = String(params.snapname);
  const snapshot = requireSnapshot(guest, name);
  return cluster.tasks.start(taskOf(guest, 'rollback', by), async task => {
    await locked(cluster, guest, 'rollback', async () => {
      if (cluster.isRunning(guest))
        await cluster.driver(guest).stop(guest.vmid);
      await task.spend('snapshot');
      await cluster.driver(guest).rollback?.(guest.vmid, name);
      guest.config = { ...snapshot.config, lock: 'rollback' };
      guest.pending = {};
      guest.parent = name;
    });
    if (params.start === true || snapshot.withMemory)
      await boot(cluster, guest);
  });
}

async function locked(
  cluster: Cluster,
  guest: Guest,
  lock: string,
  work: () => Promise<void>,
): Promise<void> {
  await cluster.locks.under(guest.kind, guest.vmid, async () => {
    guest.config.lock = lock;
    try {
      await work();
    } finally {
      delete guest.config.lock;
    }
  });
}
