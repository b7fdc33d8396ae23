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

const keyboards =
  'de,de-ch,da,en-gb,en-us,es,fi,fr,fr-be,fr-ca,fr-ch,hu,is,it,ja,lt,mk,nl,no,pl,pt,pt-br,sv,sl,tr';
const cards =
  'virtio,e1000,e1000-82540em,e1000-82544gc,e1000-82545em,e1000e,i82551,i82557b,i82559er,ne2k_isa,ne2k_pci,pcnet,rtl8139,vmxnet3';
const rates = ['', '_rd', '_wr'];
const directions = ['_rd', '_wr'];
/** What every disk may be told; the buses add their own. */
const drive = [
  ...'file,volume,aio,backup,cache,detect_zeroes,discard,format,import-from,media'.split(
    ',',
  ),
  ...'replicate,rerror,werror,shared,size,snapshot,serial'.split(','),
  ...rates.flatMap(rate => [`mbps${rate}`, `mbps${rate}_max`]),
  ...rates.flatMap(rate => [`bps${rate}`, `bps${rate}_max_length`]),
  ...rates.flatMap(rate => [
    `iops${rate}`,
    `iops${rate}_max`,
    `iops${rate}_max_length`,
  ]),
  ...directions.flatMap(rate => [`bps${rate}_length`, `iops${rate}_length`]),
];

/** How many of each numbered device a machine may have. */
export const diskCounts = { ide: 4, sata: 6, scsi: 31, virtio: 16 };

/** Every option of a virtual machine that create and config have in common. */
export const qemuOptions: ParamTable = optional({
  acpi: boolean(),
  affinity: format('pve-cpuset'),
  agent: properties(
    'enabled',
    'freeze-fs',
    'freeze-fs-on-backup',
    'fstrim_cloned_disks',
    'guest-fsfreeze',
    'type',
  ),
  'allow-ksm': boolean(),
  'amd-sev': format('pve-qemu-sev-fmt'),
  arch: oneOf('x86_64', 'aarch64'),
  args: string(),
  audio0: properties('device', 'driver'),
  autostart: boolean(),
  balloon: integer({ minimum: 0 }),
  bios: oneOf('seabios', 'ovmf'),
  boot: format('pve-qm-boot'),
  bootdisk: format('pve-qm-bootdisk', {
    pattern: /^(ide|sata|scsi|virtio)\d+$/,
  }),
  cdrom: format('pve-qm-ide'),
  cicustom: format('pve-qm-cicustom'),
  cipassword: string(),
  citype: oneOf('configdrive2', 'nocloud', 'opennebula'),
  ciupgrade: boolean(),
  ciuser: string(),
  cores: integer({ minimum: 1 }),
  cpu: format('pve-vm-cpu-conf'),
  cpulimit: number({ minimum: 0, maximum: 128 }),
  cpuunits: integer({ minimum: 1, maximum: 262144 }),
  description: string({ maxLength: 8192 }),
  efidisk0: properties(
    'file',
    'volume',
    'efitype',
    'format',
    'import-from',
    'ms-cert',
    'pre-enrolled-keys',
    'size',
  ),
  force: boolean({ requires: 'delete' }),
  freeze: boolean(),
  hookscript: format('pve-volume-id'),
  'hostpci[n]': format('pve-qm-hostpci', { count: 16 }),
  hotplug: format('pve-hotplug-features'),
  hugepages: oneOf('any', '2', '1024'),
  'ide[n]': string({
    keys: [...drive, 'model', 'ssd', 'wwn'],
    count: diskCounts.ide,
  }),
  'intel-tdx': format('pve-qemu-tdx-fmt'),
  'ipconfig[n]': format('pve-qm-ipconfig', { count: 32 }),
  ivshmem: properties('size', 'name'),
  keephugepages: boolean(),
  keyboard: oneOf(...keyboards.split(',')),
  kvm: boolean(),
  localtime: boolean(),
  lock: oneOf(
    'backup',
    'clone',
    'create',
    'migrate',
    'rollback',
    'snapshot',
    'snapshot-delete',
    'suspending',
    'suspended',
  ),
  machine: properties('type', 'aw-bits', 'enable-s3', 'enable-s4', 'viommu'),
  memory: properties('current'),
  migrate_downtime: number({ minimum: 0 }),
  migrate_speed: integer({ minimum: 0 }),
  name: format('dns-name'),
  nameserver: format('address-list'),
  'net[n]': string({
    keys: [
      'model',
      'bridge',
      'firewall',
      'link_down',
      'macaddr',
      'mtu',
      'queues',
      'rate',
      'tag',
      'trunks',
      ...cards.split(','),
    ],
    count: 32,
  }),
  numa: boolean(),
  'numa[n]': string({
    keys: ['cpus', 'hostnodes', 'memory', 'policy'],
    count: 8,
  }),
  onboot: boolean(),
  ostype: oneOf(
    'other',
    'wxp',
    'w2k',
    'w2k3',
    'w2k8',
    'wvista',
    'win7',
    'win8',
    'win10',
    'win11',
    'l24',
    'l26',
    'solaris',
  ),
  'parallel[n]': string({
    pattern: /^(\/dev\/parport\d+|\/dev\/usb\/lp\d+)$/,
    count: 3,
  }),
  protection: boolean(),
  reboot: boolean(),
  rng0: format('pve-qm-rng'),
  'sata[n]': string({ keys: [...drive, 'ssd', 'wwn'], count: diskCounts.sata }),
  'scsi[n]': string({
    keys: [
      ...drive,
      'iothread',
      'product',
      'queues',
      'ro',
      'scsiblock',
      'ssd',
      'vendor',
      'wwn',
    ],
    count: diskCounts.scsi,
  }),
  scsihw: oneOf(
    'lsi',
    'lsi53c810',
    'virtio-scsi-pci',
    'virtio-scsi-single',
    'megasas',
    'pvscsi',
  ),
  searchdomain: string(),
  'serial[n]': string({ pattern: /^(\/dev\/.+|socket)$/, count: 4 }),
  shares: integer({ minimum: 0, maximum: 50000 }),
  smbios1: format('pve-qm-smbios1', { maxLength: 512 }),
  smp: integer({ minimum: 1 }),
  sockets: integer({ minimum: 1 }),
  spice_enhancements: properties('foldersharing', 'videostreaming'),
  sshkeys: format('urlencoded'),
  startdate: string({
    pattern: /^(now|\d{4}-\d{1,2}-\d{1,2}(T\d{1,2}:\d{1,2}:\d{1,2})?)$/,
  }),
  startup: format('pve-startup-order'),
  tablet: boolean(),
  tags: format('pve-tag-list'),
  tdf: boolean(),
  template: boolean(),
  tpmstate0: properties(
    'file',
    'volume',
    'format',
    'import-from',
    'size',
    'version',
  ),
  'unused[n]': string({ keys: ['file', 'volume'], count: 256 }),
  'usb[n]': string({ keys: ['host', 'mapping', 'usb3'], count: 14 }),
  vcpus: integer({ minimum: 1 }),
  vga: properties('type', 'clipboard', 'memory'),
  'virtio[n]': string({
    keys: [...drive, 'iothread', 'ro'],
    count: diskCounts.virtio,
  }),
  'virtiofs[n]': string({
    keys: ['dirid', 'cache', 'direct-io', 'expose-acl', 'expose-xattr'],
    count: 10,
  }),
  vmgenid: string({
    pattern: /^(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])$/,
  }),
  vmstatestorage: format('pve-storage-id'),
  watchdog: format('pve-qm-watchdog'),
});

const importing = optional({
  'import-working-storage': format('pve-storage-id'),
});

export const qemuCreate: ParamTable = {
  ...qemuOptions,
  ...importing,
  vmid: vmid(),
  ...optional({
    archive: string({ maxLength: 255 }),
    bwlimit: integer({ minimum: 0 }),
    force: boolean({ requires: 'archive' }),
    'ha-managed': boolean(),
    'live-restore': boolean(),
    pool: format('pve-poolid'),
    start: boolean(),
    storage: format('pve-storage-id'),
    unique: boolean({ requires: 'archive' }),
  }),
};

export const qemuConfigPut: ParamTable = {
  ...qemuOptions,
  ...optional({
    delete: format('pve-configid-list'),
    digest: string({ maxLength: 40 }),
    revert: format('pve-configid-list'),
    skiplock: boolean(),
  }),
};

export const qemuConfigPost: ParamTable = {
  ...qemuConfigPut,
  ...importing,
  ...optional({ background_delay: integer({ minimum: 1, maximum: 30 }) }),
};

const cloneCommon = optional({
  description: string(),
  full: boolean(),
  pool: format('pve-poolid'),
  snapname: format('pve-configid', { maxLength: 40 }),
  storage: format('pve-storage-id'),
  target: format('pve-node'),
});

export const qemuClone: ParamTable = {
  newid: vmid(),
  ...cloneCommon,
  ...optional({
    bwlimit: integer({ minimum: 0 }),
    format: oneOf('raw', 'qcow2', 'vmdk'),
    name: format('dns-name'),
  }),
};

export const lxcClone: ParamTable = {
  newid: vmid(),
  ...cloneCommon,
  ...optional({
    bwlimit: number({ minimum: 0 }),
    hostname: format('dns-name'),
  }),
};

const diskNames = Object.entries(diskCounts).flatMap(([bus, count]) =>
  Array.from({ length: count }, (_, index) => `${bus}${index}`),
);
const attachable = ['efidisk0', 'tpmstate0'];

export const qemuResize: ParamTable = {
  disk: oneOf(...diskNames, ...attachable),
  size: string({ pattern: /^\+?\d+(\.\d+)?[KMGT]?$/ }),
  ...optional({ digest: string({ maxLength: 40 }), skiplock: boolean() }),
};

export const qemuMoveDisk: ParamTable = {
  disk: oneOf(
    ...diskNames,
    ...attachable,
    ...Array.from({ length: 256 }, (_, index) => `unused${index}`),
  ),
  ...optional({
    bwlimit: integer({ minimum: 0 }),
    delete: boolean(),
    digest: string({ maxLength: 40 }),
    format: oneOf('raw', 'qcow2', 'vmdk'),
    storage: format('pve-storage-id'),
  }),
};

const skiplock = optional({ skiplock: boolean() });
const timeout = optional({ timeout: integer({ minimum: 0 }) });

/** Parameters of each power action of a virtual machine. */
export const qemuPower: Record<string, ParamTable> = {
  start: {
    ...skiplock,
    ...timeout,
    ...optional({
      'force-cpu': string(),
      machine: properties(
        'type',
        'aw-bits',
        'enable-s3',
        'enable-s4',
        'viommu',
      ),
      migratedfrom: format('pve-node'),
      migration_network: format('CIDR'),
      migration_type: oneOf('secure', 'insecure'),
      'nets-host-mtu': string({ pattern: /^net\d+=\d+(,net\d+=\d+)*$/ }),
      stateuri: string({ maxLength: 128 }),
      targetstorage: format('storage-pair-list'),
      'with-conntrack-state': boolean(),
    }),
  },
  stop: {
    ...skiplock,
    ...timeout,
    ...optional({
      keepActive: boolean(),
      migratedfrom: format('pve-node'),
      'overrule-shutdown': boolean(),
    }),
  },
  shutdown: {
    ...skiplock,
    ...timeout,
    ...optional({ forceStop: boolean(), keepActive: boolean() }),
  },
  reboot: timeout,
  reset: skiplock,
};
