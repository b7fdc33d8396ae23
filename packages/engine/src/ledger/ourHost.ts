import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import {
  NanteError,
  workspaceName,
  type DesiredHost,
  type HostKind,
  type HostRequest,
  type LedgerEntry,
} from '@nante/model';
import type { EngineContext } from '../context';
import { readHosts } from '../store/hosts';
import { assertOurs, findGuest } from './agreement';
import { openEntryOf, readLedger } from './ledger';

/** A host of ours that is there, with what Proxmox says of it now. */
export interface OurHost {
  name: string;
  desired: DesiredHost;
  /** Its open entry in the ledger. */
  entry: LedgerEntry;
  connection: string;
  proxmox: ProxmoxApi;
  guest: ProxmoxGuest;
  /** Where calls about the guest go. */
  at: readonly [node: string, kind: HostKind, vmId: number];
  running: boolean;
  /** Seconds since it was switched on. */
  uptime: number;
}

/**
 * Finds a host and proves that it is ours, before anything is done to it.
 *
 * @throws NanteError `not-found` (the records or Proxmox do not have it), `refused` (not provably ours), `conflict`
 *   (something else works on the guest)
 */
export async function ourHost(
  context: EngineContext,
  request: Pick<HostRequest, 'name' | 'app' | 'environment'>,
  signal?: AbortSignal,
): Promise<OurHost> {
  const { name, app, environment } = request;
  const [config, store] = [await context.config(), await context.store()];
  const workspace = workspaceName(app, environment);
  const [{ hosts }, entries] = await Promise.all([
    readHosts(store, workspace, app, environment, { signal }),
    readLedger(store, workspace, { signal }),
  ]);
  const desired = hosts[name];
  if (!desired)
    throw new NanteError('not-found', `${workspace} has no host ${name}.`, {
      hint: 'Look at the name, the app and the environment.',
    });
  const { connection } = config.environments[environment];
  const proxmox = await context.proxmox(connection);
  const guest = await findGuest(proxmox, desired.vm_id);
  if (!guest)
    throw new NanteError(
      'not-found',
      `${desired.kind} ${desired.vm_id} of ${name} is not in Proxmox, or our token may not see it.`,
      {
        hint: 'Finish the run that makes the host; or destroy it, which takes it out of our records.',
      },
    );
  const entry = openEntryOf(entries, name);
  await assertOurs(proxmox, guest, { app, environment, name, desired, entry });
  const at = [guest.node, guest.kind, guest.vmId] as const;
  const { status, uptime, lock } = await proxmox.guestStatus(...at, { signal });
  if (lock)
    throw new NanteError(
      'conflict',
      `${guest.kind} ${guest.vmId} (${name}) is locked in Proxmox: ${lock}.`,
      { hint: 'Wait until that has ended, then send the request again.' },
    );
  return {
    ...{ name, desired, connection, proxmox, guest, at, uptime },
    // Proved by `assertOurs`.
    entry: entry!,
    running: status === 'running',
  };
}

/** A host in a few words: `vm 20001 (web-1) on pve1`. */
export function hostTitle({ name, guest }: OurHost): string {
  return `${guest.kind} ${guest.vmId} (${name}) on ${guest.node}`;
}

/** What a run that failed leaves: the host, and whether it is on. */
export async function hostLeftovers(
  context: EngineContext,
  request: Pick<HostRequest, 'name' | 'app' | 'environment'>,
): Promise<string[]> {
  const host = await ourHost(context, request);
  return [`${hostTitle(host)} is switched ${host.running ? 'on' : 'off'}.`];
}
