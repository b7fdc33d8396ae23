import { componentCalls } from './components';
import { connectNexus, type NexusClientOptions } from './connection';
import { contentCalls } from './content';
import { imageCalls } from './registry';
import { repositoryCalls } from './repositories';
import type { NexusApi } from './types';
import { uploadCall } from './upload';

export type { NexusClientOptions } from './connection';

/**
 * A client for one Nexus. Calls that read are repeated when it does not answer; uploads never are.
 *
 * @throws NanteError `invalid-input` where address, user or password cannot be used
 */
export function createNexusClient(options: NexusClientOptions): NexusApi {
  const connection = connectNexus(options);
  const repositories = repositoryCalls(connection);
  const content = contentCalls(connection);

  return {
    ...repositories,
    ...componentCalls(connection),
    ...content,
    ...imageCalls(connection, repositories.repository),
    upload: uploadCall(connection, content.head),

    async checkAccess(given) {
      const { raw } = await connection.ask(
        { what: 'say how it is' },
        given,
        ({ vendor, configuration, init }) =>
          new vendor.StatusApi(configuration).listStatusRaw(init),
      );
      // The status is told to everybody; this one only to whom it knows.
      await repositories.repositories(given);
      const writable = await connection.request(
        { method: 'GET', path: '/service/rest/v1/status/writable' },
        given,
      );
      const [, version] =
        /^Nexus\/(\d[\w.]*)/.exec(raw.headers.get('server') ?? '') ?? [];
      return {
        ...(version ? { version } : {}),
        isWritable: writable.status === 200,
      };
    },
  };
}
