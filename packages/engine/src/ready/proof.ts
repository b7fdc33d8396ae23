import type { DesiredHost, Proof } from '@nante/model';
import { loginUser } from '../provision/desired';
import { publicKey, type GuestFacts } from './guestFacts';

/** A root file system is smaller than its disk: boot partitions, and what the file system keeps for itself. */
const leastShareOfDisk = 0.8;
const gib = 2 ** 30;

/**
 * Compares what a guest says of itself with what was asked of cloud-init.
 *
 * @param address - under which it was reached
 */
export function proveCloudInit(
  name: string,
  desired: DesiredHost,
  address: string,
  facts: GuestFacts,
): Proof[] {
  const user = loginUser(desired);
  const missing = desired.ssh_keys.filter(
    key => !facts.keys.includes(publicKey(key)),
  );
  const hostname = facts.hostname.split('.')[0];
  const wantedAddress =
    desired.network.address === 'dhcp'
      ? address
      : desired.network.address.split('/')[0];
  const count = desired.ssh_keys.length;
  return [
    { what: 'user', wanted: user, found: facts.user, ok: facts.user === user },
    {
      what: 'key',
      wanted: `${count} ${count === 1 ? 'key' : 'keys'}`,
      found:
        missing.length === 0
          ? 'all of them'
          : `lacks ${missing.map(keyName).join(', ')}`,
      ok: missing.length === 0,
    },
    { what: 'hostname', wanted: name, found: hostname, ok: hostname === name },
    {
      what: 'address',
      wanted: wantedAddress,
      found: facts.addresses.join(', ') || 'none',
      ok: facts.addresses.includes(wantedAddress),
    },
    {
      what: 'disk',
      wanted: `${desired.disk_gb} GiB`,
      found: `${(facts.rootBytes / gib).toFixed(1)} GiB for /`,
      ok: facts.rootBytes >= leastShareOfDisk * desired.disk_gb * gib,
    },
  ];
}

/** Comment of a key, by which people know it; its end where it has none. */
function keyName(line: string): string {
  const [, , ...comment] = line.split(' ');
  return comment.join(' ') || `…${publicKey(line).slice(-12)}`;
}
