import { isIP } from 'node:net';
import { company } from '../proxmox/seed/company';
import type { Endpoint } from './documents';

/** Names of seeded machines end so. */
export const seededDomain = 'sandbox.test';

/** Host numbers that seeded guests have in the subnets of their VLANs; booted ones have others. */
const seededNumbers = { from: 60, to: 99 };

/**
 * Whether nobody answers at an address because its machine is only a record. Without real guests that is every machine but this
 * one; with them the seeded company's. A name below `.invalid` is no machine at all, so that it fails.
 *
 * @param hasRealGuests - whether the sandbox boots what is made on its Proxmox
 */
export function isPretended(host: string, hasRealGuests: boolean): boolean {
  const name = host.toLowerCase();
  if (name.endsWith('.invalid')) return false;
  if (isThisMachine(name)) return false;
  return !hasRealGuests || isSeeded(name);
}

/** Host that an endpoint names; empty for a style that has none. */
export function hostOf({ Host, Uri, ClusterUrl }: Endpoint): string {
  if (Host) return Host;
  const address = Uri ?? ClusterUrl ?? '';
  return URL.canParse(address) ? new URL(address).hostname : '';
}

function isThisMachine(name: string): boolean {
  return name === 'localhost' || name === '::1' || name.startsWith('127.');
}

function isSeeded(name: string): boolean {
  if (name.endsWith(`.${seededDomain}`)) return true;
  if (company.some(([guest]) => guest === name.split('.')[0])) return true;
  if (isIP(name) !== 4) return false;
  const last = Number(name.split('.')[3]);
  return (
    name.startsWith('10.') &&
    last >= seededNumbers.from &&
    last <= seededNumbers.to
  );
}
