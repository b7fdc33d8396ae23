import { NanteError } from '@nante/model';
import type { Endpoint } from '../documents';
import { fingerprintOf, scanHostKeys } from './hostKeys';
import { thumbprintAt } from './thumbprint';

/**
 * What answers at an address, as the endpoint of a machine that is not saved.
 *
 * @param type - `TentaclePassive` or `Ssh`
 * @param port - 10933 or 22 unless given
 * @throws NanteError `unreachable` with the reason, `invalid-input` for another type or a host that is none
 */
export async function discoverEndpoint(
  type: string,
  host: string,
  port?: number,
): Promise<Endpoint> {
  switch (type) {
    case 'Ssh': {
      const at = port ?? 22;
      const [key] = await scanHostKeys(host, at);
      return {
        CommunicationStyle: 'Ssh',
        Host: host,
        Port: at,
        Uri: `ssh://${urlHost(host)}:${at}/`,
        Fingerprint: fingerprintOf(key),
        DotNetCorePlatform: 'linux-x64',
      };
    }
    case 'TentaclePassive': {
      const at = port ?? 10933;
      return {
        CommunicationStyle: 'TentaclePassive',
        Uri: `https://${urlHost(host)}:${at}/`,
        Thumbprint: await thumbprintAt(host, at),
      };
    }
    default:
      throw new NanteError(
        'invalid-input',
        `Machines of the type ${type} cannot be discovered; TentaclePassive and Ssh can.`,
      );
  }
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
