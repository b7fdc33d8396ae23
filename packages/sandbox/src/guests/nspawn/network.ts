import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import type { GuestNetwork } from '../driver';
import {
  contains,
  overlaps,
  parseCidr,
  type Subnet,
  subnetOfVlan,
  toAddress,
} from './addresses';
import { run, runJson, tryRun } from './command';
import { createFirewall, type FilteredBridge } from './firewall';
import { addMachineAddress } from './machineAddress';
import { findGuestProcesses, isAlive, markOf } from './processes';

interface Link {
  ifname: string;
  mtu: number;
  master?: string;
  ifalias?: string;
  addr_info?: { family: string; local: string; prefixlen: number }[];
}

/** The lab's switch: one bridge for each VLAN in use, with the machine as gateway and NAT behind it. */
export interface LabNetwork {
  /** Plugs one card: makes the bridge when it is missing, and the cable into the guest's network namespace. */
  plug(
    namespace: string,
    vmid: number,
    index: number,
    card: GuestNetwork,
  ): Promise<void>;
  /** Pulls the guest's cables out of the switch, or puts them back; the guest does not see that. */
  connect(vmid: number, connected: boolean): Promise<void>;
  /** True for an address that the machine itself has on one of the bridges. */
  isGateway(address: string): boolean;
  /** Takes away bridges, cables and rules, also those that a killed sandbox left. */
  remove(): Promise<void>;
}

// With details, or the aliases that say whose a bridge is are left out.
const listLinks = () =>
  runJson<Link[]>('ip', ['-json', '-details', 'address', 'show']);

const cidr = ({ base, prefix }: Subnet, host = 0) =>
  `${toAddress(base + host)}/${prefix}`;

/**
 * @param prefix Name of the sandbox, six characters: the kernel allows fifteen for a device.
 * @param folder The sandbox's folder of guests: it notes there what it changed on the machine, to change it back, and the
 * folder is named when another sandbox wants the same subnet.
 */
export function createLabNetwork(
  prefix: string,
  folder: string,
  log: (line: string) => void,
): LabNetwork {
  const firewall = createFirewall(prefix);
  const bridges = new Map<string, FilteredBridge & { gateways: string[] }>();
  /** Cables of each guest by their outer ends, with the bridge that they belong to. */
  const cables = new Map<number, Map<string, string>>();
  const noted = join(folder, 'forwarding');
  let queue: Promise<unknown> = Promise.resolve();
  /** One change at a time: five guests that start together must not make the same bridge five times. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  };

  const forwarding = (device: string) =>
    `/proc/sys/net/ipv4/conf/${device}/forwarding`;

  async function uplink(): Promise<{ name: string; mtu: number }> {
    const [route] = await runJson<{ dev: string }[]>('ip', [
      ...['-json', '-4', 'route', 'show', 'default'],
    ]);
    if (!route) return { name: 'lo', mtu: 1500 };
    const [link] = await runJson<Link[]>('ip', [
      ...['-json', 'link', 'show', 'dev', route.dev],
    ]);
    return { name: route.dev, mtu: link.mtu };
  }

  async function openWay(bridge: string, device: string): Promise<void> {
    await writeFile(forwarding(bridge), '1');
    if ((await readFile(forwarding(device), 'utf8')).trim() === '1') return;
    await mkdir(folder, { recursive: true });
    await writeFile(noted, device);
    await writeFile(forwarding(device), '1');
    const policy = await tryRun('iptables', ['-w', '-S', 'FORWARD']);
    if (policy?.startsWith('-P FORWARD DROP')) {
      log(
        'This machine drops forwarded packets by default (Docker does that): guests reach each other, but not the internet, until you allow it',
      );
    }
  }

  /** Another sandbox may have the subnet; one that died, and its guests with it, is cleared away, as it cannot do that itself. */
  async function claim(subnet: Subnet, bridge: string): Promise<void> {
    const links = await listLinks();
    for (const link of links.filter(({ ifname }) => ifname !== bridge)) {
      const clash = link.addr_info?.find(
        ({ family, local, prefixlen }) =>
          family === 'inet' &&
          overlaps(subnet, parseCidr(`${local}/${prefixlen}`)),
      );
      if (!clash) continue;
      const [, pid, startTime, place] =
        /^nante (\d+) (\d+) (.+)$/.exec(link.ifalias ?? '') ?? [];
      const dead = pid && !isAlive({ pid: Number(pid), startTime });
      const [others] = link.ifname.split(/v\d+$/);
      if (dead && findGuestProcesses(`${others}-`).size === 0) {
        // Cables outlive their guests where the kernel is slow to take a network namespace apart.
        const cablesLeft = links.filter(({ master }) => master === link.ifname);
        for (const { ifname } of [...cablesLeft, link]) {
          await tryRun('ip', ['link', 'delete', ifname]);
        }
        continue;
      }
      throw new NanteError(
        'conflict',
        `The network ${cidr(subnet)} is taken on this machine by ${link.ifname}${place ? `, which belongs to the sandbox in ${place}` : ''}`,
        {
          hint: place
            ? `Stop that sandbox${dead ? ' (it was killed: start it once and stop it)' : ''}, or use another VLAN.`
            : 'Use another VLAN, or the guest driver "record".',
        },
      );
    }
  }

  async function addGateway(
    bridge: FilteredBridge & { gateways: string[] },
    subnet: Subnet,
    gateway: string,
  ): Promise<void> {
    await claim(subnet, bridge.name);
    await run('ip', [
      ...['address', 'replace', `${gateway}/${subnet.prefix}`],
      ...['dev', bridge.name],
    ]);
    bridge.networks.push(cidr(subnet));
    bridge.gateways.push(gateway);
  }

  async function bridgeFor(card: GuestNetwork): Promise<string> {
    const subnet = subnetOfVlan(card.vlan);
    const name = `${prefix}v${card.vlan ?? 0}`;
    const known = bridges.get(name);
    const bridge = known ?? { name, networks: [], gateways: [] };
    const up = await uplink();
    if (!known) {
      await claim(subnet, name);
      await tryRun('ip', ['link', 'delete', name]);
      await run('ip', [
        ...['link', 'add', name, 'mtu', String(up.mtu), 'type', 'bridge'],
      ]);
      const mark = markOf(process.pid);
      await run('ip', [
        ...['link', 'set', name, 'up', 'alias'],
        `nante ${mark?.pid} ${mark?.startTime} ${folder}`.slice(0, 250),
      ]);
      await addGateway(bridge, subnet, toAddress(subnet.base + 1));
      await openWay(name, up.name);
      // Another sandbox that ended may have taken it along.
      await addMachineAddress();
      bridges.set(name, bridge);
    }
    // A site with other subnets: the machine plays the gateway that the guest was told, too.
    const { gateway, address } = card;
    if (
      gateway &&
      address.includes('/') &&
      !bridge.gateways.includes(gateway)
    ) {
      const told = parseCidr(address);
      if (!contains(told, gateway)) {
        throw new NanteError(
          'invalid-input',
          `The gateway ${gateway} is not in the network of ${address}`,
          { hint: 'Correct the gateway or the address.' },
        );
      }
      await addGateway(bridge, told, gateway);
    }
    await firewall.apply([...bridges.values()], up.name);
    return name;
  }

  return {
    plug: (namespace, vmid, index, card) =>
      inTurn(async () => {
        const bridge = await bridgeFor(card);
        const id = vmid.toString(36);
        const outside = `${prefix}${id}n${index}`;
        const inside = `${prefix}${id}p${index}`;
        const { mtu } = await uplink();
        await tryRun('ip', ['link', 'delete', outside]);
        await run('ip', [
          ...['link', 'add', outside, 'mtu', String(mtu), 'type', 'veth'],
          ...['peer', 'name', inside, 'address', card.mac.toLowerCase()],
          ...['mtu', String(mtu)],
        ]);
        await run('ip', ['link', 'set', outside, 'master', bridge, 'up']);
        cables.set(vmid, new Map(cables.get(vmid)).set(outside, bridge));
        await run('ip', ['link', 'set', inside, 'netns', namespace]);
        await run('nsenter', [
          ...[`--net=${namespace}`, 'ip', 'link', 'set', inside],
          ...['name', `eth${index}`],
        ]);
      }),
    connect: (vmid, connected) =>
      inTurn(async () => {
        for (const [outside, bridge] of cables.get(vmid) ?? []) {
          const to = connected ? ['master', bridge] : ['nomaster'];
          // One that is gone belonged to a card that the guest no longer has.
          await tryRun('ip', ['link', 'set', outside, ...to]);
        }
      }),
    isGateway: address =>
      [...bridges.values()].some(({ gateways }) => gateways.includes(address)),
    remove: () =>
      inTurn(async () => {
        await firewall.remove();
        for (const { ifname } of await listLinks()) {
          if (ifname.startsWith(prefix)) {
            await tryRun('ip', ['link', 'delete', ifname.split('@')[0]]);
          }
        }
        bridges.clear();
        if (!existsSync(noted)) return;
        const device = await readFile(noted, 'utf8');
        // Another sandbox may still need the way that this one opened; it then stays open until a restart.
        const others = (await listLinks()).some(({ ifalias }) =>
          ifalias?.startsWith('nante '),
        );
        if (!others && existsSync(forwarding(device))) {
          await writeFile(forwarding(device), '0');
        }
        await rm(noted, { force: true });
      }),
  };
}
