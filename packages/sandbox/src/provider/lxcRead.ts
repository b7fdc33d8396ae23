import { isMissing, pause } from './api';
import { deadline, Guest, type Config, type Operation } from './guest';
import { flag, gibibytes, parseProperties, parseTags } from './properties';
import {
  block,
  blocks,
  number,
  text,
  texts,
  type ObjectValue,
  type Value,
} from './values';
import { enough } from './vmRead';

interface ContainerInterface {
  name: string;
  'ip-addresses'?: { 'ip-address': string; 'ip-address-type': string }[];
}

/** Addresses by card; empty, without a word, when ten seconds bring none. */
async function askAddresses(
  operation: Operation,
  guest: Guest,
  wanted: ObjectValue | undefined,
): Promise<ObjectValue> {
  const signal = deadline(operation.signal, 10);
  let cards: ContainerInterface[] = [];
  try {
    for (;;) {
      const found = await operation.api.get<ContainerInterface[] | null>(
        `${guest.path}/interfaces`,
        signal,
      );
      const outer = (found ?? []).filter(card => card.name !== 'lo');
      const addresses = outer.flatMap(card =>
        (card['ip-addresses'] ?? []).map(entry => entry['ip-address']),
      );
      if (enough(addresses, wanted)) {
        cards = outer;
        break;
      }
      await pause(1000, signal);
    }
  } catch (error) {
    if (operation.signal.aborted) throw error;
  }
  const family = (type: string) =>
    Object.fromEntries(
      cards
        .map(
          card =>
            [
              card.name,
              card['ip-addresses']?.find(
                entry => entry['ip-address-type'] === type,
              ),
            ] as const,
        )
        .filter(([, entry]) => entry !== undefined)
        .map(([name, entry]) => [name, entry?.['ip-address'] as Value]),
    );
  return { ipv4: family('inet'), ipv6: family('inet6') };
}

function readMounts(config: Config): ObjectValue[] {
  return Object.keys(config)
    .filter(name => /^mp\d+$/.test(name))
    .sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)))
    .map(name => {
      const { first, ...mount } = parseProperties(config[name]);
      return {
        acl: flag(mount.acl),
        backup: flag(mount.backup),
        mount_options: mount.mountoptions?.split(';') ?? null,
        path: mount.mp ?? '',
        path_in_datastore: first,
        quota: flag(mount.quota),
        read_only: flag(mount.ro),
        replicate: mount.replicate === undefined || flag(mount.replicate),
        shared: flag(mount.shared),
        size: mount.size ?? '',
        volume: first,
      };
    });
}

function readInitialization(
  config: Config,
  before: ObjectValue,
  cloned: boolean,
): ObjectValue {
  const result: ObjectValue = {
    ...before,
    hostname: (config.hostname as string | undefined) ?? null,
  };
  const dns = block(before.dns);
  const said =
    config.nameserver !== undefined || config.searchdomain !== undefined;
  if (said && !(cloned && !dns)) {
    const servers = String(config.nameserver ?? '')
      .split(' ')
      .filter(Boolean);
    const old = text(dns?.server) !== '';
    result.dns = [
      {
        domain:
          (config.searchdomain as string | undefined) ??
          (dns?.domain === null ? null : ''),
        server: old ? servers.join(' ') : (dns?.server ?? null),
        servers: old ? (dns?.servers ?? null) : servers,
      },
    ];
  } else {
    result.dns = [];
  }
  const cards = Object.keys(config)
    .filter(name => /^net\d+$/.test(name))
    .sort();
  const family = (address?: string, gateway?: string): Value =>
    address || gateway
      ? [{ address: address ?? null, gateway: gateway ?? null }]
      : [];
  result.ip_config = cards
    .map(name => parseProperties(config[name]))
    .filter(card => card.ip || card.gw || card.ip6 || card.gw6)
    .map(card => ({
      ipv4: family(card.ip, card.gw),
      ipv6: family(card.ip6, card.gw6),
    }));
  return result;
}

/** Reads a container into its state; undefined when it is gone. */
export async function readLxc(
  operation: Operation,
  state: ObjectValue,
): Promise<ObjectValue | undefined> {
  const { signal } = operation;
  const guest = new Guest(
    operation.api,
    'lxc',
    text(state.node_name),
    text(state.id),
  );
  let config: Config;
  try {
    config = await guest.config(signal);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const started = (await guest.status(signal)).status === 'running';
  const rootfs = parseProperties(config.rootfs);
  const result: ObjectValue = {
    ...state,
    vm_id: Number(state.id),
    started,
    description: text(config.description as Value),
    start_on_boot: flag(config.onboot),
    protection: flag(config.protection),
    unprivileged: flag(config.unprivileged),
    template: flag(config.template),
  };
  const tags = parseTags(config.tags);
  result.tags =
    tags.length > 0 || texts(state.tags).length > 0
      ? tags
      : (state.tags ?? null);
  result.cpu = [
    {
      ...block(state.cpu),
      architecture: (config.arch as string | undefined) ?? 'amd64',
      cores: Number(config.cores ?? 1),
      limit: Number(config.cpulimit ?? 0),
      units: Number(config.cpuunits ?? 0),
    },
  ];
  result.disk = [
    {
      ...block(state.disk),
      acl: flag(rootfs.acl),
      quota: flag(rootfs.quota),
      replicate: flag(rootfs.replicate),
      datastore_id: rootfs.first.split(':')[0],
      path_in_datastore: rootfs.first,
      size: gibibytes(rootfs.size),
    },
  ];
  result.memory = [
    { dedicated: Number(config.memory ?? 512), swap: Number(config.swap ?? 0) },
  ];
  // What a clone has from its template and the configuration does not name stays out of the state.
  const cloned = block(state.clone) !== undefined;
  const features = parseProperties(config.features);
  const isOn = ['nesting', 'keyctl', 'fuse'].some(name => flag(features[name]));
  if (block(state.features) || (isOn && !cloned)) {
    result.features = [
      {
        ...block(state.features),
        nesting: flag(features.nesting),
        keyctl: flag(features.keyctl),
        fuse: flag(features.fuse),
        mknod: flag(features.mknod),
      },
    ];
  }
  result.network_interface = Object.keys(config)
    .filter(name => /^net\d+$/.test(name))
    .sort()
    .map(name => {
      const card = parseProperties(config[name]);
      return {
        bridge: card.bridge ?? '',
        enabled: true,
        firewall: flag(card.firewall),
        host_managed: flag(card['host-managed']),
        mac_address: card.hwaddr ?? '',
        mtu: Number(card.mtu ?? 0),
        name: card.name ?? '',
        rate_limit: Number(card.rate ?? 0),
        vlan_id: Number(card.tag ?? 0),
      };
    });
  if (!cloned || blocks(state.mount_point).length > 0)
    result.mount_point = readMounts(config);
  result.initialization = [
    readInitialization(config, block(state.initialization) ?? {}, cloned),
  ];
  if (!cloned || block(state.operating_system))
    result.operating_system = [
      {
        ...block(state.operating_system),
        type: (config.ostype as string | undefined) ?? '',
      },
    ];
  const asking = started && number(blocks(result.network_interface).length) > 0;
  const wanted = block(state.wait_for_ip);
  Object.assign(
    result,
    asking
      ? await askAddresses(operation, guest, wanted)
      : { ipv4: {}, ipv6: {} },
  );
  return result;
}
