import { createHash } from 'node:crypto';
import { createRandom, type Random } from '../../../seed/random';
import type {
  ClusterState,
  Guest,
  GuestConfig,
  Storage,
  StorageFile,
} from '../state';
import { company, type CompanyGuest } from './company';

const gib = 1024 ** 3;
/** The company's cluster was set up on this day; unix seconds. */
const installed = 1_750_000_000;

const nodeNames = ['pve1', 'pve2', 'pve3'];
const templates = [
  { vmid: 9000, name: 'debian-12-cloud', disk: 3, tags: 'debian;template' },
  { vmid: 9001, name: 'ubuntu-24.04-cloud', disk: 4, tags: 'template;ubuntu' },
];

/** A container template as root prepared it: what no token may set, a clone has from here. */
const preparedContainer = { vmid: 9100, name: 'debian-12-prepared', disk: 4 };

/**
 * The cluster as it is at the first start: three nodes, two storages, templates, pools and the guests of a small company.
 *
 * @param seed - the same seed gives the same addresses, dates and places
 * @param guestCount - guests beside the templates; more than the company has are filled up, 40 unless given
 */
export function seedCluster(
  seed: number,
  guestCount = company.length,
): ClusterState {
  const random = createRandom(seed);
  const guests = [
    ...templates.map(template => templateGuest(random, template)),
    ...Array.from({ length: guestCount }, (_, index) =>
      companyGuest(
        random,
        100 + index + (index >= 8900 ? 200 : 0),
        memberAt(index),
      ),
    ),
    containerTemplate(random),
  ];
  return {
    version: 1,
    name: 'lab',
    nodes: nodeNames.map((name, index) => ({
      name,
      id: index + 1,
      address: `10.20.0.${11 + index}`,
      cores: 64,
      memory: 512 * gib,
      disk: 440 * gib,
      bootedAt: installed + 86400 * (10 + index),
    })),
    storages: storages(guestCount),
    files: nodeNames.flatMap(filesOf),
    pools: [
      { id: 'shop', comment: 'Web shop', storages: [] },
      { id: 'billing', comment: 'Billing', storages: [] },
      {
        id: 'platform',
        comment: 'What all others stand on',
        storages: ['vmdata'],
      },
    ],
    guests: Object.fromEntries(guests.map(guest => [guest.vmid, guest])),
    tasks: [],
    nextPid: 1000 + random.integer(0, 9000),
  };
}

function storages(guestCount: number): Storage[] {
  return [
    {
      name: 'local',
      type: 'dir',
      shared: false,
      content: ['backup', 'import', 'iso', 'snippets', 'vztmpl'],
      size: 440 * gib,
      baseUse: 12 * gib,
      path: '/var/lib/vz',
    },
    {
      name: 'vmdata',
      type: 'rbd',
      shared: true,
      content: ['images', 'rootdir'],
      size: Math.max(12, Math.ceil(guestCount / 4)) * 1024 * gib,
      baseUse: 64 * gib,
    },
  ];
}

function filesOf(node: string): StorageFile[] {
  const file = (
    content: StorageFile['content'],
    folder: string,
    name: string,
    format: string,
    size: number,
    virtualSize?: number,
  ): StorageFile => ({
    storage: 'local',
    node,
    content,
    name: `${folder}/${name}`,
    format,
    size,
    virtualSize,
    createdAt: installed + 86400,
  });
  return [
    file(
      'vztmpl',
      'vztmpl',
      'debian-12-standard_12.12-1_amd64.tar.zst',
      'tzst',
      129_000_000,
    ),
    file(
      'vztmpl',
      'vztmpl',
      'ubuntu-24.04-standard_24.04-2_amd64.tar.zst',
      'tzst',
      141_600_000,
    ),
    file(
      'vztmpl',
      'vztmpl',
      'alpine-3.22-default_20250617_amd64.tar.xz',
      'txz',
      3_300_000,
    ),
    file(
      'import',
      'import',
      'debian-12-generic-amd64.qcow2',
      'qcow2',
      345_000_000,
      3 * gib,
    ),
    file('iso', 'iso', 'debian-12.12.0-amd64-netinst.iso', 'iso', 702_000_000),
  ];
}

function memberAt(index: number): CompanyGuest {
  const member = company[index % company.length];
  if (index < company.length) return member;
  const [name, ...rest] = member;
  return [`${name}-n${index}`, ...rest];
}

function mac(random: Random): string {
  const part = () =>
    random.integer(0, 255).toString(16).padStart(2, '0').toUpperCase();
  return `BC:24:11:${part()}:${part()}:${part()}`;
}

function uuid(random: Random): string {
  const hex = createHash('md5').update(String(random.next())).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function templateGuest(
  random: Random,
  template: (typeof templates)[number],
): Guest {
  const { vmid } = template;
  return {
    vmid,
    kind: 'qemu',
    node: 'pve1',
    seeded: true,
    running: false,
    createdAt: installed + 172800,
    pending: {},
    snapshots: {},
    config: {
      ...qemuBase(random, template.name, 2, 2048),
      description: 'Cloud image with the guest agent',
      scsi0: `vmdata:base-${vmid}-disk-0,discard=on,size=${template.disk}G`,
      ide2: `vmdata:vm-${vmid}-cloudinit,media=cdrom,size=4M`,
      net0: `virtio=${mac(random)},bridge=vmbr0`,
      ipconfig0: 'ip=dhcp',
      serial0: 'socket',
      vga: 'serial0',
      tags: template.tags,
      template: 1,
    },
  };
}

function containerTemplate(random: Random): Guest {
  const { vmid, name, disk } = preparedContainer;
  return {
    vmid,
    kind: 'lxc',
    node: 'pve1',
    seeded: true,
    running: false,
    createdAt: installed + 172800,
    pending: {},
    snapshots: {},
    config: {
      arch: 'amd64',
      cores: 1,
      description: 'Container with /dev/net/tun, made by root',
      dev0: '/dev/net/tun',
      features: 'nesting=1',
      hostname: name,
      memory: 512,
      net0: `name=eth0,bridge=vmbr0,hwaddr=${mac(random)},ip=dhcp,type=veth`,
      ostype: 'debian',
      rootfs: `vmdata:base-${vmid}-disk-0,size=${disk}G`,
      swap: 512,
      tags: 'debian;template',
      template: 1,
      unprivileged: 1,
    },
  };
}

function qemuBase(
  random: Random,
  name: string,
  cores: number,
  memory: number,
): GuestConfig {
  return {
    agent: '1',
    boot: 'order=scsi0',
    cores,
    cpu: 'x86-64-v2-AES',
    memory: String(memory),
    meta: `creation-qemu=10.1.2,ctime=${installed + 172800}`,
    name,
    numa: 0,
    ostype: 'l26',
    scsihw: 'virtio-scsi-single',
    smbios1: `uuid=${uuid(random)}`,
    sockets: 1,
    vmgenid: uuid(random),
  };
}

function companyGuest(
  random: Random,
  vmid: number,
  member: CompanyGuest,
): Guest {
  const [name, kind, vlan, cores, memory, disk, tags, owner, running] = member;
  const createdAt = installed + 86400 * random.integer(20, 300);
  const description = `Owner: group:default/${owner}`;
  const config: GuestConfig =
    kind === 'qemu'
      ? {
          ...qemuBase(random, name, cores, memory),
          description,
          net0: `virtio=${mac(random)},bridge=vmbr0,tag=${vlan}`,
          onboot: running ? 1 : 0,
          scsi0: `vmdata:vm-${vmid}-disk-0,discard=on,size=${disk}G`,
          tags,
        }
      : {
          arch: 'amd64',
          cores,
          description,
          features: 'nesting=1',
          hostname: name,
          memory,
          net0: `name=eth0,bridge=vmbr0,hwaddr=${mac(random)},ip=dhcp,tag=${vlan},type=veth`,
          onboot: running ? 1 : 0,
          ostype: 'debian',
          rootfs: `vmdata:vm-${vmid}-disk-0,size=${disk}G`,
          swap: 512,
          tags,
          unprivileged: 1,
        };
  return {
    vmid,
    kind,
    node: nodeNames[random.integer(0, nodeNames.length - 1)],
    seeded: true,
    running,
    ...(running
      ? { startedAt: createdAt + 86400 * random.integer(0, 30) }
      : {}),
    createdAt,
    pool: owner,
    pending: {},
    snapshots: {},
    config,
  };
}
