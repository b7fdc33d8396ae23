import { NanteError } from '@nante/model';
import type { GithubApi } from './types';

export interface GithubClientOptions {
  /** Address of the API; `https://api.github.com` unless given. */
  url?: string;
  token: string;
  /** Name of the secret that the token came from, for errors. */
  tokenName?: string;
  /** PEM file of a private CA. */
  caFile?: string;
  /** Milliseconds of one request; 20 000. */
  timeoutMs?: number;
}

/** A client of GitHub, and of a GitHub Enterprise Server. Nothing is asked before the first call. */
export function createGithubClient(_options: GithubClientOptions): GithubApi {
  throw new NanteError('failed', 'The client of GitHub is being built.');
}
