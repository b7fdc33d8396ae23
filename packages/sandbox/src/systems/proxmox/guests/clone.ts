import { randomUUID } from 'node:crypto';
import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died, wrongParameters } from '../failure';
import type { Checked } from '../params/check';
import { parseSize, printProperties } from '../propertyString';
import type { Guest, GuestConfig } from '../state';
import { requireUnlocked } from './config';
import { copyAnew, emptyGuest, requireFreeId, requirePool } from './create';
import {
  driveDefaultKey,
  isCdrom,
  isCloudInitVolume,
  isDriveKey,
  parseDrive,
} from './drives';
import { cardsOf, newMac, requireBridge } from './network';
import { allocateVolume, requireSpace, storageFor } from './volumes';

/**
 * Copies a guest as a task: linked from a template unless a full copy is asked for. The source's lock is held meanwhile.
 *
 * @returns the UPID
 * @throws ApiFailure 400, 403 or 500 for what is wrong with the request
 */
export async function cloneTask(
  cluster: Cluster,
  by: Identity,
  source: Guest,
  params: Checked,
): Promise<string> {
  const { access } = cluster;
  const vmid = Number(params.newid);
  const pool = params.pool === undefined ? undefined : String(params.pool);
  const template = source.config.template === 1;
  const full = params.full === true || !template;
  access.requireForGuest(by, vmid, pool, ['VM.Allocate']);
  requireSource(cluster, source, params, full);
  requireFreeId(cluster, source.kind, vmid);
  requirePool(cluster, pool);
  const storage =
    params.storage === undefined ? undefined : String(params.storage);
  requireStorages(cluster, by, source, storage);
  for (const card of cardsOf(source.kind, source.config))
    requireBridge(
      cluster,
      by,
      source.kind,
      String(source.config[`net${card.index}`]),
    );

  const release = await cluster.locks.take(source.kind, source.vmid);
  try {
    requireUnlocked(source);
    requireFreeId(cluster, source.kind, vmid);
  } catch (error) {
    release();
    throw error;
  }
  const clone = emptyGuest(
    source.kind,
    String(params.target ?? source.node),
    vmid,
    pool,
  );
  clone.config = { lock: source.kind === 'qemu' ? 'clone' : 'create' };
  cluster.state.guests[vmid] = clone;
  const prefix = source.kind === 'qemu' ? 'qm' : 'vz';
  return cluster.tasks.start(
    { node: source.node, type: `${prefix}clone`, id: String(source.vmid), by },
    async task => {
      try {
        task.log(`create ${full ? 'full' : 'linked'} clone of ${source.vmid}`);
        await task.spend(`${prefix}clone${full ? 'Full' : 'Linked'}`);
        copyConfig(cluster, source, clone, params, full, storage);
        await copyAnew(cluster, source, clone);
        delete clone.config.lock;
      } catch (error) {
        await cluster.driver(clone).destroy(vmid);
        delete cluster.state.guests[vmid];
        throw error;
      }
    },
    release,
  );
}

function requireSource(
  cluster: Cluster,
  source: Guest,
  params: Checked,
  full: boolean,
) {
  if (
    cluster.faults.active(
      'template-gone',
      fault =>
        fault.vmid === source.vmid ||
        (fault.vmid === undefined &&
          fault.file === undefined &&
          source.config.template === 1),
    )
  )
    throw died(
      `Configuration file 'nodes/${source.node}/${source.kind === 'qemu' ? 'qemu-server' : 'lxc'}/${source.vmid}.conf' does not exist`,
    );
  if (!full && params.storage !== undefined)
    throw wrongParameters({
      storage: `parameter 'storage' not allowed for linked clones`,
    });
  if (!full && params.format !== undefined)
    throw wrongParameters({
      format: `parameter 'format' not allowed for linked clones`,
    });
  if (params.full === false && source.config.template !== 1)
    throw died(
      `Linked clone feature is not supported for a ${source.kind === 'qemu' ? 'VM' : 'CT'} that is no template`,
    );
  const target = params.target;
  if (
    target !== undefined &&
    !cluster.state.nodes.some(node => node.name === target)
  )
    throw died(`no such cluster node '${String(target)}'`);
  if (
    source.kind === 'lxc' &&
    full &&
    cluster.isRunning(source) &&
    params.snapname === undefined
  )
    throw died(
      'cannot do full clones on a running container without snapshots',
    );
}

function requireStorages(
  cluster: Cluster,
  by: Identity,
  source: Guest,
  storage: string | undefined,
) {
  for (const key of Object.keys(source.config)) {
    if (!isDriveKey(source.kind, key)) continue;
    const drive = parseDrive(source.kind, source.config[key]);
    const volume = drive[driveDefaultKey(source.kind)] ?? '';
    if (!volume.includes(':') || (isCdrom(drive) && !isCloudInitVolume(volume)))
      continue;
    const name = storage ?? volume.split(':')[0];
    cluster.access.require(by, `/storage/${name}`, ['Datastore.AllocateSpace']);
    storageFor(cluster, name, source.kind === 'qemu' ? 'images' : 'rootdir');
  }
}

function copyConfig(
  cluster: Cluster,
  source: Guest,
  clone: Guest,
  params: Checked,
  full: boolean,
  storage: string | undefined,
) {
  const { kind } = source;
  const lock = clone.config.lock;
  clone.config = {};
  const copied: GuestConfig = { lock };
  for (const [key, value] of Object.entries(source.config)) {
    if (key === 'template' || key === 'lock' || /^unused\d+$/.test(key))
      continue;
    if (isDriveKey(kind, key))
      clone.config[key] = copyDrive(
        cluster,
        source,
        clone,
        String(value),
        full,
        storage,
      );
    else if (/^net\d+$/.test(key))
      copied[key] = copyCard(cluster, kind, String(value));
    else copied[key] = value;
  }
  clone.config = { ...copied, ...clone.config };
  const name = params.name ?? params.hostname;
  if (kind === 'qemu') {
    clone.config.name = String(
      name ?? `Copy-of-VM-${String(source.config.name ?? source.vmid)}`,
    );
    clone.config.smbios1 = `uuid=${randomUUID()}`;
    clone.config.vmgenid = randomUUID();
  } else clone.config.hostname = String(name ?? source.config.hostname);
  // A clone has its own description or none.
  delete clone.config.description;
  if (params.description !== undefined)
    clone.config.description = String(params.description);
  clone.sshKeys = source.sshKeys;
}

function copyCard(cluster: Cluster, kind: Guest['kind'], text: string): string {
  const mac = newMac(cluster);
  return kind === 'lxc'
    ? text.replace(/hwaddr=[0-9A-F:]+/i, `hwaddr=${mac}`)
    : text.replace(/^(\S+?)=[0-9A-F:]+/i, `$1=${mac}`);
}

function copyDrive(
  cluster: Cluster,
  source: Guest,
  clone: Guest,
  text: string,
  full: boolean,
  target: string | undefined,
): string {
  const key = driveDefaultKey(source.kind);
  const drive = parseDrive(source.kind, text);
  const volume = drive[key] ?? '';
  if (!volume.includes(':')) return text;
  const [from, name] = volume.split(':');
  if (isCloudInitVolume(volume))
    drive[key] = allocateVolume(
      cluster,
      clone,
      target ?? from,
      4 * 1024 ** 2,
      'cloudinit',
    );
  else if (isCdrom(drive)) return text;
  else {
    const bytes = parseSize(drive.size ?? '') ?? 0;
    const own = allocateVolume(
      cluster,
      clone,
      full ? (target ?? from) : from,
      full ? bytes : 0,
    );
    if (full) requireSpace(cluster, clone, target ?? from, bytes);
    // A linked copy names the base that it grew from.
    drive[key] = full ? own : `${from}:${name}/${own.split(':')[1]}`;
  }
  return printProperties(drive, key);
}
