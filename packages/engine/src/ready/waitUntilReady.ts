import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import {
  NanteError,
  type DesiredHost,
  type LedgerEntry,
  type Proof,
} from '@nante/model';
import type { CheckedHost } from '../ansible/inventory';
import { loginUser } from '../provision/desired';
import { throwIfCancelled } from '../cancel';
import type { Run } from '../operation/executeRun';
import { openHostShell } from '../ssh/hostShell';
import { pinnedHostKeys } from '../ssh/pinnedKeys';
import { guestFacts } from './guestFacts';
import { proveCloudInit } from './proof';

const pollMs = 500;

export interface ReadyInput {
  name: string;
  desired: DesiredHost;
  guest: ProxmoxGuest;
  proxmox: ProxmoxApi;
  /** Address that the guest reported, or was given. */
  address: string;
  /** Its open entry in the ledger; gets the host keys. */
  entry: LedgerEntry;
  privateKey: string;
  /** Until when, in milliseconds since 1970. */
  deadline: number;
}

/**
 * Waits until a guest lets us in and says itself that it is what was asked of cloud-init: user, keys, host name, address,
 * size of the disk.
 *
 * @returns what was proved
 * @throws NanteError `failed` that names the guest and what does not match, or why it cannot be asked
 */
export async function waitUntilReady(
  run: Run,
  input: ReadyInput,
): Promise<Proof[]> {
  const { recorder } = run;
  let last: unknown;
  let proof: Proof[] | undefined;
  let hostKeys: string[] | undefined;
  do {
    throwIfCancelled(run.signal);
    try {
      hostKeys ??= await keysOf(run, input);
      proof = await askOnce(run, input, hostKeys);
      if (proof.every(({ ok }) => ok)) {
        await recorder.update({ proof });
        return proof;
      }
    } catch (error) {
      // Another host key will not become the right one by waiting.
      const isFinal =
        NanteError.is(error) && ['cancelled', 'refused'].includes(error.code);
      if (isFinal) throw error;
      last = error;
    }
    // cloud-init may still be at work.
    await sleep(pollMs, undefined, { signal: run.signal }).catch(() => {});
  } while (Date.now() < input.deadline);
  throwIfCancelled(run.signal);
  proof ??= await otherAddress(run, input);
  if (!proof) throw silentError(input, last);
  await recorder.update({ proof });
  throw mismatchError(input, proof);
}

function keysOf(run: Run, input: ReadyInput): Promise<string[]> {
  const { guest, proxmox, entry } = input;
  return pinnedHostKeys(run, asHost(input, []), entry, {
    tries: 1,
    guest: { proxmox, node: guest.node, kind: guest.kind, vmId: guest.vmId },
  });
}

async function askOnce(
  run: Run,
  input: ReadyInput,
  hostKeys: string[],
): Promise<Proof[]> {
  const { name, desired, address, privateKey } = input;
  const shell = await openHostShell({
    host: asHost(input, hostKeys),
    privateKey,
    redactor: run.redactor,
    signal: run.signal,
  });
  try {
    return proveCloudInit(name, desired, address, await guestFacts(shell));
  } finally {
    await shell.close();
  }
}

function asHost(
  { name, address, desired }: ReadyInput,
  hostKeys: string[],
): CheckedHost {
  return {
    name,
    address,
    port: 22,
    user: loginUser(desired),
    hostKeys,
    variables: {},
  };
}

/** Where nobody answers under the address that was asked for, the guest's agent may know another. */
async function otherAddress(
  { signal }: Run,
  { guest, proxmox, address }: ReadyInput,
): Promise<Proof[] | undefined> {
  const interfaces = await proxmox
    .guestInterfaces(guest.node, guest.kind, guest.vmId, { signal })
    .catch(() => undefined);
  const found = interfaces
    ?.filter(({ name }) => name !== 'lo')
    .flatMap(({ addresses }) => addresses)
    .filter(({ family }) => family === 'ipv4')
    .map(one => one.address);
  if (!found || found.includes(address)) return undefined;
  return [
    {
      what: 'address',
      wanted: address,
      found: found.join(', ') || 'none',
      ok: false,
    },
  ];
}

function silentError({ name, address }: ReadyInput, last: unknown): NanteError {
  const why = last instanceof Error ? last.message : 'it does not answer';
  return new NanteError('failed', `${name} exists and is not ready: ${why}`, {
    hint:
      NanteError.is(last) && last.code === 'unauthorized'
        ? `cloud-init did not make the user or put the key in: look at its log on the console (/var/log/cloud-init.log), and whether the template has cloud-init.`
        : `Look at its console in Proxmox: does it boot, and does this machine reach ${address}? Then finish the run.`,
    cause: last,
  });
}

function mismatchError({ name }: ReadyInput, proof: Proof[]): NanteError {
  const wrong = proof
    .filter(({ ok }) => !ok)
    .map(
      ({ what, wanted, found }) => `${what} is ${found}, asked for ${wanted}`,
    );
  return new NanteError(
    'failed',
    `${name} is not what was asked of cloud-init: ${wrong.join('; ')}.`,
    {
      hint: 'Look whether cloud-init is in the template and ended without errors (cloud-init status --long), then finish the run.',
    },
  );
}
