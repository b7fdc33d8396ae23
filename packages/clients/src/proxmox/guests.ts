import { z } from 'zod';
import type { HostKind } from '@nante/model';
import type {
  ProxmoxGuestConfig,
  ProxmoxInterface,
  ProxmoxSample,
  ProxmoxSnapshot,
  ProxmoxVolume,
} from './types';
import { flag, lenient, number, sortedList, text } from './values';

const rawConfig = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean().transform(Number)]),
);

/** Answer of `…/config`, read with the defaults that Proxmox leaves out. */
export function guestConfigSchema(kind: HostKind) {
  return rawConfig.transform((raw): ProxmoxGuestConfig => {
    const value = (name: string) =>
      raw[name] === undefined ? undefined : `${raw[name]}`;
    const amount = (name: string, fallback: number) => {
      // `memory` may be written as `current=2048`.
      const digits = /^(?:current=)?(\d+)/.exec(value(name) ?? '');
      return digits ? Number(digits[1]) : fallback;
    };
    const agent = value('agent')?.split(',') ?? [];
    return {
      name: value(kind === 'vm' ? 'name' : 'hostname') ?? '',
      // Proxmox adds a newline to a container's and none to a VM's.
      description: (value('description') ?? '').trimEnd(),
      tags: sortedList(value('tags')),
      // A container without a limit sees all cores of its node: 0.
      cores:
        kind === 'vm'
          ? amount('cores', 1) * amount('sockets', 1)
          : amount('cores', 0),
      memoryMb: amount('memory', 512),
      digest: value('digest') ?? '',
      agent: agent.includes('1') || agent.includes('enabled=1'),
      raw,
    };
  });
}

/** Answer of `…/status/current`. */
export const guestStatusSchema = z.object({
  status: z.enum(['running', 'stopped']),
  lock: lenient(text),
  uptime: number.optional().default(0),
});

const addressRow = z.object({
  'ip-address': z.string(),
  'ip-address-type': z.string().optional(),
  prefix: lenient(number),
});

const interfaceRow = z.object({
  name: z.string(),
  'hardware-address': lenient(z.string()),
  hwaddr: lenient(z.string()),
  'ip-addresses': lenient(z.array(addressRow)),
  inet: lenient(z.string()),
  inet6: lenient(z.string()),
});

function toInterface(row: z.infer<typeof interfaceRow>): ProxmoxInterface {
  const listed = row['ip-addresses']?.map(address => ({
    address: address['ip-address'],
    prefix: address.prefix,
  }));
  // Proxmox 8 answers a container's addresses only as `10.0.0.5/24`.
  const plain = [row.inet, row.inet6]
    .filter(value => value !== undefined)
    .map(value => {
      const [address, prefix] = value.split('/');
      return { address, prefix: prefix ? Number(prefix) : undefined };
    });
  return {
    name: row.name,
    mac: (row['hardware-address'] ?? row.hwaddr ?? '').toLowerCase(),
    addresses: (listed ?? plain).map(({ address, prefix }) => {
      const family = address.includes(':') ? 'ipv6' : 'ipv4';
      return {
        address,
        prefix: prefix ?? (family === 'ipv6' ? 128 : 32),
        family,
      };
    }),
  };
}

/** Interfaces that software inside the guest makes: of meshes, containers and their bridges. */
const madeInside =
  /^(br-|cali|cilium|cni|docker|flannel|kube|lxc|podman|tailscale|tap|tun|veth|virbr|wg|zt)/;

/** The guest's network cards before what software inside it makes, whose addresses are no way in from its network. */
function cardsFirst(interfaces: ProxmoxInterface[]): ProxmoxInterface[] {
  const [cards, others] = [false, true].map(inside =>
    interfaces.filter(({ name }) => madeInside.test(name) === inside),
  );
  return [...cards, ...others];
}

/** Answer of the guest agent. */
export const agentInterfacesSchema = z
  .object({ result: z.array(interfaceRow) })
  .transform(({ result }) => cardsFirst(result.map(toInterface)));

/** Answer of the agent's `file-read`. Proxmox writes each byte as a character of its own, so UTF-8 is put together here. */
export const agentFileSchema = z
  .object({ content: z.string() })
  .transform(({ content }) => Buffer.from(content, 'latin1').toString('utf8'));

/** Answer of a container's `interfaces`: null while it is stopped. */
export const containerInterfacesSchema = z
  .array(interfaceRow)
  .nullish()
  .transform(rows => (rows ? cardsFirst(rows.map(toInterface)) : undefined));

/** Answer of `…/rrddata`; a point that is still being collected has only its time. */
export const samplesSchema = z
  .array(
    z.object({
      time: number,
      cpu: lenient(number),
      mem: lenient(number),
      maxmem: lenient(number),
      netin: lenient(number),
      netout: lenient(number),
    }),
  )
  .transform(rows =>
    rows
      .map((row): ProxmoxSample => ({
        time: row.time,
        cpu: row.cpu,
        memoryUsed: row.mem,
        memory: row.maxmem,
        netIn: row.netin,
        netOut: row.netout,
      }))
      .sort((a, b) => a.time - b.time),
  );

/** Answer of `…/storage/{storage}/content`. */
export const volumesSchema = z
  .array(
    z.object({
      volid: z.string(),
      size: number.optional().default(0),
      ctime: lenient(number),
      format: z.string().optional().default(''),
    }),
  )
  .transform(rows =>
    rows
      .map((row): ProxmoxVolume => ({
        volumeId: row.volid,
        size: row.size,
        createdAt: row.ctime,
        format: row.format,
      }))
      .sort((a, b) => (a.volumeId < b.volumeId ? -1 : 1)),
  );

/** Answer of `…/feature`. */
export const featureSchema = z
  .object({ hasFeature: lenient(flag) })
  .transform(({ hasFeature }) => hasFeature ?? false);

/** Answer of `…/pending`: the names of what waits. */
export const pendingSchema = z
  .array(
    z.object({
      key: z.string(),
      pending: z.unknown().optional(),
      delete: lenient(number),
    }),
  )
  .transform(rows =>
    rows
      .filter(row => row.pending !== undefined || (row.delete ?? 0) > 0)
      .map(({ key }) => key)
      .sort(),
  );

/** Answer of `…/snapshot`, without the row that stands for the present. */
export const snapshotsSchema = z
  .array(
    z.object({
      name: text,
      description: lenient(text),
      snaptime: lenient(number),
      parent: lenient(text),
      vmstate: lenient(flag),
    }),
  )
  .transform(rows =>
    rows
      .filter(row => row.name !== 'current')
      .map((row): ProxmoxSnapshot => ({
        name: row.name,
        description: row.description?.trim() ?? '',
        createdAt: row.snaptime,
        parent: row.parent,
        withMemory: row.vmstate ?? false,
      }))
      .sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0)),
  );
