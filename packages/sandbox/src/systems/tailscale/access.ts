import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import { TailscaleError } from './errors';
import { randomText } from './identity';
import type { TagGiver } from './policy';

/** An OAuth client, which the vendor's console calls a trust credential. */
export interface OAuthClient {
  id: string;
  secret: string;
  scopes: string[];
  /** Tags that it may give, beside those that these own. */
  tags: string[];
}

/** All that lets somebody in; made at the first start and kept. */
export interface Credentials {
  /** What Nante uses. */
  provision: OAuthClient;
  /** Sees devices and changes nothing. */
  readOnly: OAuthClient;
  /** An admin's access token: may do everything. */
  apiKey: string;
}

/** Who asks, and what they may. */
export interface Actor {
  scopes: string[];
  /** Set where a person asks, who then owns what they make. */
  userId?: string;
  giver: TagGiver;
}

/** Seconds that an access token is good for. */
const tokenSeconds = 3600;

export const adminUserId = 'uAdmin1CNTRL';

export function loadCredentials(folder: string): Credentials {
  const file = join(folder, 'credentials.json');
  const kept = readJsonFile<Credentials>(file);
  if (kept) return kept;
  const client = (scopes: string[], tags: string[]): OAuthClient => {
    const id = `k${randomText(11)}CNTRL`;
    return { id, secret: `tskey-client-${id}-${randomText(32)}`, scopes, tags };
  };
  const made: Credentials = {
    provision: client(['auth_keys', 'devices:core'], ['tag:nante']),
    readOnly: client(['devices:core:read'], []),
    apiKey: `tskey-api-k${randomText(11)}CNTRL-${randomText(32)}`,
  };
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}

/** Gives access tokens to OAuth clients and finds out who asks. Tokens are forgotten with the process, as after an hour. */
export class Access {
  readonly #credentials: Credentials;
  readonly #tokens = new Map<string, { actor: Actor; until: number }>();

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  get clients(): OAuthClient[] {
    return [this.#credentials.provision, this.#credentials.readOnly];
  }

  /**
   * The client credentials grant. The secret alone says who the client is: the vendor's own program sends no id of use.
   *
   * @param form - `client_secret`, optionally `scope` for fewer rights
   * @throws TailscaleError 401
   */
  grant(form: URLSearchParams, headers: Headers) {
    const secret = form.get('client_secret') ?? basic(headers)?.[1] ?? '';
    const client = this.clients.find(known => known.secret === secret);
    if (!client) throw new TailscaleError(401, 'API token invalid');
    const asked = (form.get('scope') ?? '').split(' ').filter(Boolean);
    const fewer = client.scopes.filter(scope => asked.includes(scope));
    // Names that we do not know, such as the old `device`, take nothing away.
    const scopes = fewer.length > 0 ? fewer : client.scopes;
    const token = `tskey-api-k${randomText(11)}CNTRL-${randomText(32)}`;
    const actor: Actor = { scopes, giver: { tags: client.tags } };
    const until = Date.now() + tokenSeconds * 1000;
    this.#tokens.set(token, { actor, until });
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: tokenSeconds,
      scope: scopes.join(' '),
    };
  }

  /** @throws TailscaleError 401, or 403 where the scope is missing */
  demand(headers: Headers, scope: string): Actor {
    const actor = this.#actor(headers);
    if (!actor) throw new TailscaleError(401, 'API token invalid');
    if (!mayUse(actor, scope))
      throw new TailscaleError(
        403,
        'calling actor does not have enough permissions to perform this function',
      );
    return actor;
  }

  /** Takes back every token that was given. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  #actor(headers: Headers): Actor | undefined {
    const [scheme, value = ''] = (headers.get('authorization') ?? '').split(
      ' ',
    );
    const token =
      scheme.toLowerCase() === 'bearer' ? value : basic(headers)?.[0];
    if (token === this.#credentials.apiKey)
      return { scopes: ['all'], userId: adminUserId, giver: 'admin' };
    const given = this.#tokens.get(token ?? '');
    return given && given.until > Date.now() ? given.actor : undefined;
  }
}

/** A scope for writing is one for reading as well. */
export function mayUse(actor: Actor, scope: string): boolean {
  const enough = ['all', scope];
  if (scope.endsWith(':read'))
    enough.push('all:read', scope.replace(/:read$/, ''));
  return enough.some(name => actor.scopes.includes(name));
}

function basic(headers: Headers): string[] | undefined {
  const [scheme, value = ''] = (headers.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(value, 'base64').toString().split(':');
}
