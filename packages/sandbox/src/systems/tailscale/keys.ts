import { z } from 'zod';
import { adminUserId, mayUse, type Actor, type OAuthClient } from './access';
import { invalidKeyMessage, TailscaleError } from './errors';
import type { TailscaleFaults } from './faults';
import { digestOf, randomText } from './identity';
import { checkTags } from './policy';
import type { KeyRecord, TailnetState } from './state';

const ninetyDays = 90 * 24 * 3600;

/** Body of a request for a key. */
export const keyRequestSchema = z.object({
  keyType: z.enum(['auth']).default('auth'),
  description: z
    .string()
    .max(50, 'must be at most 50 characters')
    .regex(/^[A-Za-z0-9 -]*$/, 'has letters, digits, hyphens and spaces only')
    .default(''),
  expirySeconds: z.number().int().min(0).max(ninetyDays).default(ninetyDays),
  capabilities: z.object({
    devices: z.object({
      create: z
        .object({
          reusable: z.boolean().default(false),
          ephemeral: z.boolean().default(false),
          preauthorized: z.boolean().default(false),
          tags: z.array(z.string()).nullish(),
        })
        .prefault({}),
    }),
  }),
});

/** Keys by which machines join. */
export class Keys {
  readonly #state: TailnetState;
  readonly #faults: TailscaleFaults;

  constructor(state: TailnetState, faults: TailscaleFaults) {
    this.#state = state;
    this.#faults = faults;
  }

  /**
   * @returns the key with its secret, which is said only now
   * @throws TailscaleError 400 where a tag is missing or not the actor's to give
   */
  create(request: z.output<typeof keyRequestSchema>, actor: Actor) {
    const { create } = request.capabilities.devices;
    const tags = create.tags ?? [];
    if (tags.length === 0 && !actor.userId)
      throw new TailscaleError(
        400,
        'tailnet-owned auth key must have tags set',
      );
    checkTags(tags, actor.giver, this.#faults.forbidsTag);
    const id = `k${randomText(11)}CNTRL`;
    const secret = `tskey-auth-${id}-${randomText(32)}`;
    // No duration means the longest, as where it is left out.
    const seconds = request.expirySeconds || ninetyDays;
    const record: KeyRecord = {
      id,
      digest: digestOf(secret),
      description: request.description,
      created: isoSeconds(Date.now()),
      expires: isoSeconds(Date.now() + seconds * 1000),
      expirySeconds: seconds,
      reusable: create.reusable,
      ephemeral: create.ephemeral,
      preauthorized: create.preauthorized,
      tags,
      ...(actor.userId ? { userId: actor.userId } : {}),
    };
    this.#state.keys.push(record);
    this.#state.changed();
    return { ...answerOf(record), key: secret };
  }

  /**
   * Keys that still work. As with the vendor, an OAuth client sees keys only when it asks for all, and a person their own.
   *
   * @param clients - OAuth clients, which stand in the same list
   */
  list(actor: Actor, all: boolean, clients: OAuthClient[]) {
    const keys = this.#state.keys
      .filter(key => !isInvalid(key) && mayUse(actor, 'auth_keys:read'))
      .filter(key => all || (actor.userId && key.userId === actor.userId))
      .map(answerOf);
    const shown = mayUse(actor, 'oauth_keys:read') && all ? clients : [];
    return { keys: [...keys, ...shown.map(clientAnswer)] };
  }

  /** @throws TailscaleError 404 */
  get(id: string) {
    return answerOf(this.#find(id));
  }

  /** @throws TailscaleError 404 */
  revoke(id: string): void {
    const key = this.#find(id);
    key.revoked ??= isoSeconds(Date.now());
    this.#state.changed();
  }

  /**
   * The key that a machine shows.
   *
   * @throws TailscaleError 401 in the words that `tailscale up` prints
   */
  lookUp(secret: string): KeyRecord {
    const digest = digestOf(secret);
    const key = this.#state.keys.find(known => known.digest === digest);
    if (!key || isInvalid(key) || this.#faults.keyHasExpired())
      throw new TailscaleError(401, invalidKeyMessage);
    return key;
  }

  /** A machine has joined: a key for one use is used up. */
  use(key: KeyRecord): void {
    if (!key.reusable) key.used = true;
    this.#state.changed();
  }

  #find(id: string): KeyRecord {
    const key = this.#state.keys.find(known => known.id === id);
    if (!key) throw new TailscaleError(404, 'key not found');
    return key;
  }
}

function isInvalid(key: KeyRecord): boolean {
  return Boolean(
    key.revoked || key.used || Date.parse(key.expires) <= Date.now(),
  );
}

function answerOf(key: KeyRecord) {
  const { id, created, expires, expirySeconds, description, revoked } = key;
  return {
    id,
    keyType: 'auth',
    created,
    expires,
    expirySeconds,
    description,
    ...(revoked ? { revoked } : {}),
    ...(isInvalid(key) ? { invalid: true } : {}),
    ...(key.userId ? { userId: key.userId } : {}),
    capabilities: {
      devices: {
        create: {
          reusable: key.reusable,
          ephemeral: key.ephemeral,
          preauthorized: key.preauthorized,
          tags: key.tags,
        },
      },
    },
  };
}

function clientAnswer({ id, scopes, tags }: OAuthClient) {
  return {
    id,
    keyType: 'client',
    created: '2026-01-08T08:30:00Z',
    scopes,
    tags,
    description: scopes.join(' '),
    userId: adminUserId,
  };
}

/** ISO time without the fraction, as the vendor writes times. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
