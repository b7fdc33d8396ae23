import { NanteError } from '@nante/model';
import type { Parameters, ProxmoxApi } from './api';
import { Guest } from './guest';
import { featuresOf, mountPoints, networks } from './lxcParameters';
import { block, blocks, number, text, texts, type ObjectValue } from './values';

/** Clones a container template, to the node that was asked for. */
export async function cloneContainer(
  api: ProxmoxApi,
  guest: Guest,
  planned: ObjectValue,
  signal: AbortSignal,
): Promise<void> {
  refuseCreateOnly(planned);
  const source = block(planned.clone) ?? {};
  const node = text(source.node_name) || guest.node;
  const template = new Guest(api, 'lxc', node, number(source.vm_id));
  const parameters: Parameters = {
    newid: guest.id,
    full: source.full === false ? 0 : 1,
    storage: text(source.datastore_id) || undefined,
    description: text(planned.description).trimEnd() || undefined,
    hostname: text(block(planned.initialization)?.hostname) || undefined,
    pool: text(planned.pool_id) || undefined,
    target: node === guest.node ? undefined : guest.node,
  };
  await template.task('POST', '/clone', parameters, signal, {
    alreadyDone: 'already exists',
  });
}

/** Proxmox takes them only when it makes a container from a template file; the real provider fails after the clone. */
function refuseCreateOnly(planned: ObjectValue): void {
  const given = [
    ...(block(block(planned.initialization)?.user_account)
      ? ['initialization.user_account']
      : []),
    ...(block(planned.operating_system) ? ['operating_system'] : []),
  ];
  if (given.length > 0)
    throw new NanteError(
      'invalid-input',
      `A clone takes no ${given.join(' and no ')}: Proxmox sets them when it makes a container from a template file`,
      { hint: 'Leave them out; the clone has those of its template.' },
    );
}

/** What a clone is changed to before its first start. The size of its disk is not among it, as with the real provider. */
export function cloneParameters(planned: ObjectValue): Parameters {
  const cards = networks(planned);
  const removed = Array.from(
    { length: 10 - blocks(planned.network_interface).length },
    (_, index) => `net${blocks(planned.network_interface).length + index}`,
  );
  const cpu = block(planned.cpu);
  const memory = block(planned.memory);
  const dns = block(block(planned.initialization)?.dns);
  if (cpu && !number(cpu.limit)) removed.push('cpulimit');
  return {
    onboot: planned.start_on_boot === true ? 1 : 0,
    protection: planned.protection === true ? 1 : 0,
    features: featuresOf(block(planned.features)),
    ...(cpu && {
      arch: text(cpu.architecture) || undefined,
      cores: number(cpu.cores),
      cpulimit: number(cpu.limit) || undefined,
      cpuunits: number(cpu.units) || undefined,
    }),
    ...(memory && {
      memory: number(memory.dedicated),
      swap: number(memory.swap),
    }),
    hostname: text(block(planned.initialization)?.hostname) || undefined,
    nameserver: texts(dns?.servers).join(' ') || text(dns?.server) || undefined,
    searchdomain: text(dns?.domain) || undefined,
    ...cards,
    ...mountPoints(planned, true),
    tags: texts(planned.tags).join(';') || undefined,
    delete: removed.join(','),
  };
}
