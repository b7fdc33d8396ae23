import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import { OctopusError } from './errors';
import { permissions, viewing, working, type Permission } from './permissions';

/** Who has a key. */
export interface User {
  id: string;
  username: string;
  displayName: string;
  /** An account of a program, not of a person. */
  isService: boolean;
  permissions: Permission[];
}

/** Who asks. */
export interface Actor extends User {
  /** Digest-free name of the key in our own words, for the rate limit. */
  key: string;
}

/** Keys as they stand in `endpoints.json`. */
export interface Keys {
  apiKey: string;
  readOnlyKey: string;
  limitedKey: string;
  expiredKey: string;
  adminKey: string;
}

/** Users of the server, by the name of their key. */
export const users: Record<Exclude<keyof Keys, 'expiredKey'>, User> = {
  adminKey: {
    id: 'Users-1',
    username: 'admin',
    displayName: 'Octopus administrator',
    isService: false,
    permissions: [...permissions],
  },
  apiKey: {
    id: 'Users-21',
    username: 'nante',
    displayName: 'Nante',
    isService: true,
    permissions: working,
  },
  readOnlyKey: {
    id: 'Users-22',
    username: 'dashboard',
    displayName: 'Dashboard in the hall',
    isService: true,
    permissions: viewing,
  },
  limitedKey: {
    id: 'Users-23',
    username: 'limited',
    displayName: 'Limited',
    isService: true,
    permissions: working.filter(
      name => name !== 'DeploymentCreate' && name !== 'MachineCreate',
    ),
  },
};

/** The keys, made at the first start and kept. */
export function loadKeys(folder: string): Keys {
  const file = join(folder, 'keys.json');
  const kept = readJsonFile<Keys>(file);
  if (kept) return kept;
  const made: Keys = {
    apiKey: randomKey(),
    readOnlyKey: randomKey(),
    limitedKey: randomKey(),
    expiredKey: randomKey(),
    adminKey: randomKey(),
  };
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}

/** Finds out who asks. */
export class Access {
  readonly #actors = new Map<string, Actor>();
  readonly #expired: string;

  constructor(keys: Keys) {
    this.#expired = keys.expiredKey;
    for (const [name, user] of Object.entries(users))
      this.#actors.set(keys[name as keyof typeof users], {
        ...user,
        key: name,
      });
  }

  /**
   * The user of a request: by header, or by `apikey` in the query.
   *
   * @throws OctopusError 401
   */
  demand(request: Request): Actor {
    const { searchParams } = new URL(request.url);
    const key =
      request.headers.get('x-octopus-apikey') ?? searchParams.get('apikey');
    if (key === null)
      throw unauthorized('You must be logged in to perform this action.');
    if (key === this.#expired)
      throw unauthorized('The API key you provided has expired.');
    const actor = this.#actors.get(key);
    if (!actor) throw unauthorized('The API key you provided was not valid.');
    return actor;
  }
}

/** @throws OctopusError 403 that names what is missing */
export function allow(actor: Actor, permission: Permission): void {
  if (actor.permissions.includes(permission)) return;
  throw new OctopusError(
    403,
    `You do not have permission to perform this action. Missing permission: ${permission}`,
    [`Missing permission: ${permission}`],
  );
}

function unauthorized(message: string) {
  return new OctopusError(
    401,
    `${message} Provide a valid API key, or log in again.`,
  );
}

function randomKey(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const text = Array.from({ length: 26 }, () => letters[randomInt(36)]);
  return `API-${text.join('')}`;
}
