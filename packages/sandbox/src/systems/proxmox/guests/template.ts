import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died } from '../failure';
import { printProperties } from '../propertyString';
import type { Guest } from '../state';
import { requireUnlocked } from './config';
import { driveDefaultKey, isCdrom, isDriveKey, parseDrive } from './drives';

/**
 * Turns a stopped guest into a template, whose disks are bases of linked clones from then on: a VM by a task, whose UPID is
 * answered; a container at once.
 */
export async function makeTemplate(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
): Promise<string | null> {
  requireUnlocked(guest);
  const label = guest.kind === 'qemu' ? 'VM' : 'CT';
  if (guest.config.template === 1)
    throw died(`you can't convert a template to a template`);
  if (cluster.isRunning(guest))
    throw died(
      `you can't convert a ${label} to template if ${label} is running`,
    );
  if (Object.keys(guest.snapshots).length > 0)
    throw died(
      `unable to create template, because ${label} contains snapshots`,
    );
  const { kind, vmid, node } = guest;
  if (kind === 'lxc') {
    await cluster.locks.under(kind, vmid, async () => convert(guest));
    cluster.changed();
    return null;
  }
  return cluster.tasks.start(
    { node, type: 'qmtemplate', id: String(vmid), by },
    async task =>
      cluster.locks.under(kind, vmid, async () => {
        await task.spend('qmtemplate');
        convert(guest);
      }),
  );
}

function convert(guest: Guest): void {
  guest.config.template = 1;
  for (const [key, value] of Object.entries(guest.config)) {
    if (!isDriveKey(guest.kind, key)) continue;
    const drive = parseDrive(guest.kind, value);
    const name = driveDefaultKey(guest.kind);
    if (isCdrom(drive)) continue;
    drive[name] = drive[name].replace(
      /(^|[:/])(?:vm|subvol)-(\d+-disk-\d+)$/,
      '$1base-$2',
    );
    guest.config[key] = printProperties(drive, name);
  }
}
