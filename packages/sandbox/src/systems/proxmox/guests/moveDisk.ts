import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died } from '../failure';
import type { Checked } from '../params/check';
import { parseSize, printProperties } from '../propertyString';
import type { Guest } from '../state';
import { requireDigest, requireUnlocked } from './config';
import { parseDrive } from './drives';
import { allocateVolume, storageFor } from './volumes';

/**
 * Moves a virtual machine's disk to another storage, as a task; the old one is kept as unused unless `delete` is set.
 *
 * @throws ApiFailure 403 or 500
 */
export function moveDiskTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  params: Checked,
): string {
  requireDigest(guest, params.digest);
  requireUnlocked(guest);
  const key = String(params.disk);
  const value = guest.config[key];
  if (value === undefined) throw died(`disk '${key}' does not exist`);
  const drive = parseDrive('qemu', value);
  const from = drive.file.split(':')[0];
  const to = String(params.storage ?? from);
  cluster.access.require(by, `/storage/${to}`, ['Datastore.AllocateSpace']);
  storageFor(cluster, to, 'images');
  if (to === from)
    throw died(`you can't move to the same storage with same format`);
  return cluster.tasks.start(
    { node: guest.node, type: 'qmmove', id: String(guest.vmid), by },
    async task =>
      cluster.locks.under('qemu', guest.vmid, async () => {
        await task.spend('qmmove');
        const old = drive.file;
        drive.file = allocateVolume(
          cluster,
          guest,
          to,
          parseSize(drive.size ?? '') ?? 0,
        );
        guest.config[key] = printProperties(drive, 'file');
        if (params.delete === true) return;
        let index = 0;
        while (guest.config[`unused${index}`] !== undefined) index += 1;
        guest.config[`unused${index}`] = old;
      }),
  );
}
