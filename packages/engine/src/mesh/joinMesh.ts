import type { MeshDevice, MeshKey, TailscaleApi } from '@nante/clients';
import { NanteError, type Arrival, type LedgerEntry } from '@nante/model';
import { awaitEarlierPlay } from '../configure/playOnHosts';
import type { SiteHost, SiteNeeds } from '../configure/siteVariables';
import { readLedger, writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { keyVariable, meshAccess } from './access';
import {
  deviceEntries,
  deviceEntry,
  deviceOf,
  isOurs,
  type MeshPlace,
} from './devices';

/** How long a minted key may be used, in seconds: a play joins early. */
const keySeconds = 600;

/** A host that may need a key. */
interface Joining {
  host: SiteHost;
  place: MeshPlace;
  /** Its device by our ledger, where the tailnet lists it. */
  device?: MeshDevice;
  key?: MeshKey;
}

/**
 * Plays with what hosts need to join their mesh: a key for one use for each that has not joined, in the environment of the
 * play alone. Afterwards, also when the play failed or was cancelled, each device that joined stands in the ledger, and a
 * key that nobody used is revoked. Devices of machines that a host was before are removed first, which frees its name. A dry
 * run mints nothing.
 *
 * @param play - gets the environment
 * @throws NanteError what the play throws; `unreachable` and the like where the tailnet cannot be asked; `failed` where a
 *   host did not arrive
 */
export async function joinMesh<T>(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  { needs, dryRun }: { needs: SiteNeeds; dryRun: boolean },
  play: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  const { context, recorder, signal } = run;
  const access = await meshAccess(context, needs, { signal });
  if (access.kind === 'none') return play({});
  if (access.kind === 'key') {
    const result = await play({ TS_AUTHKEY: access.key });
    if (!dryRun) await noteUnasked(run, needs, access.connection ?? 'tailnet');
    return result;
  }
  if (dryRun) return play({});
  const { api, connection } = access;
  await awaitEarlierPlay(run);
  const before = await api.devices({ signal });
  const entries = await readLedger(run.store, recorder.document.workspace, {
    signal,
  });
  const joining: Joining[] = needs.mesh.hosts.map(host => ({
    host,
    place: { connection, host: host.name, tags: needs.mesh.tags },
  }));
  const minted: Record<string, string> = {};
  let result: T;
  try {
    for (const one of joining) {
      await freeName(run, lease, api, before, entries, one);
      await takeUp(run, api, before, entries, one);
      if (one.device && isSettled(one.device, one.place)) continue;
      await mint(run, lease, api, before, needs.mesh.tags, one);
      minted[keyVariable(one.host.name)] = one.key!.key;
    }
    result = await play(minted);
  } catch (error) {
    await settle(run, api, before, joining).catch(problem =>
      recorder.log(
        'warn',
        `What joined the tailnet ${connection} could not be seen: ${problem instanceof Error ? problem.message : problem}`,
      ),
    );
    throw error;
  }
  const devices = await settle(run, api, before, joining);
  await recorder.update({ arrivals: arrivals(run, devices, joining) });
  return result;
}

/**
 * It needs no key: one that is known to be away may have lost its state, as by a return to a snapshot, and only a key gives
 * tags that came into the configuration later.
 */
function isSettled({ online, tags }: MeshDevice, place: MeshPlace): boolean {
  return online !== false && place.tags.every(tag => tags.includes(tag));
}

/** Says in the ledger how it stands with a host's device; `outsideId` is its key's as long as it is only intended. */
function writeDevice(
  { recorder, store }: Run,
  { host, place }: Pick<Joining, 'host' | 'place'>,
  outsideId: string,
  state: LedgerEntry['state'],
): Promise<void> {
  const { workspace, id: runId } = recorder.document;
  const owner = { requestId: host.requestId, runId };
  return writeEntry(store, workspace, {
    ...deviceEntry(place, outsideId, owner),
    state,
  });
}

/** From now on this is the host's device. */
async function noteDevice(
  run: Run,
  one: Joining,
  device: MeshDevice,
): Promise<void> {
  one.device = device;
  await writeDevice(run, one, device.id, 'created');
}

/** Removes the devices of machines that the host was before. */
async function freeName(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  api: TailscaleApi,
  devices: readonly MeshDevice[],
  entries: readonly LedgerEntry[],
  one: Joining,
): Promise<void> {
  const { recorder, store } = run;
  const { host, place } = one;
  const { workspace, id: runId } = recorder.document;
  const former = deviceEntries(entries, host.name).filter(
    ({ requestId }) => requestId !== host.requestId,
  );
  for (const entry of former) {
    const device = deviceOf(devices, place, entry);
    // A server that was forgotten and onboarded again is the machine that it was.
    if (device && host.isServer && isOurs(device, place)) {
      await noteDevice(run, one, device);
      continue;
    }
    if (device && !isOurs(device, place)) {
      recorder.log(
        'warn',
        `The device ${device.name} of a former ${host.name} has another name or other tags by now; it is left alone.`,
      );
      continue;
    }
    await lease.assertHeld();
    if (device) {
      await api.deleteDevice(device.id);
      recorder.log(
        'info',
        `The device of a former ${host.name} was removed from the tailnet, so that its name is free.`,
      );
    }
    await writeEntry(store, workspace, { ...entry, runId, state: 'removed' });
  }
}

/** Finds the device that the ledger knows, or that joined in a try which was killed before it wrote that down. */
async function takeUp(
  run: Run,
  api: TailscaleApi,
  devices: readonly MeshDevice[],
  entries: readonly LedgerEntry[],
  one: Joining,
): Promise<void> {
  const { host, place } = one;
  const entry = deviceEntries(entries, host.name).find(
    ({ requestId }) => requestId === host.requestId,
  );
  if (!entry) return;
  one.device = deviceOf(devices, place, entry);
  if (entry.state !== 'intended') return;
  if (entry.outsideId) await api.deleteKey(entry.outsideId);
  if (one.device) await noteDevice(run, one, one.device);
}

/** The ledger first, then the key; and the ledger again, so that whoever comes next can revoke it. */
async function mint(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  api: TailscaleApi,
  devices: readonly MeshDevice[],
  tags: string[],
  one: Joining,
): Promise<void> {
  const { recorder, redactor, signal } = run;
  const { host, device } = one;
  const { workspace } = recorder.document;
  const namesake = devices.find(
    ({ id, hostname, name }) =>
      id !== device?.id &&
      (hostname === host.name || name.split('.')[0] === host.name),
  );
  if (namesake)
    recorder.log(
      'warn',
      `${namesake.name} in the tailnet is not ours: ${host.name} will get a number behind its name there.`,
    );
  await lease.assertHeld();
  const intend = (keyId: string) => writeDevice(run, one, keyId, 'intended');
  // What is known of a device that is there stays until there is another.
  if (!device) await intend('');
  one.key = await api.createKey(
    {
      tags,
      expirySeconds: keySeconds,
      description: `nante ${workspace} ${host.name}`.slice(0, 50),
    },
    { signal },
  );
  redactor.add([one.key.key]);
  if (!device) await intend(one.key.id);
  recorder.log('info', `A key for one use was minted for ${host.name}.`);
}

/**
 * Looks who joined, writes it down, and revokes what was not used. Not ended by a cancelled run: what it made is still
 * there.
 */
async function settle(
  run: Run,
  api: TailscaleApi,
  before: readonly MeshDevice[],
  joining: readonly Joining[],
): Promise<MeshDevice[]> {
  if (!joining.some(({ key }) => key)) return [...before];
  const known = new Set(before.map(({ id }) => id));
  const devices = await api.devices();
  for (const one of joining) {
    const { place, key, device: old } = one;
    if (!key) continue;
    const joined = devices.find(
      device => !known.has(device.id) && isOurs(device, place),
    );
    if (joined) {
      await noteDevice(run, one, joined);
      // The machine has a device anew; nobody stands behind the one before.
      if (old && isOurs(old, place)) await api.deleteDevice(old.id);
      continue;
    }
    await api.deleteKey(key.id);
    if (!old) await writeDevice(run, one, '', 'removed');
  }
  return devices;
}

/** Where each host is by now. */
function arrivals(
  { recorder }: Run,
  devices: readonly MeshDevice[],
  joining: readonly Joining[],
): Arrival[] {
  return joining.map(({ host, device }) => {
    const own =
      devices.find(({ id }) => id === device?.id) ??
      devices.find(({ hostname }) => hostname === host.name);
    if (!own)
      throw new NanteError(
        'failed',
        `${host.name} has not arrived in the mesh: the roles went well, and the tailnet does not list it.`,
        {
          hint: `Look at tailscale status on ${host.name}: it may have joined another tailnet before.`,
        },
      );
    if (!device)
      recorder.log(
        'warn',
        `${host.name} was in the tailnet before, as ${own.name}; that device is not ours, and stays when the host goes.`,
      );
    const { name, addresses } = own;
    return { host: host.name, mesh: { name, addresses } };
  });
}

/** That hosts have joined with the key of a secret: nobody of us can ask the tailnet, or remove them from it. */
async function noteUnasked(
  run: Run,
  { mesh }: SiteNeeds,
  connection: string,
): Promise<void> {
  for (const host of mesh.hosts) {
    const place = { connection, host: host.name, tags: [] };
    await writeDevice(run, { host, place }, '', 'created');
  }
}
