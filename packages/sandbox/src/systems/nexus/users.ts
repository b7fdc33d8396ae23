import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import { NexusError } from './errors';

/** Permissions of a role, in the form of the server: parts by colon, `*` for any. */
const rolePermissions: Record<string, string[]> = {
  'nx-admin': ['nexus:*'],
  'nante-automation': [
    'nexus:repository-view:*:*:*',
    'nexus:repository-admin:*:*:*',
    'nexus:blobstores:read',
    'nexus:search:read',
    'nexus:component:*',
  ],
  'nante-viewer': [
    'nexus:repository-view:*:*:browse',
    'nexus:repository-view:*:*:read',
    'nexus:search:read',
  ],
};

/** Names of all roles with what they allow. */
export const roles: Readonly<Record<string, string[]>> = rolePermissions;

export interface User {
  id: string;
  role: string;
  firstName: string;
  password: string;
}

const seeded: Omit<User, 'password'>[] = [
  { id: 'admin', role: 'nx-admin', firstName: 'Administrator' },
  { id: 'nante', role: 'nante-automation', firstName: 'Nante' },
  { id: 'viewer', role: 'nante-viewer', firstName: 'Viewer' },
];

/** Who may come in. Nobody comes in without a name: anonymous access is off. */
export class Users {
  readonly #users: User[];

  /** @param file - keeps the passwords, which are made at the first start */
  constructor(file: string) {
    const kept = readJsonFile<Record<string, string>>(file) ?? {};
    this.#users = seeded.map(user => ({
      ...user,
      password: kept[user.id] ?? randomBytes(18).toString('base64url'),
    }));
    const passwords = this.#users.map(({ id, password }) => [id, password]);
    writeFileAtomic(file, JSON.stringify(Object.fromEntries(passwords)));
  }

  all(): User[] {
    return this.#users;
  }

  get(id: string): User {
    return this.#users.find(user => user.id === id) as User;
  }

  /** @throws NexusError 401 without a name and password that are known */
  authenticate(headers: Headers): User {
    const [scheme, value = ''] = (headers.get('authorization') ?? '').split(
      ' ',
    );
    const given = Buffer.from(value, 'base64').toString();
    const end = given.indexOf(':');
    const user = this.#users.find(({ id }) => id === given.slice(0, end));
    if (
      scheme.toLowerCase() !== 'basic' ||
      !user ||
      !isSame(user.password, given.slice(end + 1))
    )
      throw new NexusError(401, '');
    return user;
  }
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a user may do something, for example `nexus:repository-view:raw:raw-hosted:read`. */
export function may(user: User, permission: string): boolean {
  const wanted = permission.split(':');
  return rolePermissions[user.role].some(granted => {
    const parts = granted.split(':');
    return wanted.every((part, index) => {
      const own = parts[index] ?? '*';
      return own === '*' || own === part;
    });
  });
}

/** @throws NexusError 403 */
export function demand(user: User, permission: string): void {
  if (!may(user, permission)) throw new NexusError(403, '');
}
