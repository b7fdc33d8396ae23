import { createHash } from 'node:crypto';
import type { Cluster } from '../cluster';
import { ApiFailure, died } from '../failure';
import { paramOf, type Checked } from '../params/check';
import { lxcOptions } from '../params/lxc';
import { qemuOptions } from '../params/qemu';
import type { ConfigValue, Guest, GuestConfig, GuestKind } from '../state';

/** Options that take effect in a running guest at once. */
const instant: Record<GuestKind, RegExp> = {
  qemu: /^(?:lock|name|onboot|shares|startup|description|protection|vmstatestorage|hookscript|tags|template|net\d+|ide\d|sata\d|scsi\d+|virtio\d+|usb\d+|unused\d+|agent|balloon)$/,
  lxc: /^(?:lock|onboot|startup|description|protection|hookscript|tags|template|cores|cpulimit|cpuunits|memory|swap|net\d+|rootfs|mp\d+|unused\d+|hostname|nameserver|searchdomain)$/,
};

/** Options that Proxmox itself writes and nobody may send. */
const secret = new Set(['cipassword']);

/** A checked parameter as the configuration keeps it. */
export function toConfigValue(
  kind: GuestKind,
  key: string,
  value: Checked[string],
): ConfigValue {
  const param = paramOf(kind === 'qemu' ? qemuOptions : lxcOptions, key);
  if (typeof value === 'boolean') return value ? 1 : 0;
  // Fractions stand in the file as they were written and come back as text.
  if (param?.type === 'number') return String(value);
  return typeof value === 'number' ? value : String(value);
}

/** Tags as they are kept: lower case, each once, in order. */
export function normalTags(text: string): string {
  const tags = text
    .toLowerCase()
    .split(/[;,\s]+/)
    .filter(tag => tag !== '');
  return [...new Set(tags)].sort().join(';');
}

/** SHA-1 of the configuration, which optimistic locking compares. */
export function digestOf(guest: Guest): string {
  const sorted = Object.keys(guest.config).sort();
  const lines = sorted.map(key => `${key}: ${guest.config[key]}`);
  const waiting = Object.keys(guest.pending)
    .sort()
    .map(key => `${key}: ${guest.pending[key]}`);
  return createHash('sha1')
    .update([...lines, '[PENDING]', ...waiting].join('\n'))
    .digest('hex');
}

/** @throws ApiFailure 500 when somebody changed the configuration in between */
export function requireDigest(guest: Guest, digest: unknown): void {
  if (digest !== undefined && digest !== digestOf(guest))
    throw died(
      'detected modified configuration - file changed by other user? Try again.',
    );
}

/** @throws ApiFailure 500 while the configuration carries a lock */
export function requireUnlocked(guest: Guest): void {
  const { lock } = guest.config;
  if (lock !== undefined)
    throw died(`${guest.kind === 'qemu' ? 'VM' : 'CT'} is locked (${lock})`);
}

/** What the guest will have after its next boot. */
export function configWithPending(guest: Guest): GuestConfig {
  const config = { ...guest.config };
  for (const [key, value] of Object.entries(guest.pending))
    if (value === null) delete config[key];
    else config[key] = value;
  return config;
}

/** The answer to a question for a guest's configuration. */
export function answerConfig(guest: Guest, current: boolean): GuestConfig {
  const config = current ? { ...guest.config } : configWithPending(guest);
  for (const key of secret)
    if (config[key] !== undefined) config[key] = '**********';
  // Containers get their description back with a line end, virtual machines without.
  if (guest.kind === 'lxc' && config.description !== undefined)
    config.description = `${config.description}\n`;
  return { ...config, digest: digestOf(guest) };
}

/** The configuration's keys with their current, waiting and disappearing values. */
export function answerPending(guest: Guest): Record<string, ConfigValue>[] {
  const keys = new Set([
    ...Object.keys(guest.config),
    ...Object.keys(guest.pending),
  ]);
  const rows = [...keys].sort().map(key => {
    const row: Record<string, ConfigValue> = { key };
    const hidden = secret.has(key) ? '**********' : undefined;
    if (guest.config[key] !== undefined)
      row.value = hidden ?? guest.config[key];
    const waiting = guest.pending[key];
    if (waiting === null) row.delete = 1;
    else if (waiting !== undefined) row.pending = hidden ?? waiting;
    return row;
  });
  return [...rows, { key: 'digest', value: digestOf(guest) }];
}

/** Writes changes: at once, or for the next boot where a running guest cannot take them. */
export function writeChanges(
  cluster: Cluster,
  guest: Guest,
  changes: Record<string, ConfigValue | null>,
): void {
  const running = cluster.isRunning(guest);
  for (const [key, value] of Object.entries(changes)) {
    const now = !running || instant[guest.kind].test(key);
    if (now) {
      delete guest.pending[key];
      setOption(guest.config, key, value);
    } else if (guest.config[key] === (value ?? undefined))
      delete guest.pending[key];
    else guest.pending[key] = value;
  }
  cluster.changed();
}

/** Makes what was waiting the current configuration, as every boot does. */
export function applyPending(guest: Guest): void {
  for (const [key, value] of Object.entries(guest.pending))
    setOption(guest.config, key, value);
  guest.pending = {};
}

function setOption(
  config: GuestConfig,
  key: string,
  value: ConfigValue | null,
) {
  if (value === null) delete config[key];
  else config[key] = value;
}

/** Names out of a list such as `delete=net1,net2`. */
export function nameList(value: Checked[string]): string[] {
  return String(value ?? '')
    .split(/[,;\s]+/)
    .filter(name => name !== '');
}

/**
 * Checks the names of options to delete.
 *
 * @throws ApiFailure 400 for a name that is no option
 */
export function requireOptionNames(kind: GuestKind, names: string[]): void {
  const table = kind === 'qemu' ? qemuOptions : lxcOptions;
  const unknown = names.find(name => !paramOf(table, name));
  if (unknown)
    throw new ApiFailure(400, 'Parameter verification failed.\n', {
      delete: `unknown option '${unknown}'`,
    });
}
