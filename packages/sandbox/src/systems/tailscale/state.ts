import { join } from 'node:path';
import { createStateFile, type StateFile } from '../../storage/atomicFile';
import { seededDevices } from './seed';

/** A key that lets machines join; the secret itself is kept as a digest. */
export interface KeyRecord {
  id: string;
  digest: string;
  description: string;
  /** ISO times. */
  created: string;
  expires: string;
  expirySeconds: number;
  reusable: boolean;
  ephemeral: boolean;
  preauthorized: boolean;
  tags: string[];
  /** Who made it; absent where an OAuth client did. */
  userId?: string;
  revoked?: string;
  /** A machine joined with it, and once was enough. */
  used?: boolean;
}

/** A machine of the tailnet. */
export interface DeviceRecord {
  /** Two names for it, as in the API: the old number and the one that is preferred. */
  id: string;
  nodeId: string;
  /** What the machine calls itself. */
  hostname: string;
  /** First label of its name in MagicDNS, unique. */
  label: string;
  /** IPv4, then IPv6. */
  addresses: string[];
  tags: string[];
  user: string;
  created: string;
  lastSeen?: string;
  authorized: boolean;
  isEphemeral: boolean;
  sshEnabled: boolean;
  os: string;
  clientVersion: string;
  distro?: { name: string; version: string; codeName: string };
  /** Address and UDP port in its LAN, `10.30.0.100:41641`. */
  endpoint?: string;
  machineKey: string;
  nodeKey: string;
  /** Digest of what the machine shows when it asks for its netmap; absent for seeded machines and after a logout. */
  session?: string;
  /** A seeded machine, which nobody runs, counts as connected. */
  pretendsOnline?: boolean;
}

interface Kept {
  joined: number;
  keys: KeyRecord[];
  devices: DeviceRecord[];
}

/** What the control server knows, kept in a file. */
export class TailnetState {
  readonly seed: number;
  /** How many machines ever joined: ids and addresses are never given twice. */
  joined = 0;
  keys: KeyRecord[] = [];
  devices: DeviceRecord[] = [];
  readonly #file: StateFile<Kept>;
  #closed = false;

  /** @param folder - of the stand-in */
  constructor(folder: string, seed: number) {
    this.seed = seed;
    this.#file = createStateFile<Kept>(join(folder, 'state.json'), () => ({
      joined: this.joined,
      keys: this.keys,
      devices: this.devices,
    }));
    const kept = this.#file.load();
    if (kept) Object.assign(this, kept);
    else this.reset();
  }

  changed(): void {
    // A machine whose question was cut off by our end must not bring the file back.
    if (!this.#closed) this.#file.changed();
  }

  /** Writes what is still waiting, and nothing from then on. */
  close(): void {
    this.#file.flush();
    this.#closed = true;
  }

  reset(): void {
    this.keys = [];
    this.devices = seededDevices(this.seed);
    this.joined = this.devices.length;
    this.changed();
  }
}
