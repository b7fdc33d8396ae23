import { createHash, randomBytes } from 'node:crypto';
import { ApiFailure, forbidden } from './failure';
import {
  allPrivileges,
  hostKeyPrivileges,
  provisionPrivileges,
  readPrivileges,
  snapshotPrivileges,
  templatePrivileges,
} from './privileges';

/** Who calls: a user, by one of their tokens. */
export interface Identity {
  user: string;
  /** Name of the token without the user. */
  token: string;
  /** `user@realm!token`, as tasks and logs show it. */
  label: string;
  /** Rights are the token's own, cut by the user's. */
  separated: boolean;
  /** Signed in with a password: some things no token may do. */
  byTicket?: boolean;
}

/** What a request shows of who sends it. */
export interface Credentials {
  authorization: string | null;
  cookie: string | null;
  csrf: string | null;
  /** True for a call that may change something. */
  writes: boolean;
}

export interface AclEntry {
  path: string;
  type: 'user' | 'token';
  ugid: string;
  roleid: string;
  propagate: boolean;
}

interface TokenRecord {
  user: string;
  token: string;
  secret: string;
  separated: boolean;
}

export const builtInRoles: Record<string, string[]> = {
  Administrator: allPrivileges,
  NoAccess: [],
  PVEAuditor: [
    'Datastore.Audit',
    'Mapping.Audit',
    'Pool.Audit',
    'SDN.Audit',
    'Sys.Audit',
    'VM.Audit',
    'VM.GuestAgent.Audit',
  ],
};

const users = [
  { userid: 'root@pam', comment: '' },
  { userid: 'nante@pve', comment: 'Automation: makes and removes guests' },
  { userid: 'portal@pve', comment: 'Portal: reads everything' },
];

/** Paths that the automation may work on; nodes it only looks at, and the root is not among them. */
const provisionPaths = [
  '/vms',
  '/pool',
  '/storage/local',
  '/storage/vmdata',
  '/sdn/zones/localnetwork',
];

/** Paths that every dump of permissions looks at. */
const commonPaths = [
  '/',
  '/access',
  '/access/groups',
  '/nodes',
  '/pool',
  '/sdn',
  '/storage',
  '/vms',
];

/** Secret of a token, the same for the same seed. */
function secretOf(seed: number, name: string): string {
  const hex = createHash('sha256').update(`${seed}:${name}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** Tokens, roles and access control lists, with privilege separation as the real one has it. */
export class AccessControl {
  readonly users = users;
  readonly roles: Record<string, string[]> = {
    ...builtInRoles,
    NanteProvision: provisionPrivileges,
    NanteRead: readPrivileges,
    // Free memory and load of the nodes: without it a host cannot be placed on the node with the most room.
    NanteNodes: ['Sys.Audit'],
    NanteSnapshots: snapshotPrivileges,
    NanteHostKeys: hostKeyPrivileges,
    NanteTemplates: templatePrivileges,
  };
  /** Password of root@pam. */
  readonly rootPassword: string;
  readonly acl: AclEntry[];
  readonly #tokens: TokenRecord[];
  /** CSRF tokens by ticket; all of root@pam, the only user with a password. */
  readonly #tickets = new Map<string, string>();
  readonly #listed: Set<string>;
  readonly #known = new Map<string, Map<string, boolean>>();
  readonly #poolOf: (path: string) => string[];
  readonly #isTaken: (privilege: string) => boolean;

  /**
   * @param options.poolsOf - pools that hold `/vms/…` or `/storage/…`: rights on a pool count for its members
   * @param options.isTaken - true for a privilege that a fault takes from everybody
   */
  constructor(options: {
    seed: number;
    poolsOf(path: string): string[];
    isTaken(privilege: string): boolean;
  }) {
    this.#poolOf = options.poolsOf;
    this.#isTaken = options.isTaken;
    this.rootPassword = secretOf(options.seed, 'password of root@pam');
    this.#tokens = [
      { user: 'nante@pve', token: 'provision', separated: true },
      { user: 'portal@pve', token: 'read', separated: true },
      { user: 'portal@pve', token: 'none', separated: true },
      { user: 'root@pam', token: 'sandbox', separated: false },
    ].map(token => ({
      ...token,
      secret: secretOf(options.seed, `${token.user}!${token.token}`),
    }));
    this.acl = [
      ...provisionPaths.flatMap(path =>
        grant(path, 'nante@pve', 'provision', 'NanteProvision'),
      ),
      ...grant('/nodes', 'nante@pve', 'provision', 'NanteNodes'),
      ...grant('/vms', 'nante@pve', 'provision', 'NanteSnapshots'),
      ...grant('/vms', 'nante@pve', 'provision', 'NanteHostKeys'),
      ...['/storage/local', '/nodes'].flatMap(path =>
        grant(path, 'nante@pve', 'provision', 'NanteTemplates'),
      ),
      ...grant('/', 'portal@pve', 'read', 'NanteRead'),
    ];
    this.#listed = new Set(this.acl.map(entry => entry.path));
  }

  /** Credentials as a client wants them: `user@realm!id=secret`. */
  credential(token: string): string {
    const record = this.#tokens.find(item => item.token === token);
    return record ? `${record.user}!${record.token}=${record.secret}` : '';
  }

  tokensOf(
    user: string,
  ): { tokenid: string; privsep: number; expire: number }[] {
    return this.#tokens
      .filter(item => item.user === user)
      .map(item => ({
        tokenid: item.token,
        privsep: item.separated ? 1 : 0,
        expire: 0,
      }));
  }

  /**
   * Signs somebody in by a password.
   *
   * @throws ApiFailure 401
   */
  createTicket(
    username: string,
    password: string,
  ): { username: string; ticket: string; CSRFPreventionToken: string } {
    if (username !== 'root@pam' || password !== this.rootPassword)
      throw new ApiFailure(401, 'authentication failure');
    const random = () => randomBytes(24).toString('base64');
    const time = Math.floor(Date.now() / 1000)
      .toString(16)
      .toUpperCase();
    const ticket = `PVE:${username}:${time}::${random()}`;
    const csrf = `${time}:${random()}`;
    this.#tickets.set(ticket, csrf);
    return { username, ticket, CSRFPreventionToken: csrf };
  }

  /** @throws ApiFailure 401 */
  authenticate(given: Credentials): Identity {
    const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]+)/.exec(given.cookie ?? '');
    return given.authorization === null && cookie
      ? this.#byTicket(decodeURIComponent(cookie[1]), given)
      : this.#byToken(given.authorization);
  }

  #byTicket(ticket: string, { csrf, writes }: Credentials): Identity {
    const known = this.#tickets.get(ticket);
    if (known === undefined) throw new ApiFailure(401, 'invalid PVE ticket');
    if (writes && csrf !== known)
      throw new ApiFailure(401, 'Permission denied - invalid csrf token');
    const user = 'root@pam';
    return { user, token: '', label: user, separated: false, byTicket: true };
  }

  #byToken(header: string | null): Identity {
    const match = /^PVEAPIToken[= ](([^!\s]+)!([^=\s]+))=(\S+)$/.exec(
      header ?? '',
    );
    if (!match)
      throw new ApiFailure(401, header ? 'no tokenid specified' : 'No ticket');
    const [, label, user, token, secret] = match;
    if (!this.users.some(item => item.userid === user))
      throw new ApiFailure(401, `no such user ('${user}')`);
    const record = this.#tokens.find(
      item => item.user === user && item.token === token,
    );
    if (!record)
      throw new ApiFailure(401, `no such token '${token}' for user '${user}'`);
    if (record.secret !== secret)
      throw new ApiFailure(401, 'invalid token value!');
    return { user, token, label, separated: record.separated };
  }

  /** Privileges on a path; the value says whether they hold below it as well. */
  privileges(identity: Identity, path: string): Map<string, boolean> {
    const granted = new Map<string, boolean>();
    const paths = [path, ...this.#poolOf(path).map(pool => `/pool/${pool}`)];
    for (const each of paths)
      for (const [privilege, below] of this.#onPath(identity, each))
        if (!this.#isTaken(privilege))
          granted.set(privilege, below || (granted.get(privilege) ?? false));
    return granted;
  }

  has(identity: Identity, path: string, privilege: string): boolean {
    if (this.#isTaken(privilege)) return false;
    return (
      this.#onPath(identity, path).has(privilege) ||
      this.#poolOf(path).some(pool =>
        this.#onPath(identity, `/pool/${pool}`).has(privilege),
      )
    );
  }

  hasAny(identity: Identity, path: string, privileges: string[]): boolean {
    return privileges.some(privilege => this.has(identity, path, privilege));
  }

  /** @throws ApiFailure 403 that names the first missing privilege */
  require(identity: Identity, path: string, privileges: string[]): void {
    const granted = this.privileges(identity, path);
    const missing = privileges.find(privilege => !granted.has(privilege));
    if (missing) throw forbidden(path, [missing]);
  }

  /** @throws ApiFailure 403 that names all privileges of which one was needed */
  requireAny(identity: Identity, path: string, privileges: string[]): void {
    if (!this.hasAny(identity, path, privileges))
      throw forbidden(path, privileges);
  }

  /** @throws ApiFailure 403 unless the guest, or the pool it is put into, grants all of them */
  requireForGuest(
    identity: Identity,
    vmid: number,
    pool: string | undefined,
    privileges: string[],
  ): void {
    if (pool !== undefined) {
      const onPool = this.privileges(identity, `/pool/${pool}`);
      if (privileges.every(privilege => onPool.has(privilege))) return;
    }
    this.require(identity, `/vms/${vmid}`, privileges);
  }

  /** Privileges by path, 1 where they hold below it as well. */
  dump(
    identity: Identity,
    path?: string,
  ): Record<string, Record<string, number>> {
    const paths = path
      ? [path]
      : [...new Set([...commonPaths, ...this.acl.map(entry => entry.path)])];
    const dump: Record<string, Record<string, number>> = {};
    for (const each of paths.sort()) {
      const granted = [...this.privileges(identity, each)].sort();
      if (granted.length === 0 && !path) continue;
      dump[each] = Object.fromEntries(
        granted.map(([privilege, below]) => [privilege, below ? 1 : 0]),
      );
    }
    return dump;
  }

  #onPath(identity: Identity, path: string): Map<string, boolean> {
    // All paths without a list of their own below the same one have the same rights: thousands of guests ask for one answer.
    const inherits = !this.#listed.has(path);
    const place = inherits ? `${path.replace(/\/[^/]*$/, '')}/*` : path;
    const key = `${identity.label} ${place}`;
    const known = this.#known.get(key);
    if (known) return known;
    const granted = this.#compute(identity, path);
    this.#known.set(key, granted);
    return granted;
  }

  #compute(identity: Identity, path: string): Map<string, boolean> {
    const ofUser = this.#ofSubject('user', identity.user, path);
    if (!identity.separated) return ofUser;
    const ofToken = this.#ofSubject('token', identity.label, path);
    return new Map(
      [...ofToken]
        .filter(([privilege]) => ofUser.has(privilege))
        .map(([privilege, below]) => [
          privilege,
          below && ofUser.get(privilege) === true,
        ]),
    );
  }

  #ofSubject(
    type: AclEntry['type'],
    ugid: string,
    path: string,
  ): Map<string, boolean> {
    if (type === 'user' && ugid === 'root@pam')
      return new Map(allPrivileges.map(privilege => [privilege, true]));
    let found: AclEntry[] = [];
    // A list on a longer path replaces what was inherited.
    for (const level of levels(path)) {
      const here = this.acl.filter(
        entry =>
          entry.path === level &&
          entry.type === type &&
          entry.ugid === ugid &&
          (entry.propagate || level === path),
      );
      if (here.length > 0) found = here;
    }
    const granted = new Map<string, boolean>();
    for (const entry of found)
      for (const privilege of this.roles[entry.roleid] ?? [])
        granted.set(privilege, entry.propagate);
    return granted;
  }
}

function grant(
  path: string,
  user: string,
  token: string,
  roleid: string,
): AclEntry[] {
  return [
    { path, type: 'user', ugid: user, roleid, propagate: true },
    { path, type: 'token', ugid: `${user}!${token}`, roleid, propagate: true },
  ];
}

/** `/a/b` as `/`, `/a`, `/a/b`. */
function levels(path: string): string[] {
  const parts = path.split('/').filter(part => part !== '');
  return [
    '/',
    ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`),
  ];
}
