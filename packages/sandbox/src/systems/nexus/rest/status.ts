import { demand } from '../users';
import { noContent, type RestRoute } from './call';

/** Health: the first two are asked without a name. */
export const statusRoutes: RestRoute[] = [
  [
    'GET',
    '/v1/status/check',
    ({ user, nexus }) => {
      demand(user, 'nexus:metrics:read');
      const healthy = {
        healthy: true,
        error: null,
        details: null,
        time: Date.now(),
        duration: 0,
        timestamp: new Date().toISOString(),
      };
      const { blobs, bytes } = nexus.state.usage();
      return Response.json({
        'Available CPUs': {
          ...healthy,
          message:
            'The host system is allocating a maximum of 4 cores to the application.',
        },
        'Blob Stores Ready': {
          ...healthy,
          message: `1/1 blob stores report they are ready (${blobs} blobs, ${bytes} bytes)`,
        },
        'Read-Only Detector': {
          ...healthy,
          healthy: nexus.faults.isWritable,
          message: nexus.faults.isWritable
            ? null
            : 'The application is in read-only mode',
        },
      });
    },
  ],
  [
    'GET',
    '/v1/system/eula',
    ({ user }) => {
      demand(user, 'nexus:settings:read');
      return Response.json({
        accepted: true,
        disclaimer:
          'This is a stand-in of the sandbox; nothing has to be accepted.',
      });
    },
  ],
];

/** The calls that load balancers make, without a name. */
export const openRoutes: RestRoute[] = [
  ['GET', '/v1/status', () => noContent(200)],
  [
    'GET',
    '/v1/status/writable',
    ({ nexus }) => noContent(nexus.faults.isWritable ? 200 : 503),
  ],
];
