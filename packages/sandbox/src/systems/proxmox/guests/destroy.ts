import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died } from '../failure';
import type { Guest } from '../state';
import { requireUnlocked } from './config';
import { volumesOf } from './drives';

/**
 * Removes a stopped guest with its disks, as a task.
 *
 * @param force - stop a running container first
 * @throws ApiFailure 500 while it runs, is locked, is protected, or other guests' disks grew from it
 */
export function destroyTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  force: boolean,
): string {
  requireUnlocked(guest);
  const { vmid, kind } = guest;
  const label = kind === 'qemu' ? 'VM' : 'CT';
  if (guest.config.protection === 1)
    throw died(`can't remove ${label} ${vmid} - protection mode enabled`);
  if (cluster.isRunning(guest) && !force)
    throw died(
      kind === 'qemu'
        ? `VM ${vmid} is running - destroy failed`
        : `unable to destroy CT ${vmid} - container is running`,
    );
  return cluster.tasks.start(
    {
      node: guest.node,
      type: kind === 'qemu' ? 'qmdestroy' : 'vzdestroy',
      id: String(vmid),
      by,
    },
    async task =>
      cluster.locks.under(kind, vmid, async () => {
        requireNoLinkedClones(cluster, guest);
        await task.spend(kind === 'qemu' ? 'qmdestroy' : 'vzdestroy');
        const driver = cluster.driver(guest);
        if (cluster.isRunning(guest)) await driver.stop(vmid);
        await driver.destroy(vmid);
        delete cluster.state.guests[vmid];
      }),
  );
}

function requireNoLinkedClones(cluster: Cluster, guest: Guest) {
  if (guest.config.template !== 1) return;
  const bases = volumesOf(guest).map(item => item.volume);
  for (const other of cluster.guests())
    for (const { volume } of volumesOf(other))
      if (bases.some(base => volume.startsWith(`${base}/`)))
        throw died(
          `base volume '${volume.split('/')[0]}' is still in use by linked cloned`,
        );
}
