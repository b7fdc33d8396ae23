import type { Parameters } from './api';
import { formatProperties, parseProperties } from './properties';
import { block, blocks, number, text, texts, type ObjectValue } from './values';

/** Cloud-init's parameters, as the configuration has them. */
export function cloudInit(planned: ObjectValue): Parameters {
  const initialization = block(planned.initialization);
  if (!initialization) return {};
  const parameters: Parameters = {};
  blocks(initialization.ip_config).forEach((entry, index) => {
    const v4 = block(entry.ipv4);
    const v6 = block(entry.ipv6);
    const value = formatProperties({
      gw: text(v4?.gateway),
      gw6: text(v6?.gateway),
      ip: text(v4?.address),
      ip6: text(v6?.address),
    });
    if (value) parameters[`ipconfig${index}`] = value;
  });
  const dns = block(initialization.dns);
  parameters.nameserver = texts(dns?.servers).join(' ') || undefined;
  parameters.searchdomain = text(dns?.domain) || undefined;
  const account = block(initialization.user_account);
  parameters.ciuser = text(account?.username) || undefined;
  parameters.cipassword = text(account?.password) || undefined;
  const keys = texts(account?.keys);
  // Proxmox wants the value itself URL-encoded, beside the encoding of the form.
  if (keys.length > 0) parameters.sshkeys = encodeURIComponent(keys.join('\n'));
  return parameters;
}

/** Network cards; those that the template had beyond ours are deleted. */
export function networks(planned: ObjectValue): Parameters {
  const parameters: Parameters = {};
  const cards = blocks(planned.network_device);
  cards.forEach((card, index) => {
    const mac = text(card.mac_address);
    parameters[`net${index}`] = formatProperties({
      [mac ? text(card.model) : 'model']: mac || text(card.model),
      bridge: text(card.bridge),
      firewall: card.firewall === true ? 1 : undefined,
      tag: number(card.vlan_id) || undefined,
      mtu: number(card.mtu) || undefined,
      queues: number(card.queues) || undefined,
      rate: number(card.rate_limit) || undefined,
      trunks: text(card.trunks) || undefined,
    });
  });
  if (cards.length > 0) {
    parameters.delete = Array.from(
      { length: 32 - cards.length },
      (_, index) => `net${cards.length + index}`,
    ).join(',');
  }
  return parameters;
}

/** Virtual CPUs. */
export function processors(cpu: ObjectValue): Parameters {
  return {
    cores: number(cpu.cores),
    sockets: number(cpu.sockets),
    numa: cpu.numa === true ? 1 : 0,
    cpu: formatProperties(
      { flags: texts(cpu.flags).join(';') || undefined },
      text(cpu.type),
    ),
    cpuunits: number(cpu.units) || undefined,
    cpulimit: number(cpu.limit) || undefined,
    vcpus: number(cpu.hotplugged) || undefined,
  };
}

/** Serial ports. */
export function serialPorts(planned: ObjectValue): Parameters {
  return Object.fromEntries(
    blocks(planned.serial_device).map((port, index) => [
      `serial${index}`,
      text(port.device) || 'socket',
    ]),
  );
}

/** The QEMU guest agent. */
export function agentOf(agent: ObjectValue): string {
  return formatProperties({
    enabled: agent.enabled === true ? 1 : 0,
    fstrim_cloned_disks: agent.trim === true ? 1 : 0,
    type: text(agent.type),
  });
}

/** What the configuration says about a disk, over what the disk has already. */
export function diskOf(disk: ObjectValue, current: string): string {
  const { first, ...options } = parseProperties(current);
  return formatProperties(
    {
      ...options,
      aio: text(disk.aio),
      backup: disk.backup === true ? 1 : 0,
      cache: text(disk.cache),
      discard: text(disk.discard),
      iothread: disk.iothread === true ? 1 : 0,
      replicate: disk.replicate === true ? 1 : 0,
      ssd: disk.ssd === true ? 1 : 0,
    },
    first || options.file,
  );
}
