import { NanteError } from '@nante/model';

/** An IPv4 network in numbers. */
export interface Subnet {
  /** First address of the network. */
  base: number;
  prefix: number;
}

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function toAddress(value: number): string {
  return [24, 16, 8, 0].map(bits => (value >>> bits) & 255).join('.');
}

/** @throws NanteError `invalid-input` when it is no IPv4 network in CIDR notation. */
export function parseCidr(cidr: string): Subnet {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr);
  if (!match || Number(match[2]) > 32) {
    throw new NanteError('invalid-input', `"${cidr}" is no IPv4 address`, {
      hint: 'Give an address in CIDR notation, for example 10.30.0.14/24.',
    });
  }
  const prefix = Number(match[2]);
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(toNumber(match[1]) / size) * size, prefix };
}

export function contains(subnet: Subnet, address: string): boolean {
  const value = toNumber(address);
  return (
    value >= subnet.base && value < subnet.base + 2 ** (32 - subnet.prefix)
  );
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  return (
    contains(one, toAddress(other.base)) || contains(other, toAddress(one.base))
  );
}

/**
 * The subnet that a VLAN has in the lab: VLAN 30 has 10.30.0.0/24. The tag's low byte is the second number and its high
 * byte the third, so that each of the 4094 tags has a subnet of its own; untagged guests get 10.0.0.0/24.
 */
export function subnetOfVlan(vlan: number | null): Subnet {
  const tag = vlan ?? 0;
  return {
    base: toNumber(`10.${tag % 256}.${Math.floor(tag / 256)}.0`),
    prefix: 24,
  };
}

/** Host numbers that the pretended DHCP server hands out. */
const pool = { from: 100, to: 250 };

/**
 * What a DHCP server would answer: the address that the card had before, else the first free one.
 *
 * @param leases Addresses by MAC, extended in place.
 * @param taken Addresses that are set by hand elsewhere.
 */
export function leaseAddress(
  leases: Record<string, string>,
  mac: string,
  subnet: Subnet,
  taken: Set<string>,
): string {
  const key = mac.toLowerCase();
  if (leases[key] && contains(subnet, leases[key])) return leases[key];
  const used = new Set([...Object.values(leases), ...taken]);
  for (let number = pool.from; number <= pool.to; number += 1) {
    const address = toAddress(subnet.base + number);
    if (!used.has(address)) {
      leases[key] = address;
      return address;
    }
  }
  throw new NanteError(
    'conflict',
    `No free address is left in ${toAddress(subnet.base)}/${subnet.prefix}`,
    { hint: 'Destroy a guest of this network, or give an address by hand.' },
  );
}
