/** Text formats that are checked; each answers why a text is wrong, or undefined. */
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const dnsName = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);
const ipv4 =
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const ipv6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/;

function matches(pattern: RegExp, reason: string) {
  return (text: string) => (pattern.test(text) ? undefined : reason);
}

function each(check: (text: string) => string | undefined) {
  return (text: string) =>
    text
      .split(/[,;\s\0]+/)
      .filter(part => part !== '')
      .map(check)
      .find(reason => reason !== undefined);
}

const anything = () => undefined;
const isAddress = (text: string) => ipv4.test(text) || ipv6.test(text);
const address = (text: string) =>
  isAddress(text) || dnsName.test(text)
    ? undefined
    : 'value does not look like a valid address';
const storageId = matches(
  /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
  'storage ID contains illegal characters',
);
const configId = matches(/^[a-z][a-z0-9_-]+$/i, 'invalid configuration ID');
const dns = matches(dnsName, 'value does not look like a valid DNS name');
const vmId = matches(
  /^[1-9]\d{2,8}$/,
  'value does not look like a valid VM ID',
);
const nodeName = matches(
  new RegExp(`^${dnsLabel}$`),
  'value does not look like a valid node name',
);
const tag = matches(/^[a-z0-9_][a-z0-9_\-+.]*$/i, 'invalid characters in tag');
const volumeId = matches(/^[^\s:]+:\S+$/, 'unable to parse volume ID');

/** `ip=dhcp|CIDR,gw=…,ip6=…,gw6=…`, with a gateway only beside an address. */
function ipConfig(text: string): string | undefined {
  const parts: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [key, value = ''] = part.split(/=(.*)/s);
    if (!['ip', 'gw', 'ip6', 'gw6'].includes(key))
      return `format error\n${key}: property is not defined in schema and the schema does not allow additional properties`;
    parts[key] = value;
  }
  const [bare, prefix] = (parts.ip ?? 'dhcp').split('/');
  const dynamic = parts.ip === undefined || parts.ip === 'dhcp';
  if (
    !dynamic &&
    !(ipv4.test(bare) && Number(prefix) >= 1 && Number(prefix) <= 32)
  )
    return `format error\nip: invalid format - value does not look like a valid ipv4 network configuration`;
  if (parts.gw !== undefined && !ipv4.test(parts.gw))
    return `format error\ngw: invalid format - value does not look like a valid IPv4 address`;
  if (parts.gw !== undefined && dynamic)
    return 'gateway specified, but no static IPv4 CIDR';
  return undefined;
}

function urlEncoded(text: string): string | undefined {
  return /^[-%a-zA-Z0-9_.!~*'()]*$/.test(text)
    ? undefined
    : 'invalid urlencoded string';
}

/** Named formats; those that answer nothing are accepted as they are. */
export const formats = {
  'pve-vmid': vmId,
  'pve-vmid-list': each(vmId),
  'pve-node': nodeName,
  'pve-storage-id': storageId,
  'pve-storage-id-list': each(storageId),
  'pve-storage-content': matches(
    /^(images|rootdir|vztmpl|iso|backup|snippets|import|none)$/,
    'invalid content type',
  ),
  'pve-storage-content-list': each(
    matches(
      /^(images|rootdir|vztmpl|iso|backup|snippets|import|none)$/,
      'invalid content type',
    ),
  ),
  'pve-poolid': matches(
    /^[A-Za-z0-9\-_.]+(?:\/[A-Za-z0-9\-_.]+){0,2}$/,
    'value does not look like a valid pool name',
  ),
  'pve-configid': configId,
  'pve-configid-list': each(
    matches(/^[a-z][a-z0-9_-]*$/i, 'invalid configuration ID'),
  ),
  'pve-tag-list': each(tag),
  'dns-name': dns,
  'dns-name-list': each(dns),
  'address-list': each(address),
  'lxc-ip-with-ll-iface-list': each(text =>
    isAddress(text.split('%')[0])
      ? undefined
      : 'value does not look like a valid IP address',
  ),
  'pve-qm-ipconfig': ipConfig,
  'pve-volume-id': volumeId,
  urlencoded: urlEncoded,
  'pve-userid': matches(
    /^[^\s:/]+@[a-zA-Z][\w.-]+$/,
    'value does not look like a valid user name',
  ),
  'pve-realm': matches(/^[A-Za-z][\w.-]+$/, 'invalid realm'),
  'pve-roleid': matches(/^[A-Za-z0-9.\-_]+$/, 'invalid role id'),
  'pve-task-status-type-list': each(
    matches(/^(ok|error|warning|unknown)$/i, 'invalid status type'),
  ),
  'pve-qm-boot': anything,
  'pve-qm-bootdisk': anything,
  'pve-qm-cicustom': anything,
  'pve-qm-hostpci': anything,
  'pve-qm-ide': anything,
  'pve-qm-rng': anything,
  'pve-qm-sev-fmt': anything,
  'pve-qemu-sev-fmt': anything,
  'pve-qemu-tdx-fmt': anything,
  'pve-qm-smbios1': anything,
  'pve-qm-watchdog': anything,
  'pve-cpuset': anything,
  'pve-vm-cpu-conf': anything,
  'pve-hotplug-features': anything,
  'pve-startup-order': anything,
  'pve-ct-timezone': anything,
  'storage-pair-list': anything,
  CIDR: anything,
} satisfies Record<string, (text: string) => string | undefined>;

export type FormatName = keyof typeof formats;
