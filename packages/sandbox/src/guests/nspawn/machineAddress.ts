import { readFile } from 'node:fs/promises';
import { run, tryRun } from './command';

/**
 * An address of this machine that guests of every VLAN reach through their gateway, whatever the subnet. From the range for
 * tests of network devices (RFC 2544), which nobody routes.
 */
export const machineAddress = '198.18.0.1';

/** Gives the machine the address; sandboxes share it, so that repeating it is harmless. */
export async function addMachineAddress(): Promise<void> {
  await run('ip', ['address', 'replace', `${machineAddress}/32`, 'dev', 'lo']);
}

/** Takes it away, unless a server of another sandbox still listens on it. */
export async function removeMachineAddress(): Promise<void> {
  const sockets = await readFile('/proc/net/tcp', 'utf8');
  if (listensOn(machineAddress, sockets)) return;
  await tryRun('ip', [
    'address',
    'delete',
    `${machineAddress}/32`,
    'dev',
    'lo',
  ]);
}

/** @param sockets - text of `/proc/net/tcp`: addresses in hexadecimal, last byte first, and 0A for one that listens */
export function listensOn(address: string, sockets: string): boolean {
  const bytes = address.split('.').reverse().map(Number);
  const local = Buffer.from(bytes).toString('hex').toUpperCase();
  return sockets
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .some(([, at, , state]) => at?.startsWith(`${local}:`) && state === '0A');
}
