import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import { NanteError, type HostResult } from '@nante/model';
import { guestsAreRecords } from '../configure/playOnHosts';
import { openEntryOf, readLedger } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { publicKey } from '../ready/guestFacts';
import { waitUntilReady } from '../ready/waitUntilReady';
import type { ReservedHost } from './reserve';

/** A guest as Proxmox shows it after it was made. */
export interface SeenGuest {
  proxmox: ProxmoxApi;
  guest: ProxmoxGuest;
  /** Why it is not known whether the guest answers. */
  problem?: string;
  result: HostResult;
}

/**
 * Lets the guest itself say that it is what was asked for, before anybody says that it is ready. Where nobody of ours can
 * log in, that is said instead.
 *
 * @throws NanteError `failed` that names the guest, and what does not match or why it does not answer
 */
export async function proveReady(
  run: Run,
  input: {
    name: string;
    host: ReservedHost;
    seen: SeenGuest;
    /** In milliseconds since 1970. */
    deadline: number;
  },
  step: { detail(text: string): void; skip(text: string): void },
): Promise<void> {
  const { name, host, seen, deadline } = input;
  const { desired } = host;
  if (guestsAreRecords(run)) {
    step.skip('The guests of this sandbox are records: nobody can log in.');
    return;
  }
  const { secrets } = run.context.options;
  const { SSH_PRIVATE_KEY: privateKey, ANS_SSH_PUBLIC_KEY: key } =
    await secrets.readOptional(['SSH_PRIVATE_KEY', 'ANS_SSH_PUBLIC_KEY']);
  const isIn = (line: string) =>
    desired.ssh_keys.some(one => publicKey(one) === publicKey(line));
  if (!privateKey || !key || !isIn(key)) {
    step.skip(
      !privateKey || !key
        ? `Not proved: ${privateKey ? 'ANS_SSH_PUBLIC_KEY' : 'SSH_PRIVATE_KEY'} is not set, so nobody of ours can log in.`
        : 'Not proved: the host was made without the key of ANS_SSH_PUBLIC_KEY, so nobody of ours can log in.',
    );
    return;
  }
  const { address } = seen.result;
  if (!address)
    throw new NanteError(
      'failed',
      `${name} exists and is not ready: ${seen.problem ?? 'its address is not known.'}`,
      {
        hint: 'Look at its console in Proxmox, correct the cause, then finish the run.',
      },
    );
  const { workspace } = run.recorder.document;
  const entry = openEntryOf(await readLedger(run.store, workspace), name);
  if (!entry)
    throw new NanteError(
      'failed',
      `The ledger of ${workspace} has no entry of ${name} any more.`,
    );
  const proof = await waitUntilReady(run, {
    name,
    desired,
    guest: seen.guest,
    proxmox: seen.proxmox,
    address,
    entry,
    privateKey,
    deadline,
  });
  step.detail(
    `${name} says so itself: ${proof.map(({ what, found }) => `${what} ${found}`).join(', ')}.`,
  );
}
