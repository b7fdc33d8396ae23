import type { CallOptions, MeshDevice } from '@nante/clients';
import {
  connectionNamed,
  NanteError,
  type InfrastructureConfig,
  type LedgerEntry,
} from '@nante/model';
import type { EngineContext } from '../context';
import { deviceEntryId, isOpen } from '../ledger/ledger';

/** By how much the clock of a control server may be behind ours. */
const skewMs = 60_000;

/** A host, as its device in a mesh names it. */
export interface MeshPlace {
  connection: string;
  host: string;
  /** Tags of which a device of ours has at least one. */
  tags: readonly string[];
}

/** Open entries of a host's devices: of the machine that it is, and of machines that it was. */
export function deviceEntries(
  entries: readonly LedgerEntry[],
  host: string,
): LedgerEntry[] {
  return entries.filter(
    entry =>
      entry.system === 'tailscale' && entry.host === host && isOpen(entry),
  );
}

/** Tags that a host's devices may have by the configuration. */
export function meshTags(
  config: InfrastructureConfig,
  connection: string,
  environment: string,
): string[] {
  const tailnet = connectionNamed(config, 'tailscale', connection);
  const place = config.environments[environment] as
    InfrastructureConfig['environments'][string] | undefined;
  return [...(tailnet?.tags ?? []), ...(place?.meshTags ?? [])];
}

/** It calls itself by the host's name and bears a tag of ours, which nobody can take for himself. */
export function isOurs(device: MeshDevice, place: MeshPlace): boolean {
  return (
    device.hostname === place.host &&
    device.tags.some(tag => place.tags.includes(tag))
  );
}

/** The device that joined for an entry whose run was killed before it could write that down. */
export function joinedSince(
  devices: readonly MeshDevice[],
  place: MeshPlace,
  entry: LedgerEntry,
): MeshDevice | undefined {
  const since = Date.parse(entry.updatedAt) - skewMs;
  return devices.find(
    device =>
      isOurs(device, place) && Date.parse(device.createdAt ?? '') >= since,
  );
}

/** The device of an open entry, where the tailnet lists it. */
export function deviceOf(
  devices: readonly MeshDevice[],
  place: MeshPlace,
  entry: LedgerEntry,
): MeshDevice | undefined {
  return entry.state === 'intended'
    ? joinedSince(devices, place, entry)
    : devices.find(({ id }) => id === entry.outsideId);
}

/**
 * Asks the tailnet for the device of an open entry.
 *
 * @throws NanteError `unreachable` and the like; `refused` for one that joined in a way that leaves nobody its id
 */
export async function findDevice(
  context: Pick<EngineContext, 'tailscale'>,
  config: InfrastructureConfig,
  environment: string,
  entry: LedgerEntry,
  options?: CallOptions,
): Promise<MeshDevice | undefined> {
  const { connection, host, outsideId, state } = entry;
  if (!outsideId && state !== 'intended')
    throw new NanteError(
      'refused',
      'it joined with a key that all hosts share, so nobody knows its id.',
    );
  const api = await context.tailscale(connection);
  const tags = meshTags(config, connection, environment);
  return deviceOf(
    await api.devices(options),
    { connection, host, tags },
    entry,
  );
}

/** An entry before its state is known. */
export function deviceEntry(
  { connection, host }: MeshPlace,
  outsideId: string,
  { requestId, runId }: Pick<LedgerEntry, 'requestId' | 'runId'>,
): Omit<LedgerEntry, 'state' | 'updatedAt'> {
  return {
    id: deviceEntryId(connection, host),
    ...{ system: 'tailscale', connection, kind: 'device' },
    ...{ outsideId, host, requestId, runId },
    undo: `Remove the device ${host} from the tailnet ${connection}, on the page of its machines.`,
  };
}
