import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import { NanteError, type DesiredHost, type HostResult } from '@nante/model';
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
  const login = await loginKey(run, desired);
  if (login.privateKey === undefined) {
    step.skip(login.problem);
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
    privateKey: login.privateKey,
    deadline,
  });
  step.detail(
    `${name} says so itself: ${proof.map(({ what, found }) => `${what} ${found}`).join(', ')}.`,
  );
}

/** The secret key that enters a host, or why nobody of ours can. */
export type LoginKey =
  { privateKey: string } | { privateKey?: undefined; problem: string };

export async function loginKey(
  run: Pick<Run, 'context'>,
  desired: Pick<DesiredHost, 'ssh_keys'>,
): Promise<LoginKey> {
  if (guestsAreRecords(run))
    return {
      problem: 'The guests of this sandbox are records: nobody can log in.',
    };
  const { SSH_PRIVATE_KEY: privateKey, ANS_SSH_PUBLIC_KEY: key } =
    await run.context.options.secrets.readOptional([
      'SSH_PRIVATE_KEY',
      'ANS_SSH_PUBLIC_KEY',
    ]);
  if (!privateKey || !key)
    return {
      problem: `Not proved: ${privateKey ? 'ANS_SSH_PUBLIC_KEY' : 'SSH_PRIVATE_KEY'} is not set, so nobody of ours can log in.`,
    };
  const isIn = desired.ssh_keys.some(one => publicKey(one) === publicKey(key));
  return isIn
    ? { privateKey }
    : {
        problem:
          'Not proved: the host was made without the key of ANS_SSH_PUBLIC_KEY, so nobody of ours can log in.',
      };
}
