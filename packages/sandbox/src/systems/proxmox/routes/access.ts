import { forbidden, died } from '../failure';
import { boolean, format, optional, string } from '../params/spec';
import { route, type Call, type Route } from '../router';
import { builtInRoles } from '../access';

/** Who may do what; read only. */
export const accessRoutes: Route[] = [
  route('GET', '/access', {}, () =>
    ['acl', 'domains', 'permissions', 'roles', 'users'].map(subdir => ({
      subdir,
    })),
  ),
  route('GET', '/access/domains', { open: true }, () => [
    { realm: 'pam', type: 'pam', comment: 'Linux PAM standard authentication' },
    { realm: 'pve', type: 'pve', comment: 'Proxmox VE authentication server' },
  ]),
  route(
    'POST',
    '/access/ticket',
    {
      open: true,
      params: {
        username: string({ maxLength: 64 }),
        password: string(),
        ...optional({
          'new-format': boolean(),
          otp: string(),
          realm: format('pve-realm', { maxLength: 32 }),
        }),
      },
    },
    ({ cluster, params }) => {
      const { username, realm, password } = params;
      const user = realm === undefined ? username : `${username}@${realm}`;
      return {
        ...cluster.access.createTicket(String(user), String(password)),
        clustername: cluster.state.name,
      };
    },
  ),
  route(
    'GET',
    '/access/permissions',
    {
      params: optional({
        path: string(),
        userid: string({
          pattern: /^[^\s:/]+@[A-Za-z][\w.-]+(?:![A-Za-z][\w.-]+)?$/,
        }),
      }),
    },
    permissions,
  ),
  route(
    'GET',
    '/access/users',
    { params: optional({ enabled: boolean(), full: boolean() }) },
    ({ cluster, by, params }) => {
      const mayAll = cluster.access.hasAny(by, '/access/groups', [
        'User.Modify',
        'Sys.Audit',
      ]);
      return cluster.access.users
        .filter(user => mayAll || user.userid === by.user)
        .map(user => ({
          ...user,
          enable: 1,
          expire: 0,
          'realm-type': user.userid.endsWith('@pam') ? 'pam' : 'pve',
          ...(params.full === true
            ? { tokens: cluster.access.tokensOf(user.userid) }
            : {}),
        }));
    },
  ),
  route(
    'GET',
    '/access/users/{userid}/token',
    {},
    ({ cluster, by, params }) => {
      const user = String(params.userid);
      if (user !== by.user)
        cluster.access.requireAny(by, '/access/groups', ['User.Modify']);
      return cluster.access.tokensOf(user);
    },
  ),
  route('GET', '/access/roles', {}, ({ cluster }) =>
    Object.entries(cluster.access.roles).map(([roleid, privs]) => ({
      roleid,
      privs: privs.join(','),
      special: Object.hasOwn(builtInRoles, roleid) ? 1 : 0,
    })),
  ),
  route('GET', '/access/roles/{roleid}', {}, ({ cluster, params }) => {
    const privileges = cluster.access.roles[String(params.roleid)];
    if (!privileges)
      throw died(`role '${String(params.roleid)}' does not exist`);
    return Object.fromEntries(privileges.map(name => [name, 1]));
  }),
  route('GET', '/access/acl', {}, ({ cluster, by }) =>
    cluster.access.acl
      .filter(
        entry =>
          cluster.access.hasAny(by, entry.path, ['Permissions.Modify']) ||
          cluster.access.has(by, '/access', 'Sys.Audit'),
      )
      .map(entry => ({ ...entry, propagate: entry.propagate ? 1 : 0 })),
  ),
];

function permissions({
  cluster,
  by,
  params,
}: Call): Record<string, Record<string, number>> {
  const { userid } = params;
  if (userid !== undefined && userid !== by.label)
    throw forbidden('/access', ['Sys.Audit']);
  return cluster.access.dump(
    by,
    params.path === undefined ? undefined : String(params.path),
  );
}
