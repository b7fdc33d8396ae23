import type { CallOptions, ObjectStore } from '@nante/clients';
import {
  finalRunStates,
  hostsDocumentSchema,
  NanteError,
  runDocumentSchema,
} from '@nante/model';
import { z } from 'zod';
import { isOpen, readLedger } from '../ledger/ledger';
import { readDocument, serialize } from '../store/documents';
import { hostsKey, recordsPrefix, runKey } from '../store/keys';

const ownerSchema = z.object({
  workspace: z.string(),
  host: z.string(),
  requestId: z.string(),
});

/** Who claimed an id or an address. */
export type ReservationOwner = z.infer<typeof ownerSchema>;

const reservationSchema = z.object({
  version: z.literal(1),
  /** `released` instead of deleted: not every store honours a conditional DELETE. */
  state: z.enum(['claimed', 'released']),
  owner: ownerSchema,
  claimedAt: z.string(),
});

/** A claim without a host may be taken by others after this: no run prepares for an hour. Milliseconds. */
const abandonedAfterMs = 3_600_000;

export const reservationsPrefix = `${recordsPrefix}reservations/`;
export const vmIdKey = (connection: string, vmId: number) =>
  `${reservationsPrefix}${connection}/vm-${vmId}.json`;
export const addressKey = (environment: string, address: string) =>
  `${reservationsPrefix}${environment}/${address}.json`;

/**
 * Claims an id or an address for a host, over all workspaces: the operation lock spans one workspace only.
 *
 * A claim is free when nobody ever made it, when it was released, when it is our own, or when it was abandoned: older than
 * an hour, its run over or unknown, its host neither in the desired document nor open in the ledger of its workspace.
 *
 * @returns false when it belongs to somebody else
 */
export async function claim(
  store: ObjectStore,
  key: string,
  owner: ReservationOwner,
  options?: CallOptions,
): Promise<boolean> {
  const found = await readDocument(store, key, reservationSchema, options);
  if (found && found.value.state === 'claimed') {
    if (isSameOwner(found.value.owner, owner)) return true;
    if (!(await isAbandoned(store, found.value, options))) return false;
  }
  const body = serialize({
    version: 1,
    state: 'claimed',
    owner,
    claimedAt: new Date().toISOString(),
  });
  try {
    await store.put(
      key,
      body,
      found ? { ifMatch: found.etag } : { ifNoneMatch: '*' },
      options,
    );
    return true;
  } catch (error) {
    if (!NanteError.is(error) || error.code !== 'conflict') throw error;
    // Somebody was faster, or it was ourselves and the answer was lost.
    const now = await readDocument(store, key, reservationSchema, options);
    return (
      now?.value.state === 'claimed' && isSameOwner(now.value.owner, owner)
    );
  }
}

/** Gives a claim back; harmless when it is not ours or not there. */
export async function release(
  store: ObjectStore,
  key: string,
  owner: ReservationOwner,
  options?: CallOptions,
): Promise<void> {
  const found = await readDocument(store, key, reservationSchema, options);
  if (!found || found.value.state === 'released') return;
  if (!isSameOwner(found.value.owner, owner)) return;
  try {
    await store.put(
      key,
      serialize({ ...found.value, state: 'released' }),
      { ifMatch: found.etag },
      options,
    );
  } catch (error) {
    // Changed in between: then it was released already, or belongs to somebody else.
    if (!NanteError.is(error) || error.code !== 'conflict') throw error;
  }
}

/** Who holds a claim; undefined when nobody does. */
export async function claimant(
  store: ObjectStore,
  key: string,
  options?: CallOptions,
): Promise<ReservationOwner | undefined> {
  const found = await readDocument(store, key, reservationSchema, options);
  return found?.value.state === 'claimed' ? found.value.owner : undefined;
}

/** Whether an owner could claim it now; see `claim`. */
export async function isFree(
  store: ObjectStore,
  key: string,
  options?: CallOptions,
  owner?: ReservationOwner,
): Promise<boolean> {
  const found = await readDocument(store, key, reservationSchema, options);
  if (found?.value.state !== 'claimed') return true;
  if (owner && isSameOwner(found.value.owner, owner)) return true;
  return isAbandoned(store, found.value, options);
}

/** True when both are the same host of the same request. */
export function isSameOwner(a: ReservationOwner, b: ReservationOwner): boolean {
  return (
    a.workspace === b.workspace &&
    a.host === b.host &&
    a.requestId === b.requestId
  );
}

async function isAbandoned(
  store: ObjectStore,
  reservation: z.infer<typeof reservationSchema>,
  options?: CallOptions,
): Promise<boolean> {
  const { owner, claimedAt } = reservation;
  if (Date.now() - Date.parse(claimedAt) < abandonedAfterMs) return false;
  const run = await readDocument(
    store,
    runKey(owner.workspace, owner.requestId),
    runDocumentSchema,
    options,
  );
  if (run && !finalRunStates.includes(run.value.state)) return false;
  const hosts = await readDocument(
    store,
    hostsKey(owner.workspace),
    hostsDocumentSchema,
    options,
  );
  if (hosts?.value.hosts[owner.host]?.request_id === owner.requestId)
    return false;
  const entries = await readLedger(store, owner.workspace, options);
  return !entries.some(
    entry =>
      entry.host === owner.host &&
      entry.requestId === owner.requestId &&
      isOpen(entry),
  );
}
