import { NexusError } from '../errors';
import { formats } from '../model';
import { demand, roles } from '../users';
import type { RestRoute } from './call';
import { uploadSpecs } from './uploadSpecs';

/** Space that the one blob store says it has left. */
const availableBytes = 50 * 1024 ** 3;

/** Blob stores, what uploads may say, and who may do what. */
export const administrationRoutes: RestRoute[] = [
  [
    'GET',
    '/v1/blobstores',
    ({ nexus, user }) => {
      demand(user, 'nexus:blobstores:read');
      const { blobs, bytes } = nexus.state.usage();
      return Response.json([
        {
          softQuota: null,
          name: 'default',
          type: 'File',
          unavailable: false,
          blobCount: blobs,
          totalSizeInBytes: bytes,
          availableSpaceInBytes: availableBytes,
        },
      ]);
    },
  ],
  [
    'GET',
    '/v1/blobstores/{name}/quota-status',
    ({ user, param }) => {
      demand(user, 'nexus:blobstores:read');
      if (param('name') !== 'default') throw new NexusError(404, '');
      return Response.json({
        isViolation: false,
        message: 'Blob store default has no quota',
        blobStoreName: 'default',
      });
    },
  ],
  ['GET', '/v1/formats/upload-specs', () => Response.json(uploadSpecs)],
  [
    'GET',
    '/v1/formats/{format}/upload-specs',
    ({ param }) => {
      const spec = uploadSpecs.find(({ format }) => format === param('format'));
      if (!spec) throw new NexusError(404, '');
      return Response.json(spec);
    },
  ],
  [
    'GET',
    '/v1/security/users',
    ({ nexus, user, url }) => {
      demand(user, 'nexus:users:read');
      const wanted = url.searchParams.get('userId') ?? '';
      return Response.json(
        nexus.users
          .all()
          .filter(({ id }) => id.startsWith(wanted))
          .map(({ id, role, firstName }) => ({
            userId: id,
            firstName,
            lastName: 'Sandbox',
            emailAddress: `${id}@sandbox.example`,
            source: 'default',
            status: 'active',
            readOnly: false,
            roles: [role],
            externalRoles: [],
          })),
      );
    },
  ],
  [
    'GET',
    '/v1/security/roles',
    ({ user }) => {
      demand(user, 'nexus:roles:read');
      return Response.json(
        Object.entries(roles).map(([id, permissions]) => ({
          id,
          source: 'default',
          name: id,
          description: `Role ${id} of the sandbox`,
          readOnly: id === 'nx-admin',
          privileges: permissions.map(privilegeName),
          roles: [],
        })),
      );
    },
  ],
  [
    'GET',
    '/v1/security/privileges',
    ({ user }) => {
      demand(user, 'nexus:privileges:read');
      const permissions = new Set(Object.values(roles).flat());
      return Response.json([
        ...[...permissions].map(pattern => ({
          type: 'wildcard',
          name: privilegeName(pattern),
          description: `Allows ${pattern}`,
          readOnly: true,
          pattern,
        })),
        ...formats.map(format => ({
          type: 'repository-view',
          name: `nx-repository-view-${format}-*-*`,
          description: `All of all ${format} repositories`,
          readOnly: true,
          actions: ['ALL'],
          format,
          repository: '*',
        })),
      ]);
    },
  ],
  [
    'GET',
    '/v1/security/anonymous',
    ({ user }) => {
      demand(user, 'nexus:settings:read');
      return Response.json({
        enabled: false,
        userId: 'anonymous',
        realmName: 'NexusAuthorizingRealm',
      });
    },
  ],
];

/** `nexus:repository-view:*:*:read` is called `nx-repository-view-*-*-read`. */
function privilegeName(pattern: string): string {
  return pattern === 'nexus:*'
    ? 'nx-all'
    : pattern.replace(/^nexus:/, 'nx-').replaceAll(':', '-');
}
