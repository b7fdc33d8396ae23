import { TailscaleError } from './errors';
import { deviceIdentity, freeLabel, labelOf, magicDnsSuffix } from './identity';
import { isoSeconds } from './keys';
import type { DeviceRecord, TailnetState } from './state';

/** Milliseconds without a word after which a machine counts as offline; it asks again every few seconds. */
const silentMs = 15_000;
/** Milliseconds after which an ephemeral machine that is offline is forgotten. */
const ephemeralMs = 5 * 60_000;

/** The machines of the tailnet: their names, whether they are there, and who waits for news of them. */
export class Devices {
  readonly #state: TailnetState;
  /** When a machine last asked, in milliseconds; only of this process, so that after a restart all are offline at first. */
  readonly #heard = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** Grows with everything that a netmap shows. */
  version = Date.now();

  constructor(state: TailnetState) {
    this.#state = state;
  }

  all(): DeviceRecord[] {
    const now = Date.now();
    const gone = this.#state.devices.filter(
      device =>
        device.isEphemeral &&
        !this.isOnline(device) &&
        now - Date.parse(device.lastSeen ?? device.created) > ephemeralMs,
    );
    gone.forEach(device => this.remove(device));
    return this.#state.devices;
  }

  /** @param id - either of the two. @throws TailscaleError 404 */
  get(id: string): DeviceRecord {
    const found = this.all().find(
      device => device.nodeId === id || device.id === id,
    );
    if (found) return found;
    throw new TailscaleError(
      404,
      'no manageable device matching that ID found',
    );
  }

  find(test: (device: DeviceRecord) => boolean): DeviceRecord | undefined {
    return this.all().find(test);
  }

  /** A new machine, with ids and addresses that none had before and a name that is free. */
  add(
    facts: Omit<
      DeviceRecord,
      'id' | 'nodeId' | 'nodeKey' | 'addresses' | 'label' | 'created'
    >,
  ): DeviceRecord {
    this.#state.joined += 1;
    const taken = this.#state.devices.flatMap(({ addresses }) => addresses);
    const device: DeviceRecord = {
      ...deviceIdentity(this.#state.seed, this.#state.joined, taken),
      label: this.#labelFor(facts.hostname),
      created: isoSeconds(Date.now()),
      ...facts,
    };
    this.#state.devices.push(device);
    this.changed();
    return device;
  }

  /** Changes facts of a machine; another host name brings another name in MagicDNS. */
  update(device: DeviceRecord, facts: Partial<DeviceRecord>): void {
    const before = JSON.stringify(device);
    const renamed =
      facts.hostname !== undefined &&
      labelOf(facts.hostname) !== labelOf(device.hostname);
    Object.assign(device, facts);
    if (renamed) device.label = this.#labelFor(device.hostname, device);
    if (JSON.stringify(device) !== before) this.changed();
  }

  /** Forgets a machine, which frees its name. */
  remove(device: DeviceRecord): void {
    this.#state.devices = this.#state.devices.filter(other => other !== device);
    this.#heard.delete(device.nodeId);
    this.changed();
  }

  isOnline(device: DeviceRecord): boolean {
    if (device.pretendsOnline !== undefined) return device.pretendsOnline;
    const heard = this.#heard.get(device.nodeId);
    return heard !== undefined && Date.now() - heard < silentMs;
  }

  /** A machine has just asked for something. */
  seen(device: DeviceRecord): void {
    const wasOnline = this.isOnline(device);
    this.#heard.set(device.nodeId, Date.now());
    device.lastSeen = isoSeconds(Date.now());
    this.#state.changed();
    if (!wasOnline) this.changed();
  }

  /** A machine's connection ended. */
  gone(device: DeviceRecord): void {
    if (this.#heard.delete(device.nodeId)) this.changed();
  }

  /** Something that others see is different: whoever waits gets a new netmap. */
  changed(): void {
    this.version += 1;
    this.#state.changed();
    for (const wake of [...this.#waiting]) wake();
  }

  /** Waits until there is something newer than a version, at most so many milliseconds, or until nobody listens any more. */
  async newerThan(
    version: number,
    ms: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.version !== version || signal.aborted) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(done, ms);
      const waiting = this.#waiting;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiting.delete(done);
        resolve();
      }
      signal.addEventListener('abort', done);
      waiting.add(done);
    });
  }

  #labelFor(hostname: string, except?: DeviceRecord): string {
    const others = this.#state.devices.filter(device => device !== except);
    return freeLabel(
      hostname,
      others.map(({ label }) => label),
    );
  }
}

/** The name in MagicDNS. */
export function nameOf(device: DeviceRecord): string {
  return `${device.label}.${magicDnsSuffix}`;
}

/** A device as the API shows it. */
export function deviceAnswer(
  device: DeviceRecord,
  online: boolean,
  fields: string,
) {
  const tagged = device.tags.length > 0;
  const created = Date.parse(device.created);
  const answer = {
    addresses: device.addresses,
    id: device.id,
    nodeId: device.nodeId,
    user: device.user,
    name: nameOf(device),
    hostname: device.hostname,
    clientVersion: device.clientVersion,
    updateAvailable: false,
    os: device.os,
    created: device.created,
    connectedToControl: online,
    ...(online || !device.lastSeen ? {} : { lastSeen: device.lastSeen }),
    // The key of a machine with tags never expires.
    keyExpiryDisabled: tagged,
    expires: tagged
      ? '0001-01-01T00:00:00Z'
      : isoSeconds(created + 180 * 24 * 3600 * 1000),
    authorized: device.authorized,
    isExternal: false,
    machineKey: device.machineKey,
    nodeKey: device.nodeKey,
    blocksIncomingConnections: false,
    tailnetLockKey: '',
    tailnetLockError: '',
    ...(tagged ? { tags: device.tags } : {}),
    isEphemeral: device.isEphemeral,
  };
  if (fields !== 'all') return answer;
  return {
    ...answer,
    enabledRoutes: [],
    advertisedRoutes: [],
    sshEnabled: device.sshEnabled,
    clientConnectivity: {
      endpoints: device.endpoint ? [device.endpoint] : [],
      mappingVariesByDestIP: false,
      latency: {},
      clientSupports: {},
    },
    ...(device.distro ? { distro: device.distro } : {}),
  };
}
