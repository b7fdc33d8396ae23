import {
  proxmoxOf,
  NanteError,
  type Environment,
  type InfrastructureConfig,
  type ProvisionRequest,
} from '@nante/model';
import { vlanProblem } from '../provision/network';
import type { CheckResult } from '../types';

/** Cores, memory and disk that a request comes to. */
export interface ResolvedSize {
  cores: number;
  memoryMb: number;
  diskGb: number;
}

/** Name of the size that a person types in by hand. */
export const customSize = 'custom';

/**
 * What the configuration says about a request: pure, nothing is asked of any system.
 *
 * @param hostsOfOwner - hosts that the owner has already, this one not counted
 * @param isSizeKept - the host exists and its size was not spoken of
 * @returns every check with its outcome, failed ones with a sentence that says what to do
 */
export function checkPolicy(
  config: InfrastructureConfig,
  request: ProvisionRequest,
  hostsOfOwner: number,
  isSizeKept = false,
): CheckResult[] {
  const environment = config.environments[request.environment];
  const { policy } = config;
  const known = Object.keys(config.environments).sort().join(', ');
  const environmentCheck = check(
    'environment',
    'The environment is configured',
    'environment',
    environment
      ? undefined
      : `There is no environment "${request.environment}"; choose one of ${known}.`,
  );
  if (!environment) return [environmentCheck];
  return [
    environmentCheck,
    check(
      'environment-access',
      'The environment is open to you',
      'environment',
      environment.restricted && !request.operator
        ? `Only operators may create hosts in ${request.environment}; ask one of them.`
        : undefined,
    ),
    check(
      'read-only',
      'The connection may be changed',
      'environment',
      proxmoxOf(config, request.environment).readOnly
        ? `The connection ${environment.connection} is read-only: nothing can be made in ${request.environment}.`
        : undefined,
    ),
    check(
      'kind',
      'The kind of host is offered',
      'kind',
      policy.kinds.includes(request.kind)
        ? undefined
        : `Hosts of the kind ${request.kind} are not offered; choose ${policy.kinds.join(' or ')}.`,
    ),
    check(
      'size',
      'The size is allowed',
      'size',
      isSizeKept ? undefined : sizeProblem(config, environment, request),
    ),
    check(
      'quota',
      'The owner has room for another host',
      'owner',
      hostsOfOwner >= policy.hostsPerOwner
        ? `${request.owner} has ${hostsOfOwner} hosts, and ${policy.hostsPerOwner} is the most for one owner; destroy one, or ask an operator to raise hostsPerOwner.`
        : undefined,
    ),
    check(
      'vlan',
      'The VLAN belongs to the environment',
      'vlan',
      vlanProblem(config, request),
    ),
    check(
      'allowed-node',
      'The node may be used',
      'node',
      isAllowed(policy.nodes, request.node)
        ? undefined
        : `The node ${request.node} is not allowed; choose one of ${policy.nodes.join(', ')}.`,
    ),
    check(
      'allowed-storage',
      'The storage may be used',
      'storage',
      isAllowed(policy.storages, request.storage)
        ? undefined
        : `The storage ${request.storage} is not allowed; choose one of ${policy.storages.join(', ')}.`,
    ),
  ];
}

/** Cores, memory and disk of a request; undefined when its size is unknown or incomplete. */
export function resolveSize(
  config: InfrastructureConfig,
  request: ProvisionRequest,
): ResolvedSize | undefined {
  if (request.size !== customSize) return config.sizes[request.size];
  const { cores, memoryMb, diskGb } = request;
  return cores && memoryMb && diskGb ? { cores, memoryMb, diskGb } : undefined;
}

/**
 * Refuses a change of a host that policy does not allow, before a run begins.
 *
 * @param what - verb for the message, such as `destroy`
 * @throws NanteError `invalid-input` for an environment that there is not, `refused`
 */
export function assertMayChange(
  config: InfrastructureConfig,
  request: { environment: string; operator: boolean },
  what: string,
): void {
  const environment = config.environments[request.environment];
  if (!environment)
    throw new NanteError(
      'invalid-input',
      `There is no environment "${request.environment}".`,
      {
        hint: `Choose one of ${Object.keys(config.environments).sort().join(', ')}.`,
      },
    );
  if (environment.restricted && !request.operator)
    throw new NanteError(
      'refused',
      `Only operators may ${what} hosts in ${request.environment}.`,
      { hint: 'Ask one of them.' },
    );
  if (proxmoxOf(config, request.environment).readOnly)
    throw new NanteError(
      'refused',
      `The connection ${environment.connection} is read-only: nothing can be changed in ${request.environment}.`,
    );
}

/** One check with its outcome. */
export function check(
  id: string,
  title: string,
  field: CheckResult['field'],
  message: string | undefined,
): CheckResult {
  return message === undefined
    ? { id, title, ok: true, field }
    : { id, title, ok: false, field, message };
}

function sizeProblem(
  config: InfrastructureConfig,
  environment: Environment,
  request: ProvisionRequest,
): string | undefined {
  if (request.size === customSize) return customSizeProblem(config, request);
  const size = config.sizes[request.size];
  if (!size || !environment.sizes.includes(request.size))
    return `The size "${request.size}" is not offered in ${request.environment}; choose one of ${environment.sizes.join(', ')}.`;
  if (size.restricted && !request.operator)
    return `Only operators may ask for the size ${request.size}; choose a smaller one, or ask one of them.`;
  const typed = (['cores', 'memoryMb', 'diskGb'] as const).find(
    name => request[name] !== undefined && request[name] !== size[name],
  );
  return typed
    ? `The size ${request.size} has ${typed} ${size[typed]}, not ${request[typed]}; leave ${typed} out, or choose the size "${customSize}".`
    : undefined;
}

function customSizeProblem(
  config: InfrastructureConfig,
  request: ProvisionRequest,
): string | undefined {
  const { maximum } = config.policy;
  const problems = (['cores', 'memoryMb', 'diskGb'] as const).flatMap(name => {
    const value = request[name];
    if (value === undefined) return [`${name} is missing`];
    return value > maximum[name]
      ? [`${name} ${value} is over the maximum of ${maximum[name]}`]
      : [];
  });
  if (problems.length > 0)
    return `The size by hand cannot be used: ${problems.join(', ')}.`;
  // A restricted size must not be had by typing its figures.
  const reached = Object.entries(config.sizes).find(
    ([, size]) =>
      size.restricted &&
      (['cores', 'memoryMb', 'diskGb'] as const).some(
        name => Number(request[name]) >= size[name],
      ),
  );
  return reached && !request.operator
    ? `This size by hand reaches the size ${reached[0]}, which only operators may ask for; choose a smaller one, or ask one of them.`
    : undefined;
}

function isAllowed(list: readonly string[], value: string | undefined) {
  return value === undefined || list.length === 0 || list.includes(value);
}
