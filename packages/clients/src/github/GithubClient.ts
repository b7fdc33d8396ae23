import { connectGithub } from './connection';
import { contentCalls } from './content';
import { pullRequestCalls } from './pullRequests';
import { repositoryCalls } from './repositories';
import { settingCalls } from './settings';
import type { GithubApi } from './types';
import { workflowCalls } from './workflows';

export interface GithubClientOptions {
  /** Address of the API; `https://api.github.com` unless given. */
  url?: string;
  token: string;
  /** Name of the secret that the token came from, for errors. */
  tokenName?: string;
  /** PEM file of a private CA. */
  caFile?: string;
  /** Milliseconds of one request with its repetitions; 20 000. Waiting for a limit is not counted. */
  timeoutMs?: number;
  /** Milliseconds between two looks for a started run, where the server does not name it; 1 000. */
  lookMs?: number;
}

/**
 * A client of GitHub, and of a GitHub Enterprise Server. Nothing is asked before the first call.
 *
 * @throws NanteError `invalid-input` where token or address cannot be used
 */
export function createGithubClient(options: GithubClientOptions): GithubApi {
  const { token, caFile, tokenName = 'GH_PAT' } = options;
  const { timeoutMs = 20_000, lookMs = 1_000 } = options;
  const connection = connectGithub({
    url: options.url ?? 'https://api.github.com',
    ...{ token, tokenName, caFile, timeoutMs },
  });
  return {
    webUrl: webUrlOf(connection.url),
    requestCounts: () => connection.counts(),
    limitedUntil: () => connection.limitedUntil(),
    ...repositoryCalls(connection),
    ...contentCalls(connection),
    ...pullRequestCalls(connection),
    ...settingCalls(connection),
    ...workflowCalls(connection, { caFile, lookMs }),
  };
}

/** Pages of github.com and of ghe.com stand beside their API, those of a GitHub Enterprise Server above it. */
function webUrlOf(url: string): string {
  return /^https:\/\/api\.(?:github\.com|[^/]+\.ghe\.com)$/u.test(url)
    ? url.replace('://api.', '://')
    : url.replace(/\/api\/v3$/u, '');
}
