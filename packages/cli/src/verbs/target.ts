import {
  NanteError,
  type RegisterRequest,
  type TargetChoice,
} from '@nante/model';
import type { Inputs } from '../inputs';
import { targetOfHost } from '../table/deploymentCommands';
import type { OptionName } from '../table/options';
import type { Session, Verb } from '../session';
import { begin } from './begin';
import { hostOf } from './requests';

/** Words separated by commas; undefined where the option was left out. */
function commaList(inputs: Inputs, name: OptionName): string[] | undefined {
  return inputs
    .text(name)
    ?.split(',')
    .map(item => item.trim())
    .filter(Boolean);
}

function choiceOf(inputs: Inputs): TargetChoice {
  return {
    environments: inputs.has('octopus-environment')
      ? inputs.list('octopus-environment')
      : undefined,
    roles: commaList(inputs, 'target-roles'),
    style: (inputs.text('target-style') ?? 'ssh') as TargetChoice['style'],
    policy: inputs.text('target-policy'),
  };
}

/**
 * What a request for a host says about the target.
 *
 * @returns undefined where nothing was said, null where it is to be none any more
 * @throws NanteError `invalid-input` for both at once
 */
export function targetOf(inputs: Inputs): TargetChoice | null | undefined {
  const given = targetOfHost.filter(name => inputs.has(name));
  if (!inputs.flag('no-target'))
    return given.length > 0 ? choiceOf(inputs) : undefined;
  const meant = given.filter(name => !inputs.isAmbient(name));
  if (meant.length > 0)
    throw new NanteError(
      'invalid-input',
      `--no-target and ${meant.map(name => `--${name}`).join(', ')} exclude each other.`,
      { hint: 'Leave one of them out. Nothing was changed.' },
    );
  return null;
}

/** Target tags, for verbs that know no host. */
export const targetRoles = (inputs: Inputs) =>
  commaList(inputs, 'target-roles');

export const register: Verb = async session => {
  const { inputs } = session;
  const target = choiceOf(inputs);
  const kubernetes = kubernetesOf(session, target);
  const { engine, actor, options } = await begin(session, 'register');
  const run = await engine.register(
    {
      ...actor,
      ...hostOf(session),
      connection: inputs.text('octopus'),
      target,
      kubernetes,
      adopt: inputs.flag('adopt'),
      dryRun: inputs.flag('dry-run'),
    },
    options,
  );
  return { run };
};

/** The cluster, all that it needs or nothing. */
function kubernetesOf(
  { inputs }: Session,
  { style }: TargetChoice,
): RegisterRequest['kubernetes'] {
  const [url, account] = [
    inputs.text('kubernetes-url'),
    inputs.text('kubernetes-account'),
  ];
  const isGiven = (
    [
      'kubernetes-url',
      'kubernetes-namespace',
      'kubernetes-account',
      'kubernetes-certificate',
    ] as const
  ).some(name => inputs.has(name));
  if (style !== 'kubernetes' && !isGiven) return undefined;
  if (style !== 'kubernetes' || url === undefined || account === undefined)
    throw new NanteError(
      'invalid-input',
      'A cluster needs --target-style kubernetes, --kubernetes-url and --kubernetes-account together.',
      { hint: 'Nothing was changed.' },
    );
  return {
    url,
    account,
    namespace: inputs.text('kubernetes-namespace') ?? 'default',
    certificate: inputs.text('kubernetes-certificate'),
  };
}

export const deregister: Verb = async session => {
  const { inputs } = session;
  const confirm = inputs.required('confirm');
  const host = hostOf(session);
  // Before anything is asked of any system.
  if (confirm !== host.name)
    throw new NanteError(
      'invalid-input',
      `To remove the target of ${host.name}, repeat its name: --confirm ${host.name}`,
      { hint: 'Nothing was changed.' },
    );
  const { engine, actor, options } = await begin(session, 'deregister');
  const run = await engine.deregister(
    {
      ...actor,
      ...host,
      confirm,
      connection: inputs.text('octopus'),
      dryRun: inputs.flag('dry-run'),
    },
    options,
  );
  return { run };
};
