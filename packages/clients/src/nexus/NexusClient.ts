import { NanteError } from '@nante/model';
import type { NexusApi } from './types';

/** Which Nexus, and how we get in. */
export interface NexusClientOptions {
  /** Address, without `/service/rest`. */
  url: string;
  /** PEM file with a private CA. */
  caFile?: string;
  username: string;
  password: string;
  /** Names of these secrets, for hints; `NEXUS_USERNAME` and `NEXUS_PASSWORD` unless given. */
  names?: { username: string; password: string };
  /** Milliseconds for a call with its repetitions; 15 000 unless given. Uploads are only bounded by silence: as long without a byte. */
  timeoutMs?: number;
}

/** A client for one Nexus. */
export function createNexusClient(_options: NexusClientOptions): NexusApi {
  throw new NanteError('failed', 'This is being built.');
}
