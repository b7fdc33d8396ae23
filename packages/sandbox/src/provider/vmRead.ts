import { isIPv4, isIPv6 } from 'node:net';
import { isMissing, pause } from './api';
import {
  deadline,
  findNode,
  Guest,
  seconds,
  type Config,
  type Operation,
} from './guest';
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
import { initializationOf, readInitialization } from './vmCloudInit';
import { removedDisks } from './vmDisks';

interface AgentInterface {
  name: string;
  'hardware-address'?: string;
  'ip-addresses'?: { 'ip-address': string; 'ip-address-type': string }[];
}

/** True for an address that other machines can reach. */
export function isGlobal(address: string): boolean {
  if (isIPv4(address))
    return !/^(?:127\.|169\.254\.|0\.|22[4-9]\.|23\d\.|255\.)/.test(address);
  return isIPv6(address) && !/^(?:::1$|fe[89ab]|ff|::$)/i.test(address);
}

/** Whether the addresses are those that were asked for: any, or IPv4, IPv6, or both. */
export function enough(
  addresses: string[],
  wanted: ObjectValue | undefined,
): boolean {
  const global = addresses.filter(isGlobal);
  const needs4 = wanted?.ipv4 === true;
  const needs6 = wanted?.ipv6 === true;
  if (!needs4 && !needs6) return global.length > 0;
  return (!needs4 || global.some(isIPv4)) && (!needs6 || global.some(isIPv6));
}

/** Waits for the agent to report addresses; a deadline that passes is a warning only. */
async function askAgent(
  operation: Operation,
  guest: Guest,
  agent: ObjectValue,
): Promise<AgentInterface[]> {
  const wait = block(agent.wait_for_ip);
  if (wait?.disabled === true) return [];
  const signal = deadline(operation.signal, seconds(agent.timeout));
  try {
    for (;;) {
      const report = await operation.api
        .get<{ result?: AgentInterface[] }>(
          `${guest.path}/agent/network-get-interfaces`,
          signal,
        )
        .catch(error => {
          // A refusal stays one; everything else may be an agent that is not up yet.
          if (error.code === 'unauthorized' || signal.aborted) throw error;
          return undefined;
        });
      const interfaces = report?.result ?? [];
      const addresses = interfaces
        .filter(card => card.name !== 'lo')
        .flatMap(card =>
          (card['ip-addresses'] ?? []).map(entry => entry['ip-address']),
        );
      if (enough(addresses, wait)) return interfaces;
      await pause(1000, signal);
    }
  } catch (error) {
    if (operation.signal.aborted) throw error;
    operation.warn(
      'error waiting for network interfaces from QEMU agent',
      signal.aborted
        ? `timeout while waiting for the QEMU agent on ${guest.path} to publish the network interfaces`
        : String((error as Error).message),
    );
    return [];
  }
}

function readAddresses(interfaces: AgentInterface[]): ObjectValue {
  const family = (type: string) =>
    interfaces.map(card =>
      (card['ip-addresses'] ?? [])
        .filter(entry => entry['ip-address-type'] === type)
        .map(entry => entry['ip-address'] as Value),
    );
  return {
    ipv4_addresses: family('ipv4'),
    ipv6_addresses: family('ipv6'),
    network_interface_names: interfaces.map(card => card.name),
    mac_addresses: interfaces.map(card =>
      (card['hardware-address'] ?? '').toUpperCase(),
    ),
  };
}

function readCard(
  value: unknown,
  before: ObjectValue | undefined,
): ObjectValue {
  const { first: _, ...options } = parseProperties(value);
  const [model = 'virtio', mac = ''] =
    Object.entries(options).find(([name]) =>
      /^(?:virtio|e1000e?|rtl8139|vmxnet3)$/.test(name),
    ) ?? [];
  return {
    bridge: options.bridge ?? '',
    disconnected: before?.disconnected ?? flag(options.link_down),
    enabled: true,
    firewall: flag(options.firewall),
    mac_address: mac,
    model,
    mtu: Number(options.mtu ?? 0),
    queues: Number(options.queues ?? 0),
    rate_limit: Number(options.rate ?? 0),
    trunks: options.trunks ?? before?.trunks ?? null,
    vlan_id: Number(options.tag ?? 0),
  };
}

async function readDisk(
  operation: Operation,
  node: string,
  value: string,
  before: ObjectValue,
): Promise<ObjectValue> {
  const { first, ...options } = parseProperties(value);
  const [storage, ...rest] = (first || options.file || '').split(':');
  let format: Value = options.format ?? null;
  if (!format) {
    const volume = encodeURIComponent(`${storage}:${rest.join(':')}`);
    const file = await operation.api
      .get<{ format?: string }>(
        `nodes/${node}/storage/${storage}/content/${volume}`,
        operation.signal,
      )
      .catch(error => {
        if (isMissing(error)) return undefined;
        throw error;
      });
    format = file?.format ?? null;
  }
  return {
    ...before,
    aio: options.aio ?? 'io_uring',
    backup: options.backup === undefined || flag(options.backup),
    cache: options.cache ?? 'none',
    datastore_id: storage,
    discard: options.discard ?? 'ignore',
    file_format: format,
    iothread: flag(options.iothread),
    path_in_datastore: rest.join(':'),
    replicate: options.replicate === undefined || flag(options.replicate),
    size: gibibytes(options.size),
    ssd: flag(options.ssd),
  };
}

/** Disks to read: those that the state knows, in its order, and of a VM that is no clone the others as well. */
function knownDisks(
  config: Config,
  state: ObjectValue,
  whole: boolean,
): ObjectValue[] {
  const before = blocks(state.disk);
  if (!whole) return before;
  const names = before.map(disk => text(disk.interface));
  const others = removedDisks(config, state).sort();
  return [
    ...before,
    ...others
      .filter(name => !names.includes(name))
      .map(name => ({ interface: name, queues: 0 })),
  ];
}

/** The pool that holds a VM; null when none does. */
async function findPool(operation: Operation, id: string): Promise<Value> {
  const pools = await operation.api.get<{ poolid: string }[]>(
    'pools',
    operation.signal,
  );
  for (const { poolid } of pools)
    if (await readPool(operation, { id, pool_id: poolid }, {})) return poolid;
  return null;
}

/** The pool that holds the VM; null when it is no longer in the one that we know of. */
async function readPool(
  operation: Operation,
  state: ObjectValue,
  config: Config,
): Promise<Value> {
  if (config.pool) return String(config.pool);
  const pool = text(state.pool_id);
  const found = await operation.api
    .get<{ members?: { vmid?: number }[] }[]>(
      `pools?poolid=${encodeURIComponent(pool)}`,
      operation.signal,
    )
    .catch(error => {
      if (isMissing(error)) return [];
      throw error;
    });
  return found[0]?.members?.some(
    member => String(member.vmid) === text(state.id),
  )
    ? pool
    : null;
}

/** Reads a VM into its state; undefined when it is gone. Blocks that the configuration left out stay out. */
export async function readVm(
  operation: Operation,
  state: ObjectValue,
): Promise<ObjectValue | undefined> {
  const { signal } = operation;
  const id = text(state.id);
  const node = await findNode(operation, id);
  if (node === undefined) return undefined;
  const guest = new Guest(operation.api, 'qemu', node, id);
  let config: Config;
  try {
    config = await guest.config(signal);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const started = (await guest.status(signal)).status === 'running';
  const result: ObjectValue = {
    ...state,
    node_name: node,
    vm_id: Number(id),
    started,
    name: (config.name as string | undefined) ?? null,
    on_boot: flag(config.onboot),
    protection: flag(config.protection),
    description: text(config.description as Value).trim() || null,
  };
  const tags = parseTags(config.tags);
  result.tags =
    tags.length > 0 || texts(state.tags).length > 0
      ? tags
      : (state.tags ?? null);

  // Of a clone only what the configuration names is read; of every other VM all that differs from the defaults.
  const whole = block(state.clone) === undefined;
  const agent =
    block(state.agent) ??
    (whole && config.agent !== undefined ? { timeout: '15m' } : undefined);
  if (agent) {
    const found = parseProperties(config.agent);
    result.agent = [
      {
        ...agent,
        enabled: flag(found.enabled) || flag(found.first),
        trim: flag(found.fstrim_cloned_disks),
        type: found.type || 'virtio',
      },
    ];
  }
  const cpu = block(state.cpu);
  if (cpu || whole) {
    const found = parseProperties(config.cpu);
    result.cpu = [
      {
        ...(cpu ?? { hotplugged: 0, limit: 0 }),
        cores: Number(config.cores ?? 1),
        sockets: Number(config.sockets ?? 1),
        type: found.cputype || found.first || 'qemu64',
        numa: flag(config.numa),
        units:
          config.cpuunits === undefined
            ? (cpu?.units ?? 0)
            : Number(config.cpuunits),
      },
    ];
  }
  const memory = block(state.memory);
  if (memory || whole) {
    result.memory = [
      {
        ...(memory ?? { keep_hugepages: false, shared: 0 }),
        dedicated: Number(config.memory ?? 512),
        floating: Number(config.balloon ?? 0),
      },
    ];
  }
  if (block(state.operating_system) || (whole && config.ostype)) {
    result.operating_system = [
      { type: (config.ostype as string | undefined) ?? 'other' },
    ];
  }
  const serial = Object.keys(config)
    .filter(name => /^serial\d$/.test(name))
    .sort();
  if (whole || blocks(state.serial_device).length > 0)
    result.serial_device = serial.map(name => ({
      device: String(config[name]),
    }));
  // A clone keeps its template's controller unless the configuration asks for another one.
  if (config.scsihw && state.scsi_hardware !== 'virtio-scsi-pci')
    result.scsi_hardware = String(config.scsihw);
  const initialization =
    block(state.initialization) ??
    (whole ? initializationOf(config) : undefined);
  if (initialization)
    result.initialization = [readInitialization(config, initialization)];
  result.disk = await Promise.all(
    knownDisks(config, state, whole)
      .filter(disk => config[text(disk.interface)] !== undefined)
      .map(disk =>
        readDisk(operation, node, String(config[text(disk.interface)]), disk),
      ),
  );
  const cards = blocks(state.network_device);
  const names = Object.keys(config)
    .filter(name => /^net\d+$/.test(name))
    .sort((a, b) => number(Number(a.slice(3))) - number(Number(b.slice(3))));
  result.network_device = names.map(name =>
    readCard(config[name], cards[Number(name.slice(3))]),
  );
  if (text(state.pool_id))
    result.pool_id = await readPool(operation, state, config);
  else if (whole) result.pool_id = await findPool(operation, id);
  const answering = started && agent && block(result.agent)?.enabled === true;
  Object.assign(
    result,
    readAddresses(answering ? await askAgent(operation, guest, agent) : []),
  );
  return result;
}
