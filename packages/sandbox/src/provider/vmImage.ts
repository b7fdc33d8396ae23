import { NanteError } from '@nante/model';
import type { Parameters } from './api';
import type { Guest } from './guest';
import { block, blocks, number, text, texts, type ObjectValue } from './values';
import {
  agentOf,
  cloudInit,
  diskOf,
  networks,
  processors,
  serialPorts,
} from './vmParameters';

/**
 * Makes a VM that is no clone: disks out of images of a storage, or empty ones.
 *
 * @param made - called as soon as there is a VM, so that its state is kept when something fails later
 */
export async function makeFromImage(
  guest: Guest,
  planned: ObjectValue,
  made: () => void,
  signal: AbortSignal,
): Promise<void> {
  const disks = blocks(planned.disk);
  if (disks.some(disk => text(disk.file_id)))
    throw new NanteError(
      'invalid-input',
      'The stand-in provider does not do disk.file_id, which needs SSH to the node',
      { hint: 'Use disk.import_from with a volume such as local:import/….' },
    );
  await guest.create(parametersOf(planned), signal);
  made();
  for (const disk of disks.filter(item => text(item.import_from)))
    await guest.task(
      'PUT',
      '/resize',
      { disk: text(disk.interface), size: `${number(disk.size)}G` },
      signal,
      { attempts: 5 },
    );
}

function parametersOf(planned: ObjectValue): Parameters {
  const { delete: _unused, ...cards } = networks(planned);
  const initialization = block(planned.initialization);
  const system = block(planned.operating_system);
  const memory = block(planned.memory);
  const agent = block(planned.agent);
  const cpu = block(planned.cpu);
  return {
    acpi: planned.acpi === true ? 1 : 0,
    ...(agent && { agent: agentOf(agent) }),
    bios: text(planned.bios),
    boot: `order=${bootOrder(planned).join(';')}`,
    ...cloudInit(planned),
    ...(cpu && processors(cpu)),
    description: text(planned.description) || undefined,
    ...Object.fromEntries(
      blocks(planned.disk).map(disk => [text(disk.interface), newDisk(disk)]),
    ),
    ...(initialization && {
      [text(initialization.interface) || 'ide2']:
        `file=${text(initialization.datastore_id)}:cloudinit`,
    }),
    keyboard: text(planned.keyboard_layout) || undefined,
    memory: number(memory?.dedicated),
    balloon: number(memory?.floating),
    name: text(planned.name) || undefined,
    ...cards,
    onboot: planned.on_boot === true ? 1 : 0,
    ostype: text(system?.type) || 'other',
    pool: text(planned.pool_id) || undefined,
    protection: planned.protection === true ? 1 : 0,
    scsihw: text(planned.scsi_hardware),
    ...serialPorts(planned),
    tablet: planned.tablet_device === true ? 1 : 0,
    tags: texts(planned.tags).join(';') || undefined,
    template: 0,
  };
}

/** The first disk of each sort, then the network, unless the configuration says another order. */
function bootOrder(planned: ObjectValue): string[] {
  const said = texts(planned.boot_order);
  if (said.length > 0) return said;
  const disks = blocks(planned.disk).map(disk => text(disk.interface));
  return [
    ...['ide0', 'sata0', 'scsi0', 'virtio0'].filter(name =>
      disks.includes(name),
    ),
    ...(blocks(planned.network_device).length > 0 ? ['net0'] : []),
  ];
}

function newDisk(disk: ObjectValue): string {
  const storage = text(disk.datastore_id);
  const image = text(disk.import_from);
  const volume = image
    ? `${storage}:0,import-from=${image}`
    : `${storage}:${number(disk.size)}`;
  return diskOf(disk, volume);
}
