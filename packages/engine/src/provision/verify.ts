import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import { NanteError, type DesiredHost, type HostResult } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import { assertOurs, findGuest, type Claimed } from '../ledger/agreement';
import { loginUser } from './desired';
import { staticAddress } from './reserve';

const pollMs = 1_000;
/** Lists of a cluster lag behind by the time its nodes take to tell each other. */
const listLagMs = 30_000;

/** Reads the guest back: it is there, on its node, and bears our stamp. */
export async function verifyGuest(
  proxmox: ProxmoxApi,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<ProxmoxGuest> {
  const { vm_id: vmId } = claimed.desired;
  const deadline = Date.now() + listLagMs;
  for (;;) {
    const guest = await findGuest(proxmox, vmId);
    if (guest) {
      await assertOurs(proxmox, guest, claimed);
      return guest;
    }
    if (Date.now() > deadline)
      throw new NanteError(
        'failed',
        `Terraform made guest ${vmId}, but Proxmox does not list it.`,
        {
          hint: 'Does our token have VM.Audit on it?',
        },
      );
    throwIfCancelled(signal);
    await sleep(pollMs);
  }
}

/** The guest's address, and why it isn't known or not confirmed. */
export interface FoundAddress {
  address: string | null;
  problem?: string;
}

/**
 * Waits until the guest itself reports an address: the static one, or the one it got by DHCP. A guest that does not answer
 * in time is no failure, because it exists and may only be slow, but the cause is named.
 */
export async function waitForAddress(
  proxmox: ProxmoxApi,
  guest: ProxmoxGuest,
  desired: DesiredHost,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<FoundAddress> {
  const fixed = staticAddress(desired);
  if (desired.kind === 'vm' && !desired.agent)
    return {
      address: fixed,
      problem: `The template has no guest agent, so nobody can say ${fixed ? 'whether' : 'under which address'} the guest answers.`,
    };
  const deadline = Date.now() + timeoutMs;
  let seen: string[] | undefined;
  do {
    throwIfCancelled(signal);
    const interfaces = await proxmox
      .guestInterfaces(guest.node, guest.kind, guest.vmId, { signal })
      .catch(error => {
        if (signal.aborted) throw error;
        return undefined;
      });
    seen = interfaces
      ?.filter(({ name }) => name !== 'lo')
      .flatMap(({ addresses }) => addresses)
      .filter(
        ({ family, address }) =>
          family === 'ipv4' && !address.startsWith('169.254.'),
      )
      .map(({ address }) => address);
    const found = fixed ? seen?.find(address => address === fixed) : seen?.[0];
    if (found) return { address: found };
    await sleep(Math.min(pollMs, timeoutMs));
  } while (Date.now() < deadline);
  return {
    address: fixed,
    problem: addressProblem(guest, fixed, seen, timeoutMs),
  };
}

/** Where a person goes, and how to log in. */
export function hostResult(
  name: string,
  connection: string,
  guest: ProxmoxGuest,
  desired: DesiredHost,
  address: string | null,
): HostResult {
  const user = loginUser(desired);
  return {
    name,
    kind: desired.kind,
    connection,
    node: guest.node,
    vmId: guest.vmId,
    address,
    user,
    ssh: address ? `ssh ${user}@${address}` : null,
    entityRef: `resource:default/${connection}-${guest.vmId}`,
  };
}

function addressProblem(
  guest: ProxmoxGuest,
  fixed: string | null,
  seen: string[] | undefined,
  timeoutMs: number,
): string {
  const after = `after ${Math.round(timeoutMs / 1000)} s`;
  const who = guest.kind === 'vm' ? 'The guest agent' : 'The container';
  if (!seen)
    return `${who} does not answer ${after}: is the guest still booting${guest.kind === 'vm' ? ', and is qemu-guest-agent in the template' : ''}?`;
  if (fixed)
    return `${who} reports ${seen.join(', ') || 'no address'} ${after}, not ${fixed}: did cloud-init set the network?`;
  return `${who} reports no IPv4 address ${after}: does a DHCP server answer in its network?`;
}
