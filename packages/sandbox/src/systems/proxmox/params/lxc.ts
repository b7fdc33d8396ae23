import {
  boolean,
  format,
  integer,
  number,
  oneOf,
  optional,
  properties,
  string,
  vmid,
  type ParamTable,
} from './spec';

const volume = [
  'volume',
  'acl',
  'mountoptions',
  'quota',
  'replicate',
  'ro',
  'shared',
  'size',
];

/** Every option of a container that create and config have in common. */
export const lxcOptions: ParamTable = optional({
  arch: oneOf('amd64', 'i386', 'arm64', 'armhf', 'riscv32', 'riscv64'),
  cmode: oneOf('shell', 'console', 'tty'),
  console: boolean(),
  cores: integer({ minimum: 1, maximum: 8192 }),
  cpulimit: number({ minimum: 0, maximum: 8192 }),
  cpuunits: integer({ minimum: 0, maximum: 500000 }),
  debug: boolean(),
  description: string({ maxLength: 8192 }),
  'dev[n]': string({
    keys: ['path', 'deny-write', 'gid', 'mode', 'uid'],
    count: 256,
  }),
  entrypoint: string(),
  env: string(),
  features: properties(
    'force_rw_sys',
    'fuse',
    'keyctl',
    'mknod',
    'mount',
    'nesting',
  ),
  hookscript: format('pve-volume-id'),
  hostname: format('dns-name', { maxLength: 255 }),
  lock: oneOf(
    'backup',
    'create',
    'destroyed',
    'disk',
    'fstrim',
    'migrate',
    'mounted',
    'rollback',
    'snapshot',
    'snapshot-delete',
  ),
  memory: integer({ minimum: 16 }),
  'mp[n]': string({
    keys: [...volume, 'backup', 'keepattrs', 'mp'],
    count: 256,
  }),
  nameserver: format('lxc-ip-with-ll-iface-list'),
  'net[n]': string({
    keys: [
      'name',
      'bridge',
      'firewall',
      'gw',
      'gw6',
      'host-managed',
      'hwaddr',
      'ip',
      'ip6',
      'link_down',
      'mtu',
      'rate',
      'tag',
      'trunks',
      'type',
    ],
    count: 32,
  }),
  onboot: boolean(),
  ostype: oneOf(
    'debian',
    'devuan',
    'ubuntu',
    'centos',
    'fedora',
    'opensuse',
    'archlinux',
    'alpine',
    'gentoo',
    'nixos',
    'unmanaged',
  ),
  protection: boolean(),
  rootfs: properties(...volume),
  searchdomain: format('dns-name-list'),
  startup: format('pve-startup-order'),
  swap: integer({ minimum: 0 }),
  tags: format('pve-tag-list'),
  template: boolean(),
  timezone: format('pve-ct-timezone'),
  tty: integer({ minimum: 0, maximum: 6 }),
  unprivileged: boolean(),
  'unused[n]': string({ keys: ['volume'], count: 256 }),
});

export const lxcCreate: ParamTable = {
  ...lxcOptions,
  vmid: vmid(),
  ostemplate: string({ maxLength: 255 }),
  ...optional({
    bwlimit: number({ minimum: 0 }),
    force: boolean(),
    'ha-managed': boolean(),
    'ignore-unpack-errors': boolean(),
    password: string({ minLength: 5 }),
    pool: format('pve-poolid'),
    restore: boolean(),
    'ssh-public-keys': string(),
    start: boolean(),
    storage: format('pve-storage-id'),
    unique: boolean({ requires: 'restore' }),
  }),
};

export const lxcConfigPut: ParamTable = {
  ...lxcOptions,
  ...optional({
    delete: format('pve-configid-list'),
    digest: string({ maxLength: 40 }),
    revert: format('pve-configid-list'),
  }),
};

export const lxcResize: ParamTable = {
  disk: oneOf(
    'rootfs',
    ...Array.from({ length: 256 }, (_, index) => `mp${index}`),
  ),
  size: string({ pattern: /^\+?\d+(\.\d+)?[KMGT]?$/ }),
  ...optional({ digest: string({ maxLength: 40 }) }),
};

const timeout = optional({ timeout: integer({ minimum: 0 }) });

/** Parameters of each power action of a container. */
export const lxcPower: Record<string, ParamTable> = {
  start: optional({ debug: boolean(), skiplock: boolean() }),
  stop: optional({ 'overrule-shutdown': boolean(), skiplock: boolean() }),
  shutdown: { ...timeout, ...optional({ forceStop: boolean() }) },
  reboot: timeout,
};
