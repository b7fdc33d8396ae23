import {
  NanteError,
  type LedgerEntry,
  type SnapshotRequest,
} from '@nante/model';
import { snapshotEntryId, writeEntry } from '../ledger/ledger';
import type { OurHost } from '../ledger/ourHost';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { guestPath } from '../runs/byHand';
import type { FoundSnapshot } from './findSnapshot';

/** What an effect on a snapshot works with. */
export interface SnapshotEffect {
  run: Run;
  request: SnapshotRequest;
  lease: Lease;
  /** What was there a moment ago. */
  found: FoundSnapshot;
  step: { skip(text: string): void; detail(text: string): void };
}

/** Ledger before, snapshot, ledger after. The tasks are brought to their end: a snapshot that is cut off is no snapshot. */
export async function createSnapshot({
  run,
  request,
  lease,
  found,
  step,
}: SnapshotEffect): Promise<void> {
  const { host, there } = found;
  const { proxmox, at } = host;
  const { snapshot: name } = request;
  const entry = snapshotEntry(run, request, host);
  const write = (state: LedgerEntry['state']) =>
    writeEntry(run.store, run.recorder.document.workspace, { ...entry, state });
  if (there) {
    // An earlier try of this request was cut off after it had done so.
    if (found.entry?.state !== 'created') await write('created');
    step.skip(`The snapshot ${name} is there already.`);
    return;
  }
  await lease.assertHeld();
  await write('intended');
  try {
    const description =
      request.description ?? `Nante: run ${run.recorder.document.id}`;
    const wanted = { name, description };
    await proxmox.waitForTask(await proxmox.createSnapshot(...at, wanted));
  } catch (error) {
    // Of a task that nobody saw the end of, the repeat finds out what it did.
    const now = mayGoOn(error)
      ? undefined
      : await proxmox.snapshots(...at).catch(() => undefined);
    if (now && !now.some(each => each.name === name)) await write('removed');
    throw error;
  }
  await write('created');
  step.detail(
    host.running
      ? `Made of the disks while ${request.name} runs, without its memory`
      : `Made of the disks of ${request.name}, which is off`,
  );
}

/** Removes a snapshot; the host stays as it is. */
export async function deleteSnapshot({
  run,
  request,
  lease,
  found,
  step,
}: SnapshotEffect): Promise<void> {
  const { host, there, entry } = found;
  const { proxmox, at } = host;
  const { workspace, id: runId } = run.recorder.document;
  if (there) {
    await lease.assertHeld();
    await proxmox.waitForTask(
      await proxmox.deleteSnapshot(...at, request.snapshot),
    );
  } else step.skip(`The snapshot ${request.snapshot} is gone already.`);
  if (entry)
    await writeEntry(run.store, workspace, {
      ...entry,
      ...{ runId, state: 'removed' },
    });
}

function mayGoOn(error: unknown): boolean {
  if (!NanteError.is(error)) return true;
  return error.code === 'unreachable' || error.details?.upid !== undefined;
}

function snapshotEntry(
  { recorder }: Run,
  { name, snapshot, requestId, app, environment }: SnapshotRequest,
  { connection, guest, desired }: OurHost,
): Omit<LedgerEntry, 'state' | 'updatedAt'> {
  return {
    id: snapshotEntryId(connection, guest.vmId, snapshot),
    system: 'proxmox',
    connection,
    kind: 'snapshot',
    outsideId: `${guest.vmId}:${snapshot}`,
    host: name,
    requestId,
    runId: recorder.document.id,
    undo: `Remove the snapshot ${snapshot} of ${name} (${app} in ${environment}); by hand: pvesh delete ${guestPath(desired)}/snapshot/${snapshot}`,
  };
}
