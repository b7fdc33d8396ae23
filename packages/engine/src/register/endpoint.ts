import type { NewMachine, OctopusApi } from '@nante/clients';
import { NanteError } from '@nante/model';
import type { CheckedHost } from '../ansible/inventory';
import { guestsAreRecords } from '../configure/playOnHosts';
import { playHostOf, type ConfigurableHost } from '../configure/targets';
import type { Run } from '../operation/executeRun';
import { loginUser } from '../provision/desired';
import { staticAddress } from '../provision/reserve';
import { fingerprintsOf, isOneOf } from './hostKeyMatch';
import { sameThumbprint } from './targetEntries';

/** Port on which a Tentacle listens. */
export const tentaclePort = 10_933;

/** How Octopus reaches a target, and by what it knows it again. */
export interface TargetEndpoint {
  endpoint: NewMachine['endpoint'];
  /** Certificate of the Tentacle, or fingerprint of the host key; a cluster has none. */
  thumbprint?: string;
}

/** Where a host of ours is entered. Guests that are records have an address by our records, and no keys. */
export async function reachOf(
  run: Run,
  host: ConfigurableHost,
): Promise<CheckedHost> {
  if (!guestsAreRecords(run)) return playHostOf(run, host);
  const { name, desired, server, entry } = host;
  const fixed = desired && staticAddress(desired);
  return {
    name,
    address: server?.address ?? fixed ?? entry.address ?? '192.0.2.1',
    port: server?.port ?? 22,
    user: desired ? loginUser(desired) : server!.user,
    hostKeys: entry.hostKeys ?? [],
    variables: {},
  };
}

/**
 * By SSH: Octopus says which host key it sees, and that has to be one of those that we have pinned. Guests that are records
 * have none pinned, so that Octopus' word counts.
 *
 * @throws NanteError `refused` with both where they differ
 */
export async function sshEndpoint(
  run: Pick<Run, 'signal'>,
  api: OctopusApi,
  { name, address, port, hostKeys }: CheckedHost,
  accountId: string,
): Promise<TargetEndpoint> {
  const { thumbprint } = await api.discoverMachine(
    { style: 'ssh', host: address, port },
    { signal: run.signal },
  );
  if (hostKeys.length > 0 && !isOneOf(thumbprint, hostKeys))
    throw new NanteError(
      'refused',
      `Octopus sees another SSH host key at ${address}, port ${port}, than the one of ${name} that we have pinned: ${thumbprint}, not ${pinnedText(hostKeys)}.`,
      {
        hint: 'Nothing was registered. Octopus may reach another machine under this address, or somebody stands between: look at the network of the Octopus server.',
      },
    );
  return {
    endpoint: {
      ...{ style: 'ssh', host: address, port, accountId },
      fingerprint: thumbprint,
    },
    thumbprint,
  };
}

/**
 * By a Tentacle that listens: what Octopus sees has to be the certificate that the Tentacle itself names.
 *
 * @param own - thumbprint as it was read on the host; undefined for guests that are records
 * @throws NanteError `refused` with both where they differ
 */
export async function listeningEndpoint(
  run: Pick<Run, 'signal'>,
  api: OctopusApi,
  { name, address }: CheckedHost,
  own: string | undefined,
): Promise<TargetEndpoint> {
  const { thumbprint } = await api.discoverMachine(
    { style: 'listening', host: address, port: tentaclePort },
    { signal: run.signal },
  );
  if (own !== undefined && !sameThumbprint(own, thumbprint))
    throw new NanteError(
      'refused',
      `Octopus sees another Tentacle at ${address}, port ${tentaclePort}, than the one on ${name}: ${thumbprint}, not ${own}.`,
      {
        hint: 'Nothing was registered. Octopus may reach another machine under this address: look at the network of the Octopus server.',
      },
    );
  return {
    endpoint: {
      ...{ style: 'listening', host: address, port: tentaclePort },
      thumbprint,
    },
    thumbprint,
  };
}

function pinnedText(hostKeys: readonly string[]): string {
  return hostKeys.map(key => fingerprintsOf(key)[0]).join(' or ');
}
