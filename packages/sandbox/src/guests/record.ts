import type { GuestDriver, GuestInterface, GuestSpec } from './driver';

interface RecordedGuest {
  spec: GuestSpec;
  running: boolean;
  /** Unix milliseconds of the last boot. */
  bootedAt: number;
  /** Last numbers of the leased address, kept as a DHCP server keeps them. */
  lease: number;
}

/** Third and fourth part of a lease start here; below lie gateways and what has a fixed address. */
const firstLease = 60;

/**
 * The driver that only writes down what guests are. Addresses look as if a DHCP server had given them: from the VLAN's
 * subnet (`10.<vlan>.0.0/24`, gateway `.1`), the same for the same guest.
 *
 * @param options.bootMs - milliseconds from a start until the agent answers, 300 unless given
 * @param options.firstLease - where leases begin, so that two drivers don't give the same address
 */
export function createRecordDriver(
  options: { bootMs?: number; firstLease?: number } = {},
): GuestDriver {
  const bootMs = options.bootMs ?? 300;
  const guests = new Map<number, RecordedGuest>();
  const leases = new Set<string>();

  function remember(spec: GuestSpec): RecordedGuest {
    const known = guests.get(spec.vmid);
    if (known) {
      known.spec = spec;
      return known;
    }
    const guest = {
      spec,
      running: false,
      bootedAt: 0,
      lease: leaseFor(spec),
    };
    guests.set(spec.vmid, guest);
    return guest;
  }

  function leaseFor(spec: GuestSpec): number {
    const vlan = spec.networks[0]?.vlan ?? 10;
    let lease = options.firstLease ?? firstLease;
    while (
      leases.has(`${vlan}/${lease}`) ||
      lease % 256 === 0 ||
      lease % 256 === 255
    )
      lease += 1;
    leases.add(`${vlan}/${lease}`);
    return lease;
  }

  function forget(vmid: number) {
    const guest = guests.get(vmid);
    if (!guest) return;
    leases.delete(`${guest.spec.networks[0]?.vlan ?? 10}/${guest.lease}`);
    guests.delete(vmid);
  }

  return {
    name: 'record',
    real: false,
    async prepare() {},
    async create(spec) {
      remember(spec);
    },
    async start(spec) {
      const guest = remember(spec);
      guest.running = true;
      guest.bootedAt = Date.now();
    },
    async shutdown(vmid) {
      const guest = guests.get(vmid);
      if (guest) guest.running = false;
    },
    async stop(vmid) {
      const guest = guests.get(vmid);
      if (guest) guest.running = false;
    },
    async reboot(vmid) {
      const guest = guests.get(vmid);
      if (guest) guest.bootedAt = Date.now();
    },
    async destroy(vmid) {
      forget(vmid);
    },
    status: vmid => (guests.get(vmid)?.running ? 'running' : 'stopped'),
    async interfaces(vmid) {
      const guest = guests.get(vmid);
      if (!guest?.running || Date.now() - guest.bootedAt < bootMs)
        return undefined;
      return interfacesOf(guest);
    },
    onPowerOff() {},
    async close() {
      for (const guest of guests.values()) guest.running = false;
    },
    async clean() {
      guests.clear();
      leases.clear();
    },
  };
}

function interfacesOf(guest: RecordedGuest): GuestInterface[] {
  const loopback: GuestInterface = {
    name: 'lo',
    mac: '00:00:00:00:00:00',
    addresses: [
      { address: '127.0.0.1', prefix: 8, family: 'ipv4' },
      { address: '::1', prefix: 128, family: 'ipv6' },
    ],
  };
  const cards = guest.spec.networks.map((network, index) => {
    const [address, prefix] =
      network.address === 'dhcp'
        ? [leasedAddress(network.vlan ?? 10, guest.lease), '24']
        : network.address.split('/');
    return {
      name: `eth${index}`,
      mac: network.mac.toLowerCase(),
      addresses: [
        { address, prefix: Number(prefix), family: 'ipv4' as const },
        {
          address: linkLocal(network.mac),
          prefix: 64,
          family: 'ipv6' as const,
        },
      ],
    };
  });
  return [loopback, ...cards];
}

function leasedAddress(vlan: number, lease: number): string {
  // VLANs go up to 4094, a part of an address only to 255.
  const second = vlan > 255 ? 100 + (vlan % 100) : vlan;
  return `10.${second}.${Math.floor(lease / 256)}.${lease % 256}`;
}

/** The IPv6 address that a card gives itself, made from its MAC address. */
function linkLocal(mac: string): string {
  const bytes = mac.split(':').map(part => Number.parseInt(part, 16));
  // The universal bit is turned over.
  const first = bytes[0] % 4 >= 2 ? bytes[0] - 2 : bytes[0] + 2;
  const word = (high: number, low: number) => (high * 256 + low).toString(16);
  return `fe80::${word(first, bytes[1])}:${word(bytes[2], 255)}:${word(254, bytes[3])}:${word(bytes[4], bytes[5])}`;
}
