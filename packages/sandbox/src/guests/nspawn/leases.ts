import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestSpec } from '../driver';
import { leaseAddress, subnetOfVlan, toAddress } from './addresses';
import type { PlacedCard } from './identity';
import { readSettings, writeJson } from './settings';

/** The pretended DHCP server: addresses by MAC, kept in a file. */
export interface Leases {
  /** The address of each card: as written down, or as a DHCP server would answer. */
  place(spec: GuestSpec): Promise<PlacedCard[]>;
  /** Gives the addresses of a destroyed guest back. */
  release(spec: GuestSpec): Promise<void>;
}

/** @param guests The sandbox's folder of guests */
export function createLeases(guests: string): Leases {
  const file = join(guests, 'leases.json');
  let last: Promise<unknown> = Promise.resolve();
  /** One guest at a time: two must not be given the same address. */
  function inTurn<T>(
    change: (known: Record<string, string>) => Promise<T> | T,
  ): Promise<T> {
    const turn = last.then(async () => {
      const known = existsSync(file)
        ? (JSON.parse(await readFile(file, 'utf8')) as Record<string, string>)
        : {};
      const answer = await change(known);
      await writeJson(file, known);
      return answer;
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  /** Addresses that guests were given by hand. */
  async function takenAddresses(): Promise<Set<string>> {
    const vmids = (await readdir(guests))
      .filter(name => /^\d+$/.test(name))
      .map(Number);
    const settings = await Promise.all(
      vmids.map(vmid => readSettings(guests, vmid)),
    );
    return new Set(
      settings.flatMap(
        known =>
          known?.spec.networks.map(card => card.address.split('/')[0]) ?? [],
      ),
    );
  }

  return {
    place: spec =>
      inTurn(async known => {
        const taken = await takenAddresses();
        const ignored = spec.ignores?.includes('address') ?? false;
        return spec.networks.map(card => {
          if (card.address.includes('/')) {
            if (!ignored) return card;
          } else if (card.address !== 'dhcp' || ignored)
            return { mac: card.mac };
          const subnet = subnetOfVlan(card.vlan);
          const address = leaseAddress(known, card.mac, subnet, taken);
          return {
            mac: card.mac,
            address: `${address}/${subnet.prefix}`,
            gateway: toAddress(subnet.base + 1),
          };
        });
      }),
    release: spec =>
      inTurn(known => {
        for (const card of spec.networks) delete known[card.mac.toLowerCase()];
      }),
  };
}
