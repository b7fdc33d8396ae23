import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died } from '../failure';
import type { Checked } from '../params/check';
import { parseSize } from '../propertyString';
import type { ConfigValue, Guest } from '../state';
import {
  nameList,
  normalTags,
  requireDigest,
  requireOptionNames,
  requireUnlocked,
  toConfigValue,
  writeChanges,
} from './config';
import { checkDrive, makeDrive, withSize } from './driveChanges';
import { driveDefaultKey, isCdrom, isDriveKey, parseDrive } from './drives';
import { normalCard, requireBridge } from './network';
import { requireOptionRights } from './options';
import { specOf } from './spec';
import { requireSpace } from './volumes';

const notOptions = new Set([
  'node',
  'vmid',
  'delete',
  'digest',
  'revert',
  'skiplock',
  'force',
  'background_delay',
  'import-working-storage',
]);

/**
 * Changes a guest's configuration under its lock.
 *
 * @throws ApiFailure 400, 403 or 500 for what is wrong with the request
 */
export async function updateConfig(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  params: Checked,
): Promise<void> {
  const deleted = nameList(params.delete);
  requireOptionNames(guest.kind, deleted);
  const changes: Record<string, ConfigValue | null> = {};
  for (const name of deleted) changes[name] = null;
  for (const [key, value] of Object.entries(params))
    if (!notOptions.has(key) && value !== undefined)
      changes[key] = toConfigValue(guest.kind, key, value);
  requireOptionRights(cluster, by, guest, changes);
  checkDevices(cluster, by, guest, changes);
  await cluster.locks.under(guest.kind, guest.vmid, async () => {
    requireDigest(guest, params.digest);
    if (params.skiplock !== true) requireUnlocked(guest);
    for (const name of nameList(params.revert)) delete guest.pending[name];
    if (guest.config.protection === 1) requireDrivesStay(guest, changes);
    writeChanges(cluster, guest, prepare(cluster, guest, changes));
    await cluster.driver(guest).resize?.(specOf(guest));
  });
}

function checkDevices(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  changes: Record<string, ConfigValue | null>,
) {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) continue;
    if (isDriveKey(guest.kind, key))
      checkDrive(cluster, by, guest, String(value));
    if (/^net\d+$/.test(key))
      requireBridge(cluster, by, guest.kind, String(value));
  }
}

function requireDrivesStay(
  guest: Guest,
  changes: Record<string, ConfigValue | null>,
) {
  const drive = Object.keys(changes).find(
    key => changes[key] === null && isDriveKey(guest.kind, key),
  );
  if (drive)
    throw died(`can't remove drive '${drive}' - protection mode enabled`);
}

/** Values as they are kept; a removed disk becomes an unused one. */
function prepare(
  cluster: Cluster,
  guest: Guest,
  changes: Record<string, ConfigValue | null>,
): Record<string, ConfigValue | null> {
  const prepared: Record<string, ConfigValue | null> = {};
  for (const [key, value] of Object.entries(changes)) {
    prepared[key] = value;
    if (isDriveKey(guest.kind, key)) {
      if (value === null || isOtherVolume(guest, key, String(value)))
        Object.assign(prepared, keepUnused(guest, key));
      if (value !== null)
        prepared[key] = makeDrive(cluster, guest, String(value));
    } else if (value === null) continue;
    else if (/^net\d+$/.test(key))
      prepared[key] = normalCard(
        cluster,
        guest.kind,
        String(value),
        oldText(guest, key),
      );
    else if (key === 'tags') prepared[key] = normalTags(String(value)) || null;
    else if (value === '') prepared[key] = null;
  }
  return prepared;
}

function oldText(guest: Guest, key: string): string | undefined {
  const value = guest.pending[key] ?? guest.config[key];
  return value === undefined || value === null ? undefined : String(value);
}

function isOtherVolume(guest: Guest, key: string, text: string): boolean {
  const before = guest.config[key];
  if (before === undefined) return false;
  const name = driveDefaultKey(guest.kind);
  return (
    parseDrive(guest.kind, before)[name] !== parseDrive(guest.kind, text)[name]
  );
}

function keepUnused(guest: Guest, key: string): Record<string, string> {
  const before = guest.config[key];
  if (before === undefined) return {};
  const drive = parseDrive(guest.kind, before);
  // Media and cloud-init's drive are thrown away; only disks hold somebody's data.
  if (isCdrom(drive)) return {};
  let index = 0;
  while (guest.config[`unused${index}`] !== undefined) index += 1;
  return { [`unused${index}`]: drive[driveDefaultKey(guest.kind)] };
}

/**
 * Makes a disk larger as a task.
 *
 * @throws ApiFailure 500 when the disk is not there or would become smaller
 */
export async function resizeTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  params: Checked,
): Promise<string> {
  requireDigest(guest, params.digest);
  requireUnlocked(guest);
  const key = String(params.disk);
  const value = guest.config[key];
  if (value === undefined) throw died(`disk '${key}' does not exist`);
  const drive = parseDrive(guest.kind, value);
  if (isCdrom(drive)) throw died(`you can't resize a cdrom`);
  const before = parseSize(drive.size ?? '0') ?? 0;
  const wanted = String(params.size);
  const given = parseSize(wanted.replace(/^\+/, '')) ?? 0;
  const bytes = wanted.startsWith('+') ? before + given : given;
  if (bytes < before) throw died('shrinking disks is not supported');
  const storage = drive[driveDefaultKey(guest.kind)].split(':')[0];
  cluster.access.require(by, `/storage/${storage}`, [
    'Datastore.AllocateSpace',
  ]);
  return cluster.tasks.start(
    { node: guest.node, type: 'resize', id: String(guest.vmid), by },
    async task =>
      cluster.locks.under(guest.kind, guest.vmid, async () => {
        await task.spend('resize');
        requireSpace(cluster, guest, storage, bytes - before);
        guest.config[key] = withSize(guest, String(guest.config[key]), bytes);
        await cluster.driver(guest).resize?.(specOf(guest));
      }),
  );
}
