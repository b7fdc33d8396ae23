import { NanteError } from '@nante/model';
import type { OctopusApi } from './types';

/** Which space, and how we get in. */
export interface OctopusClientOptions {
  /** Address of the server. */
  url: string;
  /** PEM file with a private CA. */
  caFile?: string;
  apiKey: string;
  /** Name or id of the space. */
  space: string;
  /** Requests a minute that all calls together may send; 150 unless given. */
  requestsPerMinute?: number;
  /** Milliseconds for a call with its repetitions, waiting for the bucket not counted; 30 000 unless given. */
  timeoutMs?: number;
  /** Name of the secret with the key, for hints; `OCTOPUS_API_KEY` unless given. */
  keyName?: string;
}

/** A client for one space. */
export function createOctopusClient(
  _options: OctopusClientOptions,
): OctopusApi {
  throw new NanteError('failed', 'This is being built.');
}
