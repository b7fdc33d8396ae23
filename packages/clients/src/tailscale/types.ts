import type { CallOptions } from '../proxmox/types';

/** A device of a tailnet. */
export interface MeshDevice {
  /** Stable id (`nodeId` of the API). */
  id: string;
  /** Name that the machine gave itself. */
  hostname: string;
  /** Name in MagicDNS, without the dot at its end: differs from `hostname` where that was taken. */
  name: string;
  addresses: string[];
  tags: string[];
  /** ISO time at which the control server saw it last; absent where it does not say. */
  lastSeen?: string;
  /** Whether it is connected now; absent where the API does not say. */
  online?: boolean;
  /** ISO time at which it joined. */
  createdAt?: string;
  /** Whether its key has to be renewed by hand some day. */
  keyExpires: boolean;
}

/** A key that lets one device join. */
export interface MeshKey {
  id: string;
  /** The secret, said only once. */
  key: string;
}

/** What we do with a tailnet. */
export interface TailscaleApi {
  /**
   * Whether it answers and lets us list devices and keys, which needs the scopes that we use. Who owns which tag shows only
   * when a key is made.
   *
   * @throws NanteError `unreachable`, `unauthorized`
   */
  checkAccess(options?: CallOptions): Promise<void>;
  /**
   * Mints a key for one use, approved beforehand, for a device that stays (not ephemeral).
   *
   * @param input - `tags`: those of the device; `expirySeconds`: until when it may be used; `description`: at most 50 letters, digits, blanks and hyphens
   * @throws NanteError `refused` where the client does not own a tag
   */
  createKey(
    input: { tags: string[]; expirySeconds: number; description: string },
    options?: CallOptions,
  ): Promise<MeshKey>;
  /** Revokes a key; one that is gone is success. */
  deleteKey(id: string, options?: CallOptions): Promise<void>;
  /** All devices, in one request. */
  devices(options?: CallOptions): Promise<MeshDevice[]>;
  /** Removes a device, which frees its name; one that is gone is success. */
  deleteDevice(id: string, options?: CallOptions): Promise<void>;
}
