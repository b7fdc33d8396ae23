import type { CallOptions, ObjectStore } from '@nante/clients';
import {
  ledgerDocumentSchema,
  type HostKind,
  type LedgerDocument,
  type LedgerEntry,
} from '@nante/model';
import { readDocument, updateDocument } from '../store/documents';
import { ledgerKey } from '../store/keys';

/** States of things that may exist. */
const openStates: readonly LedgerEntry['state'][] = [
  'intended',
  'created',
  'adopted',
  'left behind',
];

/** True while the thing may exist outside. */
export function isOpen(entry: LedgerEntry): boolean {
  return openStates.includes(entry.state);
}

/** Key by which a repeated effect finds its own entry. */
export function guestEntryId(
  connection: string,
  kind: HostKind,
  vmId: number,
): string {
  return `proxmox/${connection}/${kind}/${vmId}`;
}

/** The entry of what roles made of a host. */
export function configurationEntryId(connection: string, host: string): string {
  return `ansible/${connection}/configuration/${host}`;
}

/**
 * The entry of a host's device in a tailnet: one at a time, also while its id is not known yet. Its outside id is the
 * device's once it has joined; while it is only intended, that of the key which was minted for it, or empty.
 */
export function deviceEntryId(connection: string, host: string): string {
  return `tailscale/${connection}/device/${host}`;
}

/** The entry of a host's deployment target: one at a time in each Octopus, also while its id is not known yet. */
export function targetEntryId(connection: string, host: string): string {
  return `octopus/${connection}/target/${host}`;
}

/** The entry of a snapshot that we made. */
export function snapshotEntryId(
  connection: string,
  vmId: number,
  snapshot: string,
): string {
  return `proxmox/${connection}/snapshot/${vmId}:${snapshot}`;
}

/** All entries of a workspace, oldest first. */
export async function readLedger(
  store: ObjectStore,
  workspace: string,
  options?: CallOptions,
): Promise<LedgerEntry[]> {
  const found = await readDocument(
    store,
    ledgerKey(workspace),
    ledgerDocumentSchema,
    options,
  );
  return found?.value.entries ?? [];
}

/** The entry of a host's guest that may exist: the newest open one. */
export function openEntryOf(
  entries: readonly LedgerEntry[],
  host: string,
): LedgerEntry | undefined {
  return entries
    .filter(
      ({ host: of, system, kind }) =>
        of === host &&
        system === 'proxmox' &&
        (kind === 'vm' || kind === 'lxc'),
    )
    .findLast(isOpen);
}

/**
 * Writes an entry: an open one with the same id is replaced, a closed one stays as history of the guest that once had
 * this id. What was learned of the same request's guest (host keys, address) stays unless it is given anew.
 */
export async function writeEntry(
  store: ObjectStore,
  workspace: string,
  entry: Omit<LedgerEntry, 'updatedAt'>,
  options?: CallOptions,
): Promise<void> {
  const dated: LedgerEntry = { ...entry, updatedAt: new Date().toISOString() };
  await updateDocument(
    store,
    ledgerKey(workspace),
    ledgerDocumentSchema,
    (current): LedgerDocument => {
      const entries = current?.entries ?? [];
      const at = entries.findLastIndex(
        other =>
          other.id === entry.id &&
          (isOpen(other) || other.requestId === entry.requestId),
      );
      if (at < 0) return { version: 1, entries: [...entries, dated] };
      const { requestId, hostKeys, address } = entries[at];
      const learned =
        requestId === entry.requestId ? { hostKeys, address } : {};
      return {
        version: 1,
        entries: entries.map((other, index) =>
          index === at ? { ...learned, ...dated } : other,
        ),
      };
    },
    options,
  );
}

/** Systems that keep what they have of a host when its guest goes. */
const outliving = ['tailscale', 'octopus'];

/**
 * Closes everything that is open of a host which is gone: its guest, what roles made of it, its snapshots. Its device in
 * the mesh and its deployment target do not go with it: see `leaveMesh` and `removeTargets`.
 */
export async function closeEntriesOf(
  store: ObjectStore,
  workspace: string,
  host: string,
  runId: string,
): Promise<void> {
  const updatedAt = new Date().toISOString();
  await updateDocument(
    store,
    ledgerKey(workspace),
    ledgerDocumentSchema,
    (current): LedgerDocument | undefined => {
      const isTheirs = (entry: LedgerEntry) =>
        entry.host === host &&
        !outliving.includes(entry.system) &&
        isOpen(entry);
      if (!current?.entries.some(isTheirs)) return undefined;
      return {
        version: 1,
        entries: current.entries.map(entry =>
          isTheirs(entry)
            ? { ...entry, runId, state: 'removed', updatedAt }
            : entry,
        ),
      };
    },
  );
}
