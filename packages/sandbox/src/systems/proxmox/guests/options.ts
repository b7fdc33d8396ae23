import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { rootOnly } from '../failure';
import { parseProperties } from '../propertyString';
import type { ConfigValue, Guest } from '../state';
import { isCdrom, isDriveKey, parseDrive } from './drives';

/** Which privilege an option of a virtual machine needs. */
const qemuRules: [RegExp, string][] = [
  [
    /^(?:cores|cpu|cpulimit|cpuunits|numa\d*|smp|sockets|vcpus|affinity)$/,
    'VM.Config.CPU',
  ],
  [
    /^(?:memory|balloon|shares|hugepages|keephugepages|allow-ksm)$/,
    'VM.Config.Memory',
  ],
  [/^net\d+$/, 'VM.Config.Network'],
  [
    /^(?:ci\w+|sshkeys|ipconfig\d+|nameserver|searchdomain)$/,
    'VM.Config.Cloudinit',
  ],
  [
    /^(?:bios|machine|scsihw|serial\d|parallel\d|usb\d+|hostpci\d+|vga|audio0|rng0|watchdog|ivshmem|kvm|acpi|arch|tablet|smbios1|spice_enhancements|virtiofs\d|amd-sev|intel-tdx)$/,
    'VM.Config.HWType',
  ],
];
const lxcRules: [RegExp, string][] = [
  [/^(?:cores|cpulimit|cpuunits)$/, 'VM.Config.CPU'],
  [/^(?:memory|swap)$/, 'VM.Config.Memory'],
  [/^(?:net\d+|nameserver|searchdomain|hostname)$/, 'VM.Config.Network'],
  [/^(?:rootfs|mp\d+|unused\d+)$/, 'VM.Config.Disk'],
];

/** Options that may be sent by root with a ticket only: no token will do, not even root's. */
const rootOptions = /^(?:args|lock|hostpci\d+|parallel\d|hookscript|dev\d+)$/;

/** The privilege that setting or deleting an option needs. */
export function privilegeOf(
  guest: Guest,
  key: string,
  value: ConfigValue | undefined,
): string {
  if (guest.kind === 'qemu' && (isDriveKey('qemu', key) || key === 'cdrom'))
    return value !== undefined && isCdrom(parseDrive('qemu', value))
      ? 'VM.Config.CDROM'
      : 'VM.Config.Disk';
  if (/^unused\d+$/.test(key)) return 'VM.Config.Disk';
  const rules = guest.kind === 'qemu' ? qemuRules : lxcRules;
  return (
    rules.find(([pattern]) => pattern.test(key))?.[1] ?? 'VM.Config.Options'
  );
}

/**
 * Checks the privilege of every option in a change.
 *
 * @param changes - null deletes an option
 * @param pool - pool that a new guest is put into
 * @throws ApiFailure 403
 */
export function requireOptionRights(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  changes: Record<string, ConfigValue | null>,
  pool?: string,
): void {
  for (const [key, value] of Object.entries(changes)) {
    // Root with a ticket may all of this.
    if (by.byTicket && by.user === 'root@pam') return;
    if (rootOptions.test(key))
      throw rootOnly(`only root@pam can set '${key}' config`);
    if (key === 'startup') cluster.access.require(by, '/', ['Sys.Modify']);
    if (key === 'features') requireFeatures(guest, value);
    if (guest.kind === 'lxc' && /^mp\d+$/.test(key)) requireVolume(key, value);
    const privilege = privilegeOf(guest, key, value ?? guest.config[key]);
    cluster.access.requireForGuest(by, guest.vmid, pool, [privilege]);
  }
}

function requireFeatures(guest: Guest, value: ConfigValue | null) {
  if (value === null) return;
  const sent = Object.keys(parseProperties(String(value)));
  const onlyNesting = sent.every(name => name === 'nesting');
  if (!onlyNesting || guest.config.unprivileged !== 1)
    throw rootOnly(
      guest.config.unprivileged === 1
        ? 'changing feature flags (except nesting) is only allowed for root@pam'
        : 'changing feature flags for privileged container is only allowed for root@pam',
    );
}

function requireVolume(key: string, value: ConfigValue | null) {
  if (value === null) return;
  const { volume = '' } = parseDrive('lxc', value);
  if (volume.startsWith('/'))
    throw rootOnly(
      `mount point type bind is only allowed for root@pam (${key})`,
    );
}
