import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxmoxApi } from '@nante/clients';
import { NanteError, type HostKind } from '@nante/model';
import { learnHostKeys } from '../ansible/hostKeys';
import { throwIfCancelled } from '../cancel';
import type { Run } from '../operation/executeRun';
import { openHostShell, type HostShell } from '../ssh/hostShell';

const pollMs = 1_000;
/** How long an image may take until it lets us in: a cloud's makes keys and grows its disk first. */
export const bootMs = 300_000;

/** A guest that is being made. */
export interface NewGuest {
  name: string;
  proxmox: ProxmoxApi;
  at: readonly [node: string, kind: HostKind, vmId: number];
  user: string;
  privateKey: string;
}

/**
 * Waits for an address: the given one, or the one that Proxmox says of a container.
 *
 * @param fixed - null for DHCP
 * @throws NanteError `failed` when none comes
 */
export async function addressOf(
  { signal }: Pick<Run, 'signal'>,
  { name, proxmox, at }: NewGuest,
  fixed: string | null,
): Promise<string> {
  if (fixed) return fixed;
  const end = Date.now() + bootMs;
  do {
    throwIfCancelled(signal);
    const seen = await proxmox.guestInterfaces(...at, { signal });
    const found = seen
      ?.filter(({ name: card }) => card !== 'lo')
      .flatMap(({ addresses }) => addresses)
      .find(
        ({ family, address }) =>
          family === 'ipv4' && !address.startsWith('169.254.'),
      );
    if (found) return found.address;
    await sleep(pollMs);
  } while (Date.now() < end);
  throw new NanteError('failed', `${name} got no address by DHCP.`, {
    hint: 'Does a DHCP server answer in the network of the environment? Or name a free address by --address.',
  });
}

/**
 * Logs in as soon as the guest lets us: its host key is learned at this first contact, and counts until the guest is off.
 *
 * @throws NanteError `failed` that says why nobody gets in
 */
export async function logIn(
  { signal, redactor }: Pick<Run, 'signal' | 'redactor'>,
  { name, user, privateKey }: NewGuest,
  address: string,
): Promise<HostShell> {
  const end = Date.now() + bootMs;
  const host = { name, address, port: 22, user, hostKeys: [], variables: {} };
  let last: unknown;
  do {
    throwIfCancelled(signal);
    let shell: HostShell | undefined;
    try {
      // Anew at each try: cloud-init replaces the keys that an image came with.
      const [known] = await learnHostKeys([host], {
        ...{ redactor, signal },
        tries: 1,
      });
      shell = await openHostShell({
        host: known,
        ...{ privateKey, redactor, signal },
      });
      await shell.run('true\n', 20_000);
      return shell;
    } catch (error) {
      await shell?.close();
      if (NanteError.is(error) && error.code === 'cancelled') throw error;
      last = error;
    }
    await sleep(pollMs);
  } while (Date.now() < end);
  throw new NanteError(
    'failed',
    `${name} does not let ${user} in at ${address}: ${last instanceof Error ? last.message : String(last)}`,
    {
      hint: 'Does this machine reach that network, and has the image cloud-init (a container: sshd)? Look at its console in Proxmox while a repeat runs.',
      cause: last,
    },
  );
}

/**
 * Waits until the agent in a virtual machine answers Proxmox.
 *
 * @throws NanteError `failed` when it does not
 */
export async function awaitAgent(
  { signal }: Pick<Run, 'signal'>,
  { name, proxmox, at }: NewGuest,
): Promise<void> {
  const end = Date.now() + 60_000;
  do {
    throwIfCancelled(signal);
    if (await proxmox.guestInterfaces(...at, { signal })) return;
    await sleep(pollMs);
  } while (Date.now() < end);
  throw new NanteError(
    'failed',
    `The agent is installed in ${name}, and does not answer Proxmox.`,
    { hint: 'Look at its console: systemctl status qemu-guest-agent.' },
  );
}
