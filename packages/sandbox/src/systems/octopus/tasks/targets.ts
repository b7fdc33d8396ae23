import { NanteError } from '@nante/model';
import type { Machine } from '../documents';
import type { OctopusState } from '../state';
import { rolesOf, type DeploymentSubject, type PlannedStep } from './subject';
import type { LogNode } from './taskLog';
import type { SshLogin, TaskQueueParts } from './types';
import { TaskFailure, type WorkContext } from './work';

/** Where a machine's steps run. */
export type Reach =
  /** Nowhere: they are pretended. */
  | { by: 'pretence'; why: string }
  /** Over SSH; `sudo` where a Tentacle's service would be root. */
  | { by: 'ssh'; login: SshLogin; sudo: boolean; root: string };

/** Who a machine with a Tentacle may be logged in as; the first whom it lets in. */
const tentacleUsers = ['root', 'ops'];

/** Targets of a step: of the environment, with one of its tags, enabled, and among those that were chosen. */
export function targetsOf(
  state: OctopusState,
  { deployment, project }: DeploymentSubject,
  planned: PlannedStep,
  excludedIds: string[] = [],
): Machine[] {
  const roles = rolesOf(planned);
  const { SpecificMachineIds, ExcludedMachineIds } = deployment;
  const policy = project.ProjectConnectivityPolicy;
  const skips = policy?.SkipMachineBehavior === 'SkipUnavailableMachines';
  return state
    .all('machines')
    .filter(
      machine =>
        machine.SpaceId === deployment.SpaceId &&
        !machine.IsDisabled &&
        machine.EnvironmentIds.includes(deployment.EnvironmentId) &&
        machine.Roles.some(role => hasRole(roles, role)) &&
        (SpecificMachineIds.length === 0 ||
          SpecificMachineIds.includes(machine.Id)) &&
        !ExcludedMachineIds.includes(machine.Id) &&
        !excludedIds.includes(machine.Id) &&
        !(skips && machine.HealthStatus === 'Unavailable') &&
        !(
          policy?.ExcludeUnhealthyTargets &&
          machine.HealthStatus === 'Unhealthy'
        ),
    );
}

function hasRole(roles: string[], role: string): boolean {
  // Octopus minds no case in target tags.
  return roles.some(wanted => wanted.toLowerCase() === role.toLowerCase());
}

/**
 * Says which targets were found, and refuses a deployment that has none although it needs some.
 *
 * @throws TaskFailure
 */
export function checkTargets(
  context: WorkContext,
  subject: DeploymentSubject,
  node: LogNode,
): void {
  const { state } = context.parts;
  const needing = subject.steps.filter(step => rolesOf(step).length > 0);
  const all = needing.flatMap(step => targetsOf(state, subject, step));
  const names = [...new Set(all.map(({ Name }) => Name))].sort();
  if (names.length > 0) {
    node.info(
      `Deploying to ${names.length === 1 ? 'one target' : `${names.length} targets`}: ${names.join(', ')}`,
    );
    return;
  }
  if (
    needing.length === 0 ||
    subject.project.ProjectConnectivityPolicy?.AllowDeploymentsToNoTargets
  )
    return;
  const roles = [...new Set(needing.flatMap(rolesOf))].sort();
  throw new TaskFailure(
    `There is no deployment target in ${subject.environment.Name} that is enabled, not left out and has one of the tags ${roles.join(', ')}.`,
  );
}

/** @throws TaskFailure when the machine cannot be reached, in words for a person */
export async function reach(
  { state, isRecord, privateKey, polling }: TaskQueueParts,
  machine: Machine,
): Promise<Reach> {
  const { Endpoint } = machine;
  if (isRecord(machine))
    return { by: 'pretence', why: 'this machine is a record of the sandbox' };
  switch (Endpoint.CommunicationStyle) {
    case 'Ssh': {
      const account = state.get('accounts', `${Endpoint.AccountId}`);
      if (!account)
        throw new TaskFailure(
          `The account ${Endpoint.AccountId} of ${machine.Name} is not there.`,
        );
      const own = state.get('secrets', `${account.Id}.PrivateKeyFile`);
      return {
        by: 'ssh',
        sudo: false,
        root: '~/.octopus',
        login: {
          host: hostOf(machine),
          port: Endpoint.Port ?? 22,
          user: account.Username ?? 'root',
          privateKey: own ? pemOf(own.Value) : privateKey,
          fingerprint: Endpoint.Fingerprint ?? '',
        },
      };
    }
    case 'TentaclePassive':
    case 'TentacleActive': {
      const polled = polling?.(Endpoint.Uri ?? '');
      const host =
        Endpoint.CommunicationStyle === 'TentaclePassive'
          ? hostOf(machine)
          : polled?.address;
      if (!host)
        throw new TaskFailure(
          `${machine.Name} polls, and has not been heard of since the server started.`,
        );
      return {
        by: 'ssh',
        sudo: true,
        root: '/home/Octopus',
        login: { host, port: 22, user: tentacleUsers[0], privateKey },
      };
    }
    default:
      return {
        by: 'pretence',
        why: `the sandbox has nothing for ${Endpoint.CommunicationStyle}`,
      };
  }
}

/** Tries the users whom a machine with a Tentacle may have. */
export async function withUser<T>(
  at: Extract<Reach, { by: 'ssh' }>,
  attempt: (login: SshLogin, sudo: boolean) => Promise<T>,
): Promise<T> {
  if (!at.sudo) return attempt(at.login, false);
  const [first, second] = tentacleUsers;
  try {
    return await attempt({ ...at.login, user: first }, false);
  } catch (error) {
    if (!/permission denied/i.test(String(error))) throw error;
    return attempt({ ...at.login, user: second }, true);
  }
}

/** Host of an endpoint: its own field, or that of its address. */
export function hostOf({ Name, Endpoint }: Machine): string {
  if (Endpoint.Host) return Endpoint.Host;
  try {
    return new URL(Endpoint.Uri ?? '').hostname.replace(/^\[|\]$/g, '');
  } catch (error) {
    throw new NanteError('invalid-input', `${Name} has no address.`, {
      cause: error,
    });
  }
}

/** As Octopus takes private keys: the file itself, or its base64. */
function pemOf(value: string): string {
  const text = value.includes('-----BEGIN')
    ? value
    : Buffer.from(value, 'base64').toString();
  return `${text.trim()}\n`;
}
