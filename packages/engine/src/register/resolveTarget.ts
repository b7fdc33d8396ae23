import type { CallOptions, OctopusApi } from '@nante/clients';
import {
  NanteError,
  type InfrastructureConfig,
  type NanteErrorCode,
  type OctopusConnection,
  type RegisterRequest,
  type TargetChoice,
} from '@nante/model';
import type { NamedConnection } from '../connections';
import { ourTag, type TargetHost } from './targetEntries';

/** A target that somebody wants. */
export interface TargetWish {
  /** The host, or the cluster. */
  host: TargetHost;
  octopus: NamedConnection<OctopusConnection>;
  choice: TargetChoice;
  /** Who Octopus logs in as, by SSH. */
  user?: string;
  kubernetes?: RegisterRequest['kubernetes'];
}

/** The same in the words of Octopus. */
export interface ResolvedTarget {
  environments: { id: string; name: string }[];
  /** Target tags, ours included, sorted. */
  roles: string[];
  /** Undefined: nobody asked for one. */
  policyId?: string;
  /** Of styles that log in. */
  accountId?: string;
  certificateId?: string;
}

export interface TargetProblem {
  code: NanteErrorCode;
  message: string;
}

/** Permissions without which a target cannot be made, kept and checked. */
const always = [
  'EnvironmentView',
  'MachineView',
  'MachineCreate',
  'MachineEdit',
  'TaskView',
  'TaskCreate',
];

/** Names of Octopus' permissions that a choice needs, sorted. */
export function neededPermissions(choice: TargetChoice): string[] {
  const { style, policy } = choice;
  return [
    ...always,
    ...(needsAccount(choice) ? ['AccountView'] : []),
    ...(style === 'kubernetes' ? ['CertificateView'] : []),
    ...(policy === undefined ? [] : ['MachinePolicyView']),
  ].sort();
}

/** Names of Octopus' environments that a choice means. */
export function environmentNames(
  config: InfrastructureConfig,
  { environments }: TargetChoice,
  environment: string,
): string[] {
  if (environments) return [...new Set(environments)];
  // A cluster may belong to an environment that the configuration does not know.
  const known = config.environments[environment] as
    InfrastructureConfig['environments'][string] | undefined;
  return [known?.octopusEnvironment ?? environment];
}

/** Target tags of a choice, ours included. */
export function targetTags({ roles }: TargetChoice, app: string): string[] {
  return [...new Set([...(roles ?? [app]), ourTag])].sort();
}

/**
 * Looks up what a target needs in Octopus, and changes nothing. Names are compared as a whole.
 *
 * @returns `problems`, all at once; `target` is only complete where there are none
 */
export async function resolveTarget(
  api: OctopusApi,
  config: InfrastructureConfig,
  wish: TargetWish,
  options?: CallOptions,
): Promise<{ target: ResolvedTarget; problems: TargetProblem[] }> {
  const { choice, host, octopus, kubernetes } = wish;
  const problems: TargetProblem[] = [];
  const found = await asked(problems, async () => api.checkAccess(options));
  const target: ResolvedTarget = {
    environments: [],
    roles: targetTags(choice, host.app),
  };
  if (!found) return { target, problems };
  const missing = neededPermissions(choice).filter(
    name => !found.permissions.includes(name),
  );
  if (missing.length > 0)
    problems.push({
      code: 'unauthorized',
      message: `The API key ${octopus.connection.apiKey} of ${octopus.name} lacks ${missing.join(', ')} in the space ${found.spaceName}; whoever administers Octopus can give that to ${found.user}.`,
    });
  const may = (name: string) => found.permissions.includes(name);
  const [environments, policies, accounts, certificates] = await Promise.all([
    may('EnvironmentView')
      ? asked(problems, () => api.environments(options))
      : undefined,
    choice.policy !== undefined && may('MachinePolicyView')
      ? asked(problems, () => api.machinePolicies(options))
      : undefined,
    needsAccount(choice) && may('AccountView')
      ? asked(problems, () => api.accounts(options))
      : undefined,
    kubernetes?.certificate !== undefined && may('CertificateView')
      ? asked(problems, () => api.certificates(options))
      : undefined,
  ]);
  const invalid = (message: string) =>
    problems.push({ code: 'invalid-input', message });
  for (const name of environmentNames(config, choice, host.environment)) {
    const one = environments?.find(known => known.name === name);
    if (one) target.environments.push({ id: one.id, name: one.name });
    else if (environments)
      invalid(
        `Octopus ${octopus.name} has no environment "${name}" in the space ${found.spaceName}; it has ${listed(environments)}.`,
      );
  }
  if (policies) {
    target.policyId = policies.find(({ name }) => name === choice.policy)?.id;
    if (!target.policyId)
      invalid(
        `Octopus ${octopus.name} has no machine policy "${choice.policy}"; it has ${listed(policies)}.`,
      );
  }
  if (certificates) {
    const { certificate } = kubernetes!;
    target.certificateId = certificates.find(
      ({ name }) => name === certificate,
    )?.id;
    if (!target.certificateId)
      invalid(
        `Octopus ${octopus.name} has no certificate "${certificate}"; it has ${listed(certificates)}.`,
      );
  }
  if (choice.style === 'kubernetes' && !kubernetes)
    invalid(
      'The style kubernetes is for clusters: register one with the address of its API.',
    );
  else if (accounts) {
    const account = accountFor(wish, accounts);
    if ('problem' in account) invalid(account.problem);
    else target.accountId = account.id;
  }
  return { target, problems };
}

/** @throws NanteError with all problems at once; nothing was changed */
export function assertResolved(problems: readonly TargetProblem[]): void {
  if (problems.length === 0) return;
  throw new NanteError(
    problems[0].code,
    problems.map(({ message }) => message).join(' '),
    {
      hint: 'Nothing was changed. Correct what is named, then send the request again.',
      details: { problems },
    },
  );
}

function needsAccount({ style }: TargetChoice): boolean {
  return style === 'ssh' || style === 'kubernetes';
}

type Account = Awaited<ReturnType<OctopusApi['accounts']>>[number];

function accountFor(
  { octopus, user, kubernetes, choice }: TargetWish,
  accounts: readonly Account[],
): { id: string } | { problem: string } {
  const where = `Octopus ${octopus.name}`;
  if (choice.style === 'kubernetes') {
    const named = accounts.find(({ name }) => name === kubernetes?.account);
    return (
      named ?? {
        problem: `${where} has no account "${kubernetes?.account}"; it has ${listed(accounts)}.`,
      }
    );
  }
  const ssh = accounts.filter(({ type }) => type === 'SshKeyPair');
  const { sshAccount } = octopus.connection;
  if (sshAccount !== undefined)
    return (
      ssh.find(({ name }) => name === sshAccount) ?? {
        problem: `${where} has no SSH account "${sshAccount}", which sshAccount of the connection names; it has ${listed(ssh)}.`,
      }
    );
  const fitting = ssh.filter(({ username }) => username === user);
  if (fitting.length === 1) return fitting[0];
  return {
    problem:
      fitting.length === 0
        ? `${where} has no SSH account whose user is ${user}; make one with our key (SSH_PRIVATE_KEY), or name another by sshAccount of the connection.`
        : `${where} has several SSH accounts whose user is ${user}: ${listed(fitting)}; name one by sshAccount of the connection.`,
  };
}

function listed(items: readonly { name: string }[]): string {
  const names = items.map(({ name }) => name).sort();
  return names.length > 0 ? names.join(', ') : 'none';
}

/** Asks; what goes wrong is one problem more. */
async function asked<T>(
  problems: TargetProblem[],
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!NanteError.is(error) || error.code === 'cancelled') throw error;
    const message = [error.message, error.hint].filter(Boolean).join(' ');
    // A server that does not answer one question does not answer the next one either.
    if (!problems.some(known => known.message === message))
      problems.push({ code: error.code, message });
    return undefined;
  }
}
