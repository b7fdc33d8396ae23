import type { ProxmoxSnapshot } from '@nante/clients';
import {
  NanteError,
  type LedgerEntry,
  type SnapshotRequest,
} from '@nante/model';
import { isOpen, readLedger, snapshotEntryId } from '../ledger/ledger';
import type { OurHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';

/** What there is of a snapshot: in Proxmox, and in our records. */
export interface FoundSnapshot {
  host: OurHost;
  /** All snapshots of the host, oldest first. */
  all: ProxmoxSnapshot[];
  /** The one of the request, in Proxmox. */
  there?: ProxmoxSnapshot;
  /** Open entry of it in the ledger: we made it, or were about to. */
  entry?: LedgerEntry;
}

/**
 * Looks for the snapshot of a request, and refuses what cannot be done with what is there.
 *
 * @throws NanteError `conflict` (the name is taken), `not-found` (nothing to return to), `refused` (somebody else made it,
 *   or the storage can make none)
 */
export async function findSnapshot(
  run: Run,
  host: OurHost,
  request: SnapshotRequest,
): Promise<FoundSnapshot> {
  const { store, recorder, signal } = run;
  const { snapshot, action, name } = request;
  const { proxmox, at, guest, desired } = host;
  const id = snapshotEntryId(host.connection, guest.vmId, snapshot);
  const [all, entries] = await Promise.all([
    proxmox.snapshots(...at, { signal }),
    readLedger(store, recorder.document.workspace, { signal }),
  ]);
  const there = all.find(each => each.name === snapshot);
  const known = entries.findLast(each => each.id === id);
  const entry = known && isOpen(known) ? known : undefined;
  const found = { host, all, there, entry };
  if (action === 'create') {
    const isOwn = entry?.requestId === request.requestId;
    if (there && !isOwn) throw takenError(request, entry);
    if (!there && !(await proxmox.canSnapshot(...at, { signal })))
      throw new NanteError(
        'refused',
        `The storage ${desired.storage} cannot make a snapshot of ${name}; nothing was changed.`,
        {
          hint: 'Snapshots need LVM-thin, ZFS, Ceph RBD, Btrfs, or disks in the format qcow2, and no bind mounts in a container. Move the disk, or make a backup instead.',
        },
      );
    return found;
  }
  if (there && !entry)
    throw new NanteError(
      'refused',
      `The snapshot ${snapshot} of ${name} was not made by us, so it stays untouched.`,
      { hint: 'Use it in Proxmox, or choose one that Nante made.' },
    );
  const isGoneAlready = action === 'delete' && known !== undefined;
  if (!there && !isGoneAlready)
    throw new NanteError('not-found', `${name} has no snapshot ${snapshot}.`, {
      hint: `It has ${all.map(each => each.name).join(', ') || 'none'}.`,
    });
  return found;
}

function takenError(
  { name, snapshot }: SnapshotRequest,
  entry: LedgerEntry | undefined,
): NanteError {
  return new NanteError(
    'conflict',
    entry
      ? `${name} has a snapshot ${snapshot} already; the run ${entry.runId} made it.`
      : `${name} has a snapshot ${snapshot} already, which was not made by us.`,
    { hint: 'Choose another name, or remove that one first.' },
  );
}
