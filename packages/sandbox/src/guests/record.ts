import { NanteError } from '@nante/model';
import type {
  CloudInitPart,
  GuestAgent,
  GuestDriver,
  GuestInterface,
  GuestNetwork,
  GuestSpec,
} from './driver';
import { subnetOfVlan, toAddress } from './nspawn/addresses';
import { ungrownGb } from './nspawn/disk';

interface RecordedGuest {
  spec: GuestSpec;
  running: boolean;
  /** Unix milliseconds of the last boot. */
  bootedAt: number;
  frozen?: boolean;
  /** Leased addresses by card and VLAN, kept as a DHCP server keeps them. */
  leases: Map<string, string>;
}

/**
 * Where leases come from: host numbers in the VLAN's subnet, and when these are used up whole subnets above all that VLANs
 * have. The lab's own leases are 100 to 250; below 60 lie gateways and what has a fixed address.
 */
const pools = {
  seeded: { from: 60, to: 99, furtherSubnet: 16 },
  made: { from: 200, to: 250, furtherSubnet: 128 },
};

/** What a lease is known by: a card that is plugged in elsewhere gets another. */
const keyOf = ({ mac, vlan }: GuestNetwork) => `${mac.toLowerCase()}/${vlan}`;

/**
 * The driver that only writes down what guests are. Addresses look as if a DHCP server had given them: from the VLAN's
 * subnet (`10.<vlan>.0.0/24`, gateway `.1`), and the same for the same guest, also after a restart, unless two want one.
 *
 * @param options.bootMs - milliseconds from a start until the agent answers, 300 unless given
 * @param options.leases - `seeded` for the guests that were there at the start: no address is given to one of both sorts
 */
export function createRecordDriver(
  options: { bootMs?: number; leases?: keyof typeof pools } = {},
): GuestDriver {
  const bootMs = options.bootMs ?? 300;
  const guests = new Map<number, RecordedGuest>();
  const pool = pools[options.leases ?? 'made'];
  const leased = new Set<string>();

  function remember(spec: GuestSpec): RecordedGuest {
    const known = guests.get(spec.vmid);
    if (known) {
      known.spec = spec;
      return known;
    }
    const guest = { spec, running: false, bootedAt: 0, leases: new Map() };
    guests.set(spec.vmid, guest);
    return guest;
  }

  function lease(guest: RecordedGuest, card: GuestNetwork) {
    const key = keyOf(card);
    if (!wantsLease(guest.spec, card) || guest.leases.has(key)) return;
    const { base } = subnetOfVlan(card.vlan);
    const size = pool.to - pool.from + 1;
    const inSubnet = Array.from(
      { length: size },
      (_, index) => base + pool.from + ((guest.spec.vmid + index) % size),
    );
    const found = inSubnet.find(item => !leased.has(toAddress(item)));
    let free = found ?? base - (base % 65536) + pool.furtherSubnet * 256;
    while (leased.has(toAddress(free)) || [0, 1, 255].includes(free % 256))
      free += 1;
    leased.add(toAddress(free));
    guest.leases.set(key, toAddress(free));
  }

  function forget(vmid: number) {
    const guest = guests.get(vmid);
    if (!guest) return;
    for (const address of guest.leases.values()) leased.delete(address);
    guests.delete(vmid);
  }

  function answering(vmid: number): RecordedGuest | undefined {
    const guest = guests.get(vmid);
    if (!guest?.running || guest.frozen) return undefined;
    if (guest.spec.neverBoots || guest.spec.noAgent) return undefined;
    return Date.now() - guest.bootedAt < bootMs ? undefined : guest;
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
      for (const card of spec.networks) lease(guest, card);
      guest.running = true;
      guest.frozen = false;
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
    async freeze(vmid) {
      const guest = guests.get(vmid);
      if (guest) guest.frozen = true;
    },
    async thaw(vmid) {
      const guest = guests.get(vmid);
      if (guest) guest.frozen = false;
    },
    async destroy(vmid) {
      forget(vmid);
    },
    status: vmid => (guests.get(vmid)?.running ? 'running' : 'stopped'),
    async interfaces(vmid) {
      const guest = answering(vmid);
      return guest && interfacesOf(guest);
    },
    async agent(vmid) {
      const guest = answering(vmid);
      return guest && agentOf(guest.spec);
    },
    onPowerOff() {},
    async close() {
      for (const guest of guests.values()) guest.running = false;
    },
    async clean() {
      guests.clear();
      leased.clear();
    },
  };
}

const ignores = (spec: GuestSpec, part: CloudInitPart) =>
  spec.ignores?.includes(part) ?? false;

/** A machine whose cloud-init ignores its address asks DHCP when it should not, and does not when it should. */
function wantsLease(spec: GuestSpec, card: GuestNetwork): boolean {
  return (card.address === 'dhcp') !== ignores(spec, 'address');
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
    const [address, prefix] = wantsLease(guest.spec, network)
      ? [guest.leases.get(keyOf(network)) ?? '', '24']
      : network.address.split('/');
    return {
      name: `eth${index}`,
      mac: network.mac.toLowerCase(),
      addresses: [
        ...(prefix
          ? [{ address, prefix: Number(prefix), family: 'ipv4' as const }]
          : []),
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

/** What an agent would tell of a Debian of that size. There are no files in a record, but its name. */
function agentOf(spec: GuestSpec): GuestAgent {
  const name = ignores(spec, 'hostname') ? 'localhost' : spec.hostname;
  const gigabytes = ignores(spec, 'disk')
    ? ungrownGb(spec.diskGb)
    : spec.diskGb;
  const total = gigabytes * 1024 ** 3;
  return {
    hostname: async () => name,
    system: async () => ({
      kernelRelease: '6.1.0-40-cloud-amd64',
      kernelVersion: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)',
      machine: 'x86_64',
      release: [
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
        'NAME="Debian GNU/Linux"',
        'VERSION_ID="12"',
        'VERSION="12 (bookworm)"',
        'ID=debian',
      ].join('\n'),
    }),
    fileSystems: async () => [
      {
        mountpoint: '/',
        device: 'sda1',
        type: 'ext4',
        used: Math.round(total / 8),
        available: total,
        total,
      },
    ],
    async readFile(path, maxBytes) {
      if (path !== '/etc/hostname')
        throw new NanteError('not-found', 'No such file or directory');
      const content = Buffer.from(`${name}\n`);
      return {
        content: content.subarray(0, maxBytes),
        truncated: content.length > maxBytes,
      };
    },
  };
}

/** The IPv6 address that a card gives itself, made from its MAC address. */
function linkLocal(mac: string): string {
  const bytes = mac.split(':').map(part => Number.parseInt(part, 16));
  // The universal bit is turned over.
  const first = bytes[0] % 4 >= 2 ? bytes[0] - 2 : bytes[0] + 2;
  const word = (high: number, low: number) => (high * 256 + low).toString(16);
  return `fe80::${word(first, bytes[1])}:${word(bytes[2], 255)}:${word(254, bytes[3])}:${word(bytes[4], bytes[5])}`;
}
