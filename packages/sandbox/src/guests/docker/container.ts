import { createHash } from 'node:crypto';
import { NanteError } from '@nante/model';
import { subnetOfVlan, toAddress, contains } from '../nspawn/addresses';
import type {
  GuestAgent,
  GuestInterface,
  GuestNetwork,
  GuestSpec,
} from '../driver';
import { docker, tryDocker } from './engine';

/** What the sandbox's containers and networks are known by. */
export const sandboxLabel = 'nante.sandbox';

/** What a container was made for: other values need another container. */
export const specLabel = 'nante.spec';

/** A short word for all that cannot be changed in a container. */
export function fingerprintOf(spec: GuestSpec): string {
  const fixed = [spec.hostname, spec.networks, spec.neverBoots ?? false];
  return createHash('sha256')
    .update(JSON.stringify(fixed))
    .digest('hex')
    .slice(0, 12);
}

const networkName = (prefix: string, vlan: number | null) =>
  `${prefix}-v${vlan ?? 0}`;

/** Makes the network of a VLAN when it is missing: Docker keeps its networks apart by itself. */
async function networkFor(prefix: string, card: GuestNetwork): Promise<string> {
  const name = networkName(prefix, card.vlan);
  const { base, prefix: bits } = subnetOfVlan(card.vlan);
  const [address] = card.address.split('/');
  if (
    card.address.includes('/') &&
    !contains({ base, prefix: bits }, address)
  ) {
    throw new NanteError(
      'invalid-input',
      `With Docker, guests of VLAN ${card.vlan ?? 0} have addresses in ${toAddress(base)}/${bits}, and ${address} is none`,
      { hint: 'Use an address of that network, or the driver nspawn.' },
    );
  }
  if ((await tryDocker(['network', 'inspect', name])) === undefined) {
    await docker([
      ...['network', 'create', '--label', `${sandboxLabel}=${prefix}`],
      ...['--subnet', `${toAddress(base)}/${bits}`],
      ...['--ip-range', `${toAddress(base + 128)}/25`],
      ...['--gateway', toAddress(base + 1), name],
    ]).catch(async error => {
      // Another guest that starts at the same time was faster.
      if ((await tryDocker(['network', 'inspect', name])) === undefined)
        throw error;
    });
  }
  return name;
}

const limitsOf = (spec: GuestSpec) => [
  ...['--memory', `${spec.memoryMb}m`, '--memory-swap', `${spec.memoryMb}m`],
  ...['--cpus', String(spec.cores)],
];

/** Makes the container, off. It may do what a booted systemd does in namespaces of its own, and is not privileged. */
export async function createContainer(
  prefix: string,
  name: string,
  image: string,
  spec: GuestSpec,
): Promise<void> {
  const [first, ...further] = spec.networks;
  const plug = async (card: GuestNetwork) => ({
    network: await networkFor(prefix, card),
    address: card.address.includes('/')
      ? ['--ip', card.address.split('/')[0]]
      : [],
  });
  const card = first && (await plug(first));
  const domain = spec.networks.find(each => each.searchDomain)?.searchDomain;
  const servers = new Set(
    spec.networks.flatMap(each => each.nameservers ?? []),
  );
  const command = (mac: string[]) => [
    ...['create', '--name', name, '--hostname', spec.hostname],
    ...['--label', `${sandboxLabel}=${prefix}`],
    ...['--label', `${specLabel}=${fingerprintOf(spec)}`],
    ...['--stop-signal', 'SIGRTMIN+4'],
    ...['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN'],
    // Without it a reboot cannot be told from a power off.
    ...['--cap-add', 'SYS_BOOT'],
    ...['--security-opt', 'seccomp=unconfined'],
    ...['--security-opt', 'apparmor=unconfined'],
    ...['--tmpfs', '/run', '--tmpfs', '/run/lock', '--tmpfs', '/tmp'],
    ...['--volume', '/sys/fs/cgroup:/sys/fs/cgroup:ro'],
    ...(domain ? ['--dns-search', domain] : []),
    ...[...servers].flatMap(server => ['--dns', server]),
    ...limitsOf(spec),
    ...(card
      ? ['--network', card.network, ...card.address, ...mac]
      : ['--network', 'none']),
    ...[image, '/lib/systemd/systemd'],
    ...(spec.neverBoots ? ['systemd.unit=emergency.target'] : []),
  ];
  const mac = card ? ['--mac-address', first.mac.toLowerCase()] : [];
  await docker(command(mac)).catch(async error => {
    // A new client cannot set it on an old engine; the card then has one of Docker's making.
    if (!/mac-address/.test((error as Error).message)) throw error;
    await docker(command([]));
  });
  for (const more of further) {
    const { network, address } = await plug(more);
    await docker(['network', 'connect', ...address, network, name]);
  }
}

/** Gives a running container other limits. */
export const updateLimits = (name: string, spec: GuestSpec) =>
  docker(['update', ...limitsOf(spec), name]);

interface Device {
  ifname: string;
  address: string;
  addr_info: { family: 'inet' | 'inet6'; local: string; prefixlen: number }[];
}

/** The cards as the guest itself sees them. */
export async function interfacesOf(name: string): Promise<GuestInterface[]> {
  const said = await docker(['exec', name, 'ip', '-json', 'address', 'show']);
  return (JSON.parse(said) as Device[]).map(device => ({
    name: device.ifname,
    mac: device.address,
    addresses: device.addr_info.map(({ family, local, prefixlen }) => ({
      address: local,
      prefix: prefixlen,
      family: family === 'inet' ? 'ipv4' : 'ipv6',
    })),
  }));
}

/** True when a person could log in: sshd listens and logins are allowed. */
export async function letsIn(name: string): Promise<boolean> {
  const inside = (...command: string[]) =>
    tryDocker(['exec', name, ...command]);
  const listens = await inside('ss', '-Hltn', 'sport = :22');
  if (!listens?.includes(':22')) return false;
  return (await inside('test', '-e', '/run/nologin')) === undefined;
}

/** Answers in the place of an agent, by commands in the guest. */
export function createAgent(name: string): GuestAgent {
  const inside = async (...command: string[]) =>
    (await docker(['exec', name, ...command])).trim();
  const readFile = async (path: string, maxBytes: number) => {
    const coded = await inside('base64', '-w0', '--', path).catch(error => {
      const why = /: ([^:]+)$/.exec((error as Error).message)?.[1];
      throw new NanteError('not-found', why ?? 'No such file or directory');
    });
    const content = Buffer.from(coded, 'base64');
    return {
      content: content.subarray(0, maxBytes),
      truncated: content.length > maxBytes,
    };
  };
  return {
    readFile,
    hostname: () => inside('uname', '-n'),
    async system() {
      const [kernelRelease, kernelVersion, machine] = await Promise.all(
        ['-r', '-v', '-m'].map(option => inside('uname', option)),
      );
      const { content } = await readFile('/etc/os-release', 65_536);
      return {
        kernelRelease,
        kernelVersion,
        machine,
        release: content.toString('utf8'),
      };
    },
    async fileSystems() {
      const said = await inside('df', '-B1', '--output=used,avail,size', '/');
      const [used, free, total] = (said.split('\n')[1] ?? '')
        .trim()
        .split(/\s+/)
        .map(Number);
      const device = { mountpoint: '/', device: 'sda1', type: 'ext4' };
      return [{ ...device, used, available: used + free, total }];
    },
  };
}
