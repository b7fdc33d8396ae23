import type { CallOptions, ObjectStore } from '@nante/clients';
import { NanteError, type Environment } from '@nante/model';
import {
  addressKey,
  claim,
  isFree,
  type ReservationOwner,
} from './reservations';

/** IPv4 as a number, so that a range can be walked. */
export function toNumber(address: string): number {
  return address
    .split('.')
    .reduce((value, part) => value * 256 + Number(part), 0);
}

/** The number back as an address. */
export function toAddress(value: number): string {
  return [24, 16, 8, 0]
    .map(shift => Math.floor(value / 2 ** shift) % 256)
    .join('.');
}

/** Whether a subnet in CIDR notation holds an address. */
export function isInSubnet(subnet: string, address: string): boolean {
  const [base, prefix] = subnet.split('/');
  const size = 2 ** (32 - Number(prefix));
  return (
    Math.floor(toNumber(base) / size) === Math.floor(toNumber(address) / size)
  );
}

/** Addresses that the pool of an environment may hand out, in order; empty with DHCP. */
export function poolAddresses(environment: Environment): string[] {
  if (environment.addressing.type !== 'pool') return [];
  const from = toNumber(environment.addressing.from);
  const to = toNumber(environment.addressing.to);
  const all: string[] = [];
  for (let value = from; value <= to; value++) all.push(toAddress(value));
  return all.filter(address => address !== environment.gateway);
}

/** What an exhausted pool says, before and under the lock. */
export function poolEmptyMessage(
  name: string,
  environment: Environment,
): string {
  const { addressing } = environment;
  const range =
    addressing.type === 'pool' ? `${addressing.from} to ${addressing.to}` : '';
  return `Every address of the pool of ${name} (${range}) is taken.`;
}

/** Whether the pool still has an address; true with DHCP. */
export async function hasFreeAddress(
  store: ObjectStore,
  name: string,
  environment: Environment,
  options?: CallOptions,
): Promise<boolean> {
  if (environment.addressing.type === 'dhcp') return true;
  for (const address of await freeFirst(store, name, environment, options)) {
    if (await isFree(store, addressKey(name, address), options)) return true;
  }
  return false;
}

/**
 * Claims an address of the environment's pool.
 *
 * @param preferred - the one an earlier try of the same request chose
 * @param choose - told before the claim, so that a repeat after a crash claims the same
 * @returns null with DHCP
 * @throws NanteError `conflict` when the pool is empty
 */
export async function claimAddress(
  store: ObjectStore,
  name: string,
  environment: Environment,
  owner: ReservationOwner,
  preferred: string | null | undefined,
  choose: (address: string) => Promise<void>,
): Promise<string | null> {
  if (environment.addressing.type === 'dhcp') return null;
  const pool = await freeFirst(store, name, environment);
  const order =
    preferred && pool.includes(preferred)
      ? [preferred, ...pool.filter(address => address !== preferred)]
      : pool;
  for (const address of order) {
    const key = addressKey(name, address);
    if (!(await isFree(store, key, undefined, owner))) continue;
    await choose(address);
    if (await claim(store, key, owner)) return address;
  }
  throw new NanteError('conflict', poolEmptyMessage(name, environment), {
    hint: 'Destroy a host that is not needed, or widen the pool in the configuration.',
  });
}

/** The pool with the addresses that nobody ever claimed first: one listing instead of a read for each. */
async function freeFirst(
  store: ObjectStore,
  name: string,
  environment: Environment,
  options?: CallOptions,
): Promise<string[]> {
  const prefix = addressKey(name, '').replace(/\.json$/, '');
  const listed = await store.list(prefix, options);
  const known = new Set(listed.map(({ key }) => key));
  const pool = poolAddresses(environment);
  const isKnown = (address: string) => known.has(addressKey(name, address));
  return [
    ...pool.filter(address => !isKnown(address)),
    ...pool.filter(isKnown),
  ];
}
