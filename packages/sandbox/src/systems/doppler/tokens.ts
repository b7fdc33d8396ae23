import { randomBytes } from 'node:crypto';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import { DopplerError } from './errors';

/** One of the configs, which are also the environments. */
export const configNames = ['dev', 'staging', 'prod', 'management'] as const;

export type ConfigName = (typeof configNames)[number];

/** All tokens that the stand-in knows. */
export interface DopplerTokens {
  /** Service tokens: each reads one config. */
  service: Record<ConfigName, string>;
  /** Reads and writes every config. */
  serviceAccount: string;
}

/** What a token is and may. */
export interface TokenHolder {
  type: 'service_token' | 'service_account_api_token';
  name: string;
  token: string;
  /** The config that a service token is bound to. */
  boundTo?: ConfigName;
}

/** Tokens made at the first start and kept in a file. */
export function loadTokens(file: string): DopplerTokens {
  const kept = readJsonFile<DopplerTokens>(file);
  if (kept) return kept;
  const secret = () => randomBytes(30).toString('hex').slice(0, 43);
  const service = Object.fromEntries(
    configNames.map(config => [config, `dp.st.${config}.${secret()}`]),
  ) as Record<ConfigName, string>;
  const made = { service, serviceAccount: `dp.sa.${secret()}` };
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}

/**
 * Finds out who asks: `Bearer <token>`, or Basic with the token as user name.
 *
 * @throws DopplerError 401
 */
export function authenticate(
  headers: Headers,
  tokens: DopplerTokens,
): TokenHolder {
  const [scheme, value = ''] = (headers.get('authorization') ?? '').split(' ');
  const given = readToken(scheme.toLowerCase(), value);
  if (given === '')
    throw new DopplerError(401, 'Please provide a token with the request');
  for (const config of configNames)
    if (tokens.service[config] === given)
      return {
        type: 'service_token',
        name: `sandbox-${config}`,
        token: given,
        boundTo: config,
      };
  if (tokens.serviceAccount === given)
    return {
      type: 'service_account_api_token',
      name: 'sandbox',
      token: given,
    };
  throw new DopplerError(
    401,
    given.startsWith('dp.st.') ? 'Invalid Service token' : 'Invalid Auth token',
  );
}

function readToken(scheme: string, value: string): string {
  if (scheme === 'bearer') return value;
  if (scheme !== 'basic') return '';
  return Buffer.from(value, 'base64').toString().split(':', 1)[0];
}
