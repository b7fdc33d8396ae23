import { NanteError, type LedgerEntry } from '@nante/model';
import { readLedger, writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { deviceEntries, findDevice, isOurs, meshTags } from './devices';

/**
 * Removes the devices of a host that is gone from its mesh, which frees its name there; repeating it is harmless. What
 * cannot be removed keeps nobody from going on: it stays in the ledger as left behind, and a repeat, or the next host of
 * that name, removes it.
 *
 * @returns what is left, one line each, for the run's document
 */
export async function leaveMesh(
  run: Pick<Run, 'context' | 'config' | 'store' | 'recorder'>,
  host: string,
): Promise<string[]> {
  const { recorder, store } = run;
  const { workspace, id: runId } = recorder.document;
  const entries = deviceEntries(await readLedger(store, workspace), host);
  const left: string[] = [];
  for (const entry of entries) {
    const why = await remove(run, entry).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    // One that was only intended keeps its state and its time: by those its device is told.
    if (why === undefined || entry.state !== 'intended')
      await writeEntry(store, workspace, {
        ...{ ...entry, runId },
        state: why === undefined ? 'removed' : 'left behind',
      });
    if (why === undefined) continue;
    const line = `The device of ${host} is left in the tailnet ${entry.connection}: ${why} ${entry.undo}`;
    recorder.log('warn', line);
    left.push(line);
  }
  return left;
}

/** Says in the ledger that a host which lives on without us keeps its device. */
export async function leaveDevicesAlone(
  { recorder, store }: Pick<Run, 'store' | 'recorder'>,
  host: string,
): Promise<void> {
  const { workspace, id: runId } = recorder.document;
  for (const entry of deviceEntries(await readLedger(store, workspace), host))
    if (entry.state !== 'intended')
      await writeEntry(store, workspace, {
        ...{ ...entry, runId },
        state: 'left behind',
      });
}

/** @returns why it cannot be removed; undefined when it is gone */
async function remove(
  { context, config, recorder }: Pick<Run, 'context' | 'config' | 'recorder'>,
  entry: LedgerEntry,
): Promise<string | undefined> {
  const { connection, host, outsideId } = entry;
  const { environment } = recorder.document;
  const device = await findDevice(context, config, environment, entry);
  const api = await context.tailscale(connection);
  if (entry.state === 'intended' && outsideId) await api.deleteKey(outsideId);
  if (!device) return undefined;
  const tags = meshTags(config, connection, environment);
  if (!isOurs(device, { connection, host, tags }))
    throw new NanteError(
      'refused',
      `${device.name} has the id of our device, and another name or other tags.`,
    );
  await api.deleteDevice(device.id);
  recorder.log('info', `${device.name} was removed from the tailnet.`);
  return undefined;
}
