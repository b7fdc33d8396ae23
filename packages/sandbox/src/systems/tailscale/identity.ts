import { createHash, randomBytes } from 'node:crypto';
import { createRandom } from '../../seed/random';

/** What devices are called after their label. */
export const magicDnsSuffix = 'tail7b3e5.ts.net';

/** Name of the tailnet; `-` in a path means the same. */
export const tailnetName = 'sandbox.test';

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Letters and digits as the vendor's ids have them, from a generator or, for secrets, from the system. */
export function randomText(length: number, next?: () => number): string {
  const bytes = randomBytes(length);
  return Array.from({ length }, (_, index) => {
    const part = next ? next() : bytes[index] / 256;
    return alphabet[Math.floor(part * alphabet.length)];
  }).join('');
}

export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What tells the n-th machine from all others; the same seed gives the same. */
export interface DeviceIdentity {
  id: string;
  nodeId: string;
  addresses: string[];
  nodeKey: string;
}

/**
 * Ids and mesh addresses of the n-th machine. Addresses lie in 100.64.0.0/10, below the part that the vendor keeps for itself.
 *
 * @param taken - addresses in use, which are passed over
 */
export function deviceIdentity(
  seed: number,
  ordinal: number,
  taken: string[] = [],
): DeviceIdentity {
  const random = createRandom(seed * 100_003 + ordinal);
  let address: string;
  do {
    const parts = [
      100,
      random.integer(64, 99),
      random.integer(0, 255),
      random.integer(1, 254),
    ];
    address = parts.join('.');
  } while (taken.includes(address));
  const [, second, third, fourth] = address.split('.').map(Number);
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  const tail = (first: number, last: number) =>
    (first * 256 + last).toString(16);
  return {
    id: `${random.integer(10_000_000, 99_999_999)}${String(ordinal).padStart(6, '0')}`,
    nodeId: `n${randomText(7, random.next)}${ordinal}CNTRL`,
    addresses: [
      address,
      `fd7a:115c:a1e0::${hex(second)}${hex(0)}:${tail(third, fourth)}`,
    ],
    nodeKey: `nodekey:${Array.from({ length: 32 }, () => hex(random.integer(0, 255))).join('')}`,
  };
}

/** A host name as a label of DNS: lower case, everything else a hyphen. */
export function labelOf(hostname: string): string {
  const label = hostname
    .split('.', 1)[0]
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return label || 'host';
}

/** The label itself, or with the first number behind it that is free. */
export function freeLabel(hostname: string, taken: string[]): string {
  const label = labelOf(hostname);
  if (!taken.includes(label)) return label;
  let number = 1;
  while (taken.includes(`${label}-${number}`)) number += 1;
  return `${label}-${number}`;
}
