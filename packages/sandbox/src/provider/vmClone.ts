import type { Parameters } from './api';
import { Guest, type Operation } from './guest';
import { flag, parseProperties } from './properties';
import { block, number, text, type ObjectValue } from './values';

/** Clones the template, to the node that was asked for. */
export async function clone(
  operation: Operation,
  planned: ObjectValue,
  id: number,
  signal: AbortSignal,
): Promise<void> {
  const source = block(planned.clone) ?? {};
  const target = text(planned.node_name);
  const node = text(source.node_name) || target;
  const template = new Guest(operation.api, 'qemu', node, number(source.vm_id));
  const parameters: Parameters = {
    newid: id,
    full: source.full === false ? 0 : 1,
    storage: text(source.datastore_id) || undefined,
    description: text(planned.description) || undefined,
    name: text(planned.name) || undefined,
    pool: text(planned.pool_id) || undefined,
  };
  const options = {
    attempts: Math.max(1, number(source.retries)),
    alreadyDone: 'already exists',
  };
  const shared =
    node === target || (await onSharedStorage(operation, template, signal));
  if (node !== target && shared) parameters.target = target;
  await template.task('POST', '/clone', parameters, signal, options);
  if (shared) return;
  // Proxmox clones to another node from shared storage only: the clone is made beside the template and migrated.
  const made = new Guest(operation.api, 'qemu', node, id);
  await made.waitForUnlock(signal);
  const migration = {
    target,
    'with-local-disks': 1,
    targetstorage: text(source.datastore_id) || undefined,
  };
  await made.task('POST', '/migrate', migration, signal, { retry: false });
}

async function onSharedStorage(
  operation: Operation,
  template: Guest,
  signal: AbortSignal,
): Promise<boolean> {
  const config = await template.config(signal);
  const storages = Object.entries(config)
    .filter(([name]) =>
      /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/.test(name),
    )
    .map(([, value]) => parseProperties(value))
    .map(disk => disk.first || disk.file || '')
    .filter(volume => volume.includes(':'))
    .map(volume => volume.split(':')[0]);
  for (const storage of new Set(storages)) {
    const status = await operation.api.get<{ shared?: unknown }>(
      `nodes/${template.node}/storage/${storage}/status`,
      signal,
    );
    if (!flag(status.shared)) return false;
  }
  return true;
}
