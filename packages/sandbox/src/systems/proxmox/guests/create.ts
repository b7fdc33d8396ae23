import { randomUUID } from 'node:crypto';
import type { Identity } from '../access';
import { nowSeconds, type Cluster } from '../cluster';
import { ApiFailure, died } from '../failure';
import type { Checked } from '../params/check';
import type { ConfigValue, Guest, GuestConfig, GuestKind } from '../state';
import { normalTags, toConfigValue } from './config';
import { checkDrive, makeDrive } from './driveChanges';
import { isDriveKey } from './drives';
import { normalCard, requireBridge } from './network';
import { requireOptionRights } from './options';
import { boot } from './power';
import { bootFaults, specOf } from './spec';

/** Parameters of create that are no options of the guest. */
const notOptions = new Set([
  'node',
  'vmid',
  'pool',
  'start',
  'storage',
  'ostemplate',
  'password',
  'ssh-public-keys',
  'archive',
  'force',
  'unique',
  'restore',
  'bwlimit',
  'ha-managed',
  'live-restore',
  'ignore-unpack-errors',
  'import-working-storage',
]);

/**
 * Makes a virtual machine or a container as a task.
 *
 * @returns the UPID
 * @throws ApiFailure 403 for a missing right, 500 for a taken id, a storage or a template that is not there
 */
export async function createTask(
  cluster: Cluster,
  by: Identity,
  kind: GuestKind,
  params: Checked,
): Promise<string> {
  const node = String(params.node);
  const vmid = Number(params.vmid);
  const pool = params.pool === undefined ? undefined : String(params.pool);
  cluster.access.requireForGuest(by, vmid, pool, ['VM.Allocate']);
  if (params.archive !== undefined || params.restore === true)
    throw new ApiFailure(501, 'restoring a backup is not served here\n');
  requireFreeId(cluster, kind, vmid);
  requirePool(cluster, pool);
  const guest = emptyGuest(kind, node, vmid, pool);
  const wanted = optionsOf(kind, params);
  if (kind === 'lxc') prepareContainer(cluster, by, params, wanted);
  guest.config.unprivileged = wanted.unprivileged ?? 0;
  requireOptionRights(cluster, by, guest, wanted, pool);
  checkDevices(cluster, by, guest, wanted);
  // The configuration exists from now on, so that nobody else takes the id.
  guest.config = { lock: 'create' };
  cluster.state.guests[vmid] = guest;
  return cluster.tasks.start(
    {
      node,
      type: kind === 'qemu' ? 'qmcreate' : 'vzcreate',
      id: String(vmid),
      by,
    },
    async task => {
      try {
        if (kind === 'lxc')
          task.log(`extracting archive '${String(params.ostemplate)}'`);
        await task.spend(kind === 'qemu' ? 'qmcreate' : 'vzcreate');
        const config = buildConfig(cluster, guest, wanted);
        guest.config = { ...config, lock: 'create' };
        if (kind === 'lxc') guest.sshKeys = text(params['ssh-public-keys']);
        await makeAnew(cluster, guest);
        delete guest.config.lock;
      } catch (error) {
        await cluster.driver(guest).destroy(vmid);
        delete cluster.state.guests[vmid];
        throw error;
      }
      if (params.start === true) await boot(cluster, guest);
    },
  );
}

/** Makes a guest's disk, and never out of what a killed sandbox left of another guest with the same id. */
export async function makeAnew(cluster: Cluster, guest: Guest): Promise<void> {
  const driver = cluster.driver(guest);
  await driver.destroy(guest.vmid);
  await driver.create({
    ...specOf(guest),
    ...bootFaults(cluster.faults, guest),
  });
}

/** The same for a clone: with what is on the disk of its source, where that is a guest that ever was real. */
export async function copyAnew(
  cluster: Cluster,
  source: Guest,
  guest: Guest,
): Promise<void> {
  const driver = cluster.driver(guest);
  if (source.seeded || !driver.clone) return makeAnew(cluster, guest);
  await driver.destroy(guest.vmid);
  const faults = bootFaults(cluster.faults, guest);
  return driver.clone(source.vmid, { ...specOf(guest), ...faults });
}

/** @throws ApiFailure 500 when a guest of any kind has the id */
export function requireFreeId(
  cluster: Cluster,
  kind: GuestKind,
  vmid: number,
): void {
  const taken = cluster.state.guests[vmid];
  if (!taken) return;
  const label = kind === 'qemu' ? 'VM' : 'CT';
  const other = taken.kind === 'qemu' ? 'VM' : 'CT';
  throw died(
    `unable to create ${label} ${vmid} - ${other} ${vmid} already exists on node '${taken.node}'`,
  );
}

/** @throws ApiFailure 500 when the pool is not there */
export function requirePool(cluster: Cluster, pool: string | undefined): void {
  if (pool !== undefined && !cluster.state.pools.some(item => item.id === pool))
    throw died(`no such pool '${pool}'`);
}

export function emptyGuest(
  kind: GuestKind,
  node: string,
  vmid: number,
  pool: string | undefined,
): Guest {
  return {
    vmid,
    kind,
    node,
    pool,
    seeded: false,
    running: false,
    createdAt: nowSeconds(),
    config: {},
    pending: {},
    snapshots: {},
  };
}

function optionsOf(kind: GuestKind, params: Checked): GuestConfig {
  const options: GuestConfig = {};
  for (const [key, value] of Object.entries(params))
    if (!notOptions.has(key) && value !== undefined)
      options[key] = toConfigValue(kind, key, value);
  return options;
}

function text(value: Checked[string]): string | undefined {
  return value === undefined ? undefined : String(value);
}

function prepareContainer(
  cluster: Cluster,
  by: Identity,
  params: Checked,
  wanted: GuestConfig,
) {
  const template = String(params.ostemplate);
  const [storage, name] = template.split(/:(.*)/s);
  cluster.access.requireAny(by, `/storage/${storage}`, [
    'Datastore.AllocateSpace',
    'Datastore.AllocateTemplate',
    'Datastore.Audit',
  ]);
  const file = cluster.state.files.find(
    item =>
      item.storage === storage &&
      item.name === name &&
      item.node === params.node,
  );
  const gone = cluster.faults.active(
    'template-gone',
    fault =>
      fault.vmid === undefined &&
      (fault.file === undefined || fault.file === name),
  );
  if (!file || file.content !== 'vztmpl' || gone)
    throw died(
      `unable to create CT ${String(params.vmid)} - volume '${template}' does not exist`,
    );
  // The server itself takes 1 when nothing is said, whatever its published schema tells.
  wanted.unprivileged ??= 1;
  if (wanted.unprivileged !== 1)
    cluster.access.require(by, '/', ['Sys.Modify']);
  wanted.arch ??= 'amd64';
  wanted.hostname ??= `CT${String(params.vmid)}`;
  wanted.memory ??= 512;
  wanted.swap ??= 512;
  wanted.ostype ??= distributionOf(name);
  const target = text(params.storage) ?? 'local';
  wanted.rootfs ??= `${target}:4`;
}

/** Distribution that a template's file name tells; Proxmox looks into the archive. */
function distributionOf(file: string): string {
  const known = ['debian', 'ubuntu', 'alpine', 'fedora', 'archlinux'];
  return known.find(name => file.includes(`/${name}`)) ?? 'unmanaged';
}

function checkDevices(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  wanted: Record<string, ConfigValue>,
) {
  for (const [key, value] of Object.entries(wanted)) {
    if (isDriveKey(guest.kind, key))
      checkDrive(cluster, by, guest, String(value));
    if (/^net\d+$/.test(key))
      requireBridge(cluster, by, guest.kind, String(value));
  }
}

function buildConfig(
  cluster: Cluster,
  guest: Guest,
  wanted: GuestConfig,
): GuestConfig {
  guest.config = { ...guest.config };
  for (const key of Object.keys(wanted).sort()) {
    const value = wanted[key];
    if (isDriveKey(guest.kind, key))
      guest.config[key] = makeDrive(cluster, guest, String(value));
    else if (/^net\d+$/.test(key))
      guest.config[key] = normalCard(cluster, guest.kind, String(value));
    else if (key === 'tags') guest.config[key] = normalTags(String(value));
    else guest.config[key] = value;
  }
  if (guest.kind === 'qemu')
    Object.assign(guest.config, {
      smbios1: guest.config.smbios1 ?? `uuid=${randomUUID()}`,
      vmgenid: guest.config.vmgenid ?? randomUUID(),
      meta: `creation-qemu=10.1.2,ctime=${guest.createdAt}`,
    });
  return guest.config;
}
