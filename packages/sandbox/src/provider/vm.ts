import { isMissing, pause, type Parameters } from './api';
import {
  chooseId,
  deadline,
  Guest,
  type Config,
  type Operation,
  type Progress,
  type Resource,
} from './guest';
import { changedPaths } from './plan';
import { flag, parseProperties } from './properties';
import {
  block,
  known,
  number,
  same,
  text,
  texts,
  unknown,
  type ObjectValue,
  type Value,
} from './values';
import { clone } from './vmClone';
import { configureDisks, removedDisks, requireOwnDisks } from './vmDisks';
import { makeFromImage } from './vmImage';
import {
  agentOf,
  cloudInit,
  networks,
  processors,
  serialPorts,
} from './vmParameters';
import { readVm } from './vmRead';

const served = new Set([
  'id', 'name', 'description', 'tags', 'node_name', 'vm_id', 'pool_id', 'started', 'on_boot', 'protection', 'migrate',
  'reboot', 'reboot_after_update', 'stop_on_destroy', 'purge_on_destroy', 'delete_unreferenced_disks_on_destroy',
  'timeout_clone', 'timeout_create', 'timeout_migrate', 'timeout_move_disk', 'timeout_reboot', 'timeout_shutdown_vm',
  'timeout_start_vm', 'timeout_stop_vm', 'acpi', 'bios', 'keyboard_layout', 'scsi_hardware', 'tablet_device', 'template',
  'mac_addresses', 'ipv4_addresses', 'ipv6_addresses', 'network_interface_names', 'boot_order', 'hotplug',
  'agent', 'clone', 'cpu', 'memory', 'operating_system', 'disk', 'network_device', 'initialization', 'serial_device',
]); // prettier-ignore

/** Interface of the cloud-init drive that the template brought, if any. */
function cloudInitDrive(config: Config): string | undefined {
  return Object.keys(config).find(
    name =>
      /^(?:ide|sata|scsi)\d+$/.test(name) &&
      /cloudinit/.test(String(config[name])),
  );
}

async function create(
  operation: Operation,
  planned: ObjectValue,
  progress: Progress,
): Promise<ObjectValue> {
  const cloned = block(planned.clone) !== undefined;
  const limit = cloned ? planned.timeout_clone : planned.timeout_create;
  const signal = deadline(operation.signal, limit);
  const id = await chooseId(operation, planned);
  const guest = new Guest(operation.api, 'qemu', text(planned.node_name), id);
  const state = {
    ...(known(planned) as ObjectValue),
    id: String(id),
    vm_id: id,
  };
  const made = () => {
    progress.state = state;
  };
  if (cloned) {
    await clone(operation, planned, id, signal);
    made();
    await configureClone(guest, planned, signal);
  } else await makeFromImage(guest, planned, made, signal);
  if (planned.started === true) await ensureRunning(guest, planned, signal);
  return (await readVm({ ...operation, signal }, state)) ?? state;
}

/** Makes a clone what the configuration says. */
async function configureClone(
  guest: Guest,
  planned: ObjectValue,
  signal: AbortSignal,
): Promise<void> {
  await guest.waitForUnlock(signal);
  const initialization = block(planned.initialization);
  const parameters: Parameters = {};
  if (initialization) {
    const existing = cloudInitDrive(await guest.config(signal));
    const drive = text(initialization.interface) || existing || 'ide2';
    await guest.configure({ delete: existing ?? drive }, signal);
    parameters[drive] =
      `file=${text(initialization.datastore_id)}:cloudinit,media=cdrom`;
  }
  const agent = block(planned.agent);
  const cpu = block(planned.cpu);
  const memory = block(planned.memory);
  const system = block(planned.operating_system);
  Object.assign(
    parameters,
    cloudInit(planned),
    networks(planned),
    serialPorts(planned),
    {
      onboot: planned.on_boot === true ? 1 : 0,
      ...(agent && { agent: agentOf(agent) }),
      ...(cpu && processors(cpu)),
      ...(memory && {
        memory: number(memory.dedicated),
        balloon: number(memory.floating),
      }),
      ...(system && { ostype: text(system.type) }),
      ...(text(planned.scsi_hardware) !== 'virtio-scsi-pci' && {
        scsihw: text(planned.scsi_hardware),
      }),
      ...(planned.protection === true && { protection: 1 }),
      tags: texts(planned.tags).join(';') || undefined,
    },
  );
  await guest.configure(parameters, signal);
  await configureDisks(guest, planned, signal);
}

async function ensureRunning(
  guest: Guest,
  planned: ObjectValue,
  signal: AbortSignal,
): Promise<void> {
  if ((await guest.status(signal)).status !== 'stopped') return;
  const limit = deadline(signal, planned.timeout_start_vm);
  await guest.start({ timeout: number(planned.timeout_start_vm) }, limit);
  await guest.waitForStatus('running', limit);
}

/** Shuts down where an agent listens, and cuts the power elsewhere. True when it ran. */
async function ensureStopped(
  guest: Guest,
  state: ObjectValue,
  cut: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await guest.status(signal)).status === 'stopped') return false;
  const agent = parseProperties((await guest.config(signal)).agent);
  if (!cut && (flag(agent.enabled) || flag(agent.first))) {
    const timeout = number(state.timeout_shutdown_vm);
    const limit = deadline(signal, timeout);
    await guest.task(
      'POST',
      '/status/shutdown',
      { forceStop: 1, timeout },
      limit,
      { retry: false },
    );
    await guest.waitForStatus('stopped', limit);
    return true;
  }
  const limit = deadline(signal, state.timeout_stop_vm);
  await guest.task('POST', '/status/stop', {}, limit, { retry: false });
  await guest.waitForStatus('stopped', limit);
  return true;
}

/** Takes the VM out of its old pool and puts it into the new one; either may be none. */
async function movePool(
  operation: Operation,
  prior: ObjectValue,
  planned: ObjectValue,
  signal: AbortSignal,
): Promise<void> {
  const vms = text(prior.id);
  const from = text(prior.pool_id);
  const to = text(planned.pool_id);
  const send = (parameters: Parameters) =>
    operation.api.send('PUT', 'pools', parameters, signal);
  if (from) await send({ poolid: from, vms, delete: 1 });
  if (to) await send({ poolid: to, vms });
}

async function update(
  operation: Operation,
  prior: ObjectValue,
  planned: ObjectValue,
): Promise<ObjectValue> {
  // As with the real provider: an update that has begun is brought to its end, Terraform's stop notwithstanding.
  const signal = AbortSignal.timeout(1_800_000);
  const id = text(prior.id);
  const guest = new Guest(operation.api, 'qemu', text(prior.node_name), id);
  if (text(prior.node_name) !== text(planned.node_name)) {
    const limit = deadline(signal, planned.timeout_migrate);
    const running = (await guest.status(signal)).status === 'running';
    const parameters = {
      target: text(planned.node_name),
      'with-local-disks': 1,
      online: running ? 1 : 0,
    };
    await guest.task('POST', '/migrate', parameters, limit, { retry: false });
  }
  const target = new Guest(operation.api, 'qemu', text(planned.node_name), id);
  const changed = (name: string) => !same(prior[name], planned[name]);
  const parameters: Parameters = { name: text(planned.name) || undefined };
  const removed: string[] = [];
  if (changed('pool_id')) await movePool(operation, prior, planned, signal);
  const agent = block(planned.agent);
  const cpu = block(planned.cpu);
  const memory = block(planned.memory);
  if (changed('description'))
    parameters.description = text(planned.description);
  if (changed('tags')) parameters.tags = texts(planned.tags).join(';');
  if (changed('on_boot')) parameters.onboot = planned.on_boot === true ? 1 : 0;
  if (changed('protection'))
    parameters.protection = planned.protection === true ? 1 : 0;
  if (changed('scsi_hardware')) parameters.scsihw = text(planned.scsi_hardware);
  if (changed('agent') && agent) parameters.agent = agentOf(agent);
  if (changed('cpu') && cpu) {
    Object.assign(parameters, processors(cpu));
    if (!number(cpu.hotplugged)) removed.push('vcpus');
    if (!number(cpu.limit)) removed.push('cpulimit');
  }
  if (changed('memory') && memory) {
    Object.assign(parameters, {
      memory: number(memory.dedicated),
      balloon: number(memory.floating),
    });
  }
  if (changed('operating_system'))
    parameters.ostype = text(block(planned.operating_system)?.type);
  if (changed('initialization')) Object.assign(parameters, cloudInit(planned));
  if (changed('network_device')) {
    const { delete: unused, ...cards } = networks(planned);
    Object.assign(parameters, cards);
    if (unused) removed.push(String(unused));
  }
  if (changed('serial_device')) Object.assign(parameters, serialPorts(planned));
  if (changed('disk'))
    removed.push(...removedDisks(await target.config(signal), planned));
  await target.configure(
    { ...parameters, delete: removed.join(',') || undefined },
    signal,
  );
  if (changed('initialization'))
    await operation.api.send('PUT', `${target.path}/cloudinit`, {}, signal);

  if (changed('disk')) requireOwnDisks(id, prior, planned);
  const reboot = [
    'agent',
    'cpu',
    'memory',
    'operating_system',
    'initialization',
    'scsi_hardware',
  ].some(changed);
  if (reboot && planned.reboot_after_update === true)
    await ensureStopped(target, planned, false, signal);
  else if (reboot)
    operation.warn(
      'A reboot is required',
      'The change takes effect at the next start of the VM.',
    );
  if (changed('disk')) await configureDisks(target, planned, signal);
  if (planned.started === true) await ensureRunning(target, planned, signal);
  else if (changed('started'))
    await ensureStopped(target, planned, false, signal);
  const state = known(planned) as ObjectValue;
  return (await readVm({ ...operation, signal }, state)) ?? state;
}

async function remove(operation: Operation, state: ObjectValue): Promise<void> {
  // As with the real provider: a deletion that has begun is brought to its end.
  const limit = Math.max(
    number(state.timeout_stop_vm),
    number(state.timeout_shutdown_vm),
    1,
  );
  const signal = AbortSignal.timeout(limit * 1000);
  const guest = new Guest(
    operation.api,
    'qemu',
    text(state.node_name),
    text(state.id),
  );
  try {
    await ensureStopped(guest, state, state.stop_on_destroy === true, signal);
    const purge = state.purge_on_destroy === false ? 0 : 1;
    const disks = state.delete_unreferenced_disks_on_destroy === false ? 0 : 1;
    await guest.task(
      'DELETE',
      `/?destroy-unreferenced-disks=${disks}&purge=${purge}`,
      undefined,
      signal,
    );
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await pause(50, signal);
  await guest.expectGone(signal);
}

function plan(
  prior: ObjectValue | undefined,
  planned: ObjectValue,
): (string | number)[][] {
  if (!prior) return [];
  // Where the cloud-init drive is plugged in is the template's choice, unless the configuration makes it.
  const after = block(planned.initialization);
  if (after) after.interface ??= block(prior.initialization)?.interface ?? null;
  if (
    !same(prior.started, planned.started) ||
    !same(prior.network_device, planned.network_device)
  ) {
    for (const name of [
      'ipv4_addresses',
      'ipv6_addresses',
      'network_interface_names',
    ]) {
      planned[name] = unknown satisfies Value;
    }
  }
  const places: (string | number)[][] = [['vm_id']];
  if (planned.migrate !== true) places.push(['node_name']);
  for (const name of ['vm_id', 'node_name', 'datastore_id', 'full', 'retries'])
    places.push(['clone', 0, name]);
  return changedPaths(places, prior, planned);
}

/** `proxmox_virtual_environment_vm`, made by cloning a template or from a disk image. */
export const vm: Resource = {
  served,
  create,
  read: readVm,
  update,
  delete: remove,
  plan,
};
