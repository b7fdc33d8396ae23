import type { OctopusApi } from '@nante/clients';
import {
  NanteError,
  type OctopusConnection,
  type Registration,
  type TargetChoice,
} from '@nante/model';
import type { CheckedHost } from '../ansible/inventory';
import type { ConfigurableHost } from '../configure/targets';
import type { NamedConnection } from '../connections';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { loginUser } from '../provision/desired';
import { registerByHand } from './byHand';
import {
  listeningEndpoint,
  reachOf,
  sshEndpoint,
  type TargetEndpoint,
} from './endpoint';
import { registerTarget, type WantedTarget } from './registerTarget';
import {
  assertResolved,
  resolveTarget,
  type ResolvedTarget,
  type TargetWish,
} from './resolveTarget';
import { installTentacle, serverAddresses, tentacleChoice } from './tentacle';

/** A host of ours that shall be a target. */
export interface HostTarget {
  host: ConfigurableHost;
  choice: TargetChoice;
  octopus: NamedConnection<OctopusConnection>;
  adopt?: boolean;
  /** Made a moment ago: see `applyRoles`. */
  isNew?: 'bare' | 'fit';
}

/** What a host's target is to be, in our words. */
export function wishOf(
  { recorder }: Pick<Run, 'recorder'>,
  { host, choice, octopus }: HostTarget,
): TargetWish {
  const { app, environment } = recorder.document;
  const { name, desired, server } = host;
  return {
    host: { name, app, environment },
    user: desired ? loginUser(desired) : server?.user,
    ...{ choice, octopus },
  };
}

/**
 * Makes a host of ours a target: looks up what Octopus has, installs a Tentacle where the style wants one, learns how Octopus
 * reaches the host, and registers it.
 *
 * @throws NanteError see `resolveTarget`, `applyRoles`, `sshEndpoint`, `registerTarget`
 */
export async function registerHost(
  run: Run,
  lease: Lease,
  target: HostTarget,
  step: { detail(text: string): void },
): Promise<Registration> {
  const { context, config, recorder, signal } = run;
  const wish = wishOf(run, target);
  const api = await context.octopus(wish.octopus.name);
  const found = await resolveTarget(api, config, wish, { signal });
  assertResolved(found.problems);
  const wanted: WantedTarget = {
    ...{ wish, resolved: found.target, adopt: target.adopt ?? false },
    ...(await endpointOf(run, lease, api, target, found.target)),
    requestId: target.host.entry.requestId,
  };
  await recorder.update({
    byHand: [...recorder.document.byHand, ...registerByHand(wanted)],
  });
  return registerTarget(run, lease, wanted, step);
}

async function endpointOf(
  run: Run,
  lease: Lease,
  api: OctopusApi,
  target: HostTarget,
  { accountId }: ResolvedTarget,
): Promise<TargetEndpoint> {
  const reach = await reachOf(run, target.host);
  const { style } = target.choice;
  if (style === 'listening' || style === 'polling')
    return tentacleEndpoint(run, lease, api, target, { style, reach });
  return sshEndpoint(run, api, reach, accountId!);
}

async function tentacleEndpoint(
  run: Run,
  lease: Lease,
  api: OctopusApi,
  { host, octopus, isNew }: HostTarget,
  { style, reach }: { style: 'listening' | 'polling'; reach: CheckedHost },
): Promise<TargetEndpoint> {
  const { context, signal } = run;
  const [{ spaceName }, serverThumbprint, addresses] = await Promise.all([
    api.checkAccess({ signal }),
    api.serverThumbprint({ signal }),
    serverAddresses(context, octopus),
  ]);
  const role = tentacleChoice({
    ...{ style, serverThumbprint, space: spaceName },
    ...addresses,
  });
  // Whoever never had a role may lack Python, also long after it was made; an onboarded server was made fit for Ansible.
  const isBare = host.desired !== undefined && host.roles.length === 0;
  const own = await installTentacle(run, lease, {
    ...{ host, reach, role },
    isNew: isNew ?? (isBare ? 'bare' : undefined),
  });
  if (style === 'listening')
    return listeningEndpoint(
      ...([run, api, reach] as const),
      own.isPretended ? undefined : own.thumbprint,
    );
  const { thumbprint, pollingId } = own;
  if (pollingId === undefined)
    throw new NanteError(
      'failed',
      `The Tentacle on ${host.name} has no address that it polls from.`,
      { hint: 'It may have been set up to listen before: finish the run.' },
    );
  return { endpoint: { style, pollingId, thumbprint }, thumbprint };
}
