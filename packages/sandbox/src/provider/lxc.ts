import { isMissing, pause, type Parameters } from './api';
import {
  chooseId,
  deadline,
  Guest,
  type Operation,
  type Progress,
  type Resource,
} from './guest';
import { cloneContainer, cloneParameters } from './lxcClone';
import { featuresOf, mountPoints, networks } from './lxcParameters';
import { readLxc } from './lxcRead';
import { changedPaths } from './plan';
import { formatProperties, parseProperties } from './properties';
import {
  block,
  blocks,
  known,
  number,
  same,
  text,
  texts,
  unknown,
  type ObjectValue,
} from './values';

const served = new Set([
  'id', 'description', 'tags', 'node_name', 'vm_id', 'pool_id', 'started', 'start_on_boot', 'protection', 'template',
  'unprivileged', 'timeout_clone', 'timeout_create', 'timeout_delete', 'timeout_start', 'timeout_update', 'ipv4', 'ipv6',
  'clone', 'cpu', 'disk', 'features', 'initialization', 'memory', 'mount_point', 'network_interface', 'operating_system',
  'wait_for_ip',
]); // prettier-ignore

async function create(
  operation: Operation,
  planned: ObjectValue,
  progress: Progress,
): Promise<ObjectValue> {
  const source = block(planned.clone);
  const limit = source ? planned.timeout_clone : planned.timeout_create;
  const signal = deadline(operation.signal, limit);
  const { api } = operation;
  await api.get('version', signal);
  const id = await chooseId(operation, planned);
  const guest = new Guest(api, 'lxc', text(planned.node_name), id);
  const state = {
    ...(known(planned) as ObjectValue),
    id: String(id),
    vm_id: id,
  };
  if (source) {
    await cloneContainer(api, guest, planned, signal);
    progress.state = state;
    await guest.waitForUnlock(signal);
    await guest.configure(cloneParameters(planned), signal);
  } else {
    await guest.create(parametersOf(planned), signal);
    progress.state = state;
  }
  await guest.waitForUnlock(signal);
  if (planned.started === true) {
    if ((await guest.status(signal)).status !== 'running')
      await guest.start(undefined, signal);
    await guest.waitForStatus('running', signal);
  }
  return (await readLxc({ ...operation, signal }, state)) ?? state;
}

/** What makes a container out of a template file. */
function parametersOf(planned: ObjectValue): Parameters {
  const initialization = block(planned.initialization);
  const dns = block(initialization?.dns);
  const account = block(initialization?.user_account);
  const disk = block(planned.disk);
  const system = block(planned.operating_system);
  return {
    ostemplate: text(system?.template_file_id),
    ostype: text(system?.type),
    hostname: text(initialization?.hostname) || undefined,
    rootfs: disk
      ? `${text(disk.datastore_id)}:${number(disk.size)}`
      : undefined,
    storage: disk ? text(disk.datastore_id) : undefined,
    arch: text(block(planned.cpu)?.architecture) || undefined,
    cores: number(block(planned.cpu)?.cores) || undefined,
    cpulimit: number(block(planned.cpu)?.limit) || undefined,
    cpuunits: number(block(planned.cpu)?.units) || undefined,
    memory: number(block(planned.memory)?.dedicated) || 512,
    swap: number(block(planned.memory)?.swap),
    ...networks(planned),
    ...mountPoints(planned, false),
    features: featuresOf(block(planned.features)),
    unprivileged: planned.unprivileged === true ? 1 : 0,
    // The provider always says them; a configuration without them would look like a changed one to it.
    cmode: 'tty',
    console: 1,
    tty: 2,
    template: planned.template === true ? 1 : 0,
    nameserver: texts(dns?.servers).join(' ') || text(dns?.server) || undefined,
    searchdomain: text(dns?.domain) || undefined,
    'ssh-public-keys': texts(account?.keys).join('\n') || undefined,
    password: text(account?.password) || undefined,
    description: text(planned.description).trimEnd() || undefined,
    onboot: planned.start_on_boot === true ? 1 : 0,
    protection: planned.protection === true ? 1 : 0,
    start: planned.started === true ? 1 : 0,
    pool: text(planned.pool_id) || undefined,
    tags: texts(planned.tags).join(';') || undefined,
  };
}

/** Asks the container to shut down; Proxmox cuts its power a little before our own patience ends. */
async function shutdown(
  guest: Guest,
  state: ObjectValue,
  signal: AbortSignal,
): Promise<void> {
  if ((await guest.status(signal)).status === 'stopped') return;
  const timeout = Math.max(1, number(state.timeout_delete) - 5);
  await guest.task(
    'POST',
    '/status/shutdown',
    { forceStop: 1, timeout },
    signal,
    { retry: false },
  );
  await guest.waitForStatus('stopped', signal);
}

async function update(
  operation: Operation,
  prior: ObjectValue,
  planned: ObjectValue,
): Promise<ObjectValue> {
  const signal = deadline(operation.signal, planned.timeout_update);
  const guest = new Guest(
    operation.api,
    'lxc',
    text(planned.node_name),
    text(prior.id),
  );
  const changed = (name: string) => !same(prior[name], planned[name]);
  const before = block(prior.initialization);
  const after = block(planned.initialization);
  const differs = (name: string) => !same(before?.[name], after?.[name]);
  const parameters: Parameters = {};
  const removed: string[] = [];
  let reboot = false;
  if (changed('description'))
    parameters.description = text(planned.description).trimEnd();
  if (changed('tags')) parameters.tags = texts(planned.tags).join(';');
  if (changed('start_on_boot'))
    parameters.onboot = planned.start_on_boot === true ? 1 : 0;
  if (changed('protection'))
    parameters.protection = planned.protection === true ? 1 : 0;
  if (changed('features'))
    parameters.features = featuresOf(block(planned.features)) ?? 'nesting=0';
  if (changed('cpu')) {
    parameters.cores = number(block(planned.cpu)?.cores);
    if (number(block(planned.cpu)?.limit))
      parameters.cpulimit = number(block(planned.cpu)?.limit);
    else removed.push('cpulimit');
  }
  if (changed('memory')) {
    parameters.memory = number(block(planned.memory)?.dedicated);
    parameters.swap = number(block(planned.memory)?.swap);
    reboot = true;
  }
  if (changed('operating_system')) {
    parameters.ostype = text(block(planned.operating_system)?.type);
    reboot = true;
  }
  if (differs('hostname')) {
    parameters.hostname = text(after?.hostname);
    reboot = true;
  }
  if (differs('dns')) {
    const dns = block(after?.dns);
    const servers = texts(dns?.servers).join(' ') || text(dns?.server);
    if (servers) parameters.nameserver = servers;
    else removed.push('nameserver');
    if (text(dns?.domain)) parameters.searchdomain = text(dns?.domain);
    else removed.push('searchdomain');
    reboot = true;
  }
  if (differs('ip_config') || changed('network_interface')) {
    const cards = networks(planned);
    Object.assign(parameters, cards);
    for (let index = Object.keys(cards).length; index < 10; index++)
      removed.push(`net${index}`);
    reboot = true;
  }
  if (changed('mount_point')) {
    Object.assign(parameters, mountPoints(planned, true));
    reboot = true;
  }
  if (changed('disk')) {
    const size = number(block(planned.disk)?.size);
    if (size > number(block(prior.disk)?.size)) {
      await guest.task(
        'PUT',
        '/resize',
        { disk: 'rootfs', size: `${size}G` },
        signal,
        { retry: false },
      );
    }
    const { first, ...options } = parseProperties(
      (await guest.config(signal)).rootfs,
    );
    parameters.rootfs = formatProperties(
      { ...options, size: `${size}G` },
      first,
    );
  }
  if (Object.keys(parameters).length > 0 || removed.length > 0) {
    await guest.configure(
      { ...parameters, delete: removed.join(',') || undefined },
      signal,
    );
  }
  await guest.waitForUnlock(signal);
  if (changed('started') && planned.started !== true) {
    await shutdown(guest, planned, signal);
    reboot = false;
  } else if (changed('started')) {
    await guest.start(undefined, signal);
  }
  if (reboot && planned.started === true) {
    await guest.task('POST', '/status/reboot', { timeout: 300 }, signal, {
      retry: false,
    });
    await guest.waitForStatus('running', signal);
  }
  const state = known(planned) as ObjectValue;
  return (await readLxc({ ...operation, signal }, state)) ?? state;
}

async function remove(operation: Operation, state: ObjectValue): Promise<void> {
  const signal = deadline(operation.signal, state.timeout_delete);
  const guest = new Guest(
    operation.api,
    'lxc',
    text(state.node_name),
    text(state.id),
  );
  try {
    await shutdown(guest, state, signal);
    await guest.task('DELETE', '', undefined, signal);
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
  // The provider keeps descriptions of containers as Proxmox answers them, with a line end.
  if (text(planned.description))
    planned.description = `${text(planned.description).trim()}\n`;
  if (!prior) return [];
  if (!same(prior.network_interface, planned.network_interface)) {
    planned.ipv4 = unknown;
    planned.ipv6 = unknown;
  }
  const places: (string | number)[][] = [
    ['vm_id'],
    ['node_name'],
    ['pool_id'],
    ['template'],
    ['unprivileged'],
    ['disk', 0, 'datastore_id'],
    ['clone', 0, 'vm_id'],
    ['clone', 0, 'node_name'],
    ['clone', 0, 'datastore_id'],
    ['clone', 0, 'full'],
    ['initialization', 0, 'user_account', 0, 'keys'],
    ['initialization', 0, 'user_account', 0, 'password'],
    ['operating_system', 0, 'template_file_id'],
  ];
  keepVolumes(prior, planned);
  if (!same(prior.mount_point, planned.mount_point))
    places.push(['mount_point']);
  const shrinks =
    number(block(planned.disk)?.size) < number(block(prior.disk)?.size);
  return changedPaths(
    shrinks ? [...places, ['disk', 0, 'size']] : places,
    prior,
    planned,
  );
}

/** A configuration names the storage of a mount point, a state its volume: no difference while the storage is the same. */
function keepVolumes(prior: ObjectValue, planned: ObjectValue): void {
  const before = blocks(prior.mount_point);
  planned.mount_point = blocks(planned.mount_point).map((mount, index) => {
    const volume = text(before[index]?.volume);
    const storage = text(mount.volume).split(':')[0];
    return volume.startsWith(`${storage}:`) ? { ...mount, volume } : mount;
  });
}

/** `proxmox_virtual_environment_container`, made from a template file or by cloning a container template. */
export const lxc: Resource = {
  served,
  create,
  read: readLxc,
  update,
  delete: remove,
  plan,
};
