import { NanteError } from '@nante/model';
import { parseProperties, gibibytes } from './properties';
import type { Config, Guest } from './guest';
import { blocks, number, text, type ObjectValue } from './values';
import { diskOf } from './vmParameters';

/** Makes the disks that are not there yet; changes, moves and grows the others. */
export async function configureDisks(
  guest: Guest,
  planned: ObjectValue,
  signal: AbortSignal,
): Promise<void> {
  const config = await guest.config(signal);
  for (const disk of blocks(planned.disk)) {
    const name = text(disk.interface);
    const storage = text(disk.datastore_id);
    const current = config[name] as string | undefined;
    if (current === undefined) {
      await guest.configure(
        { [name]: diskOf(disk, `${storage}:${number(disk.size)}`) },
        signal,
      );
      continue;
    }
    const has = gibibytes(parseProperties(current).size);
    if (number(disk.size) < has) {
      throw new NanteError(
        'invalid-input',
        `disk resize failure: requested size (${number(disk.size)}G) is lower than current size (${has}G)`,
      );
    }
    const wanted = diskOf(disk, current);
    if (wanted !== current) await guest.configure({ [name]: wanted }, signal);
    if (storage && !current.startsWith(`${storage}:`)) {
      await guest.task(
        'POST',
        '/move_disk',
        { disk: name, storage, delete: 1 },
        signal,
        { retry: false },
      );
    }
    if (number(disk.size) > has) {
      await guest.task(
        'PUT',
        '/resize',
        { disk: name, size: `${number(disk.size)}G` },
        signal,
        { attempts: 5 },
      );
    }
  }
}

/**
 * The provider grows disks only whose volume is named after the VM alone. That of a linked clone may be named after the
 * template's as well, and then the real provider refuses.
 */
export function requireOwnDisks(
  id: string,
  prior: ObjectValue,
  planned: ObjectValue,
): void {
  const before = blocks(prior.disk);
  for (const disk of blocks(planned.disk)) {
    const old = before.find(item => item.interface === disk.interface);
    const volume = text(old?.path_in_datastore);
    const own =
      volume.startsWith(`vm-${id}-`) || volume.startsWith(`${id}/vm-${id}-`);
    if (!old || own || number(disk.size) <= number(old.size)) continue;
    throw new NanteError(
      'refused',
      `Cannot resize ${text(old.datastore_id)}:${volume} in VM ${id}, it is not owned by this VM!`,
    );
  }
}

/** Disks of the VM that the configuration has no more, cloud-init's and other media aside. */
export function removedDisks(config: Config, planned: ObjectValue): string[] {
  const wanted = blocks(planned.disk).map(disk => text(disk.interface));
  return Object.keys(config)
    .filter(name => /^(?:ide|sata|scsi|virtio)\d+$/.test(name))
    .filter(name => !wanted.includes(name))
    .filter(name => parseProperties(config[name]).media !== 'cdrom')
    .filter(name => !/cloudinit/.test(String(config[name])));
}
