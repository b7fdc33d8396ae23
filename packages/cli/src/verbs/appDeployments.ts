import { resolve } from 'node:path';
import { NanteError, type Chart } from '@nante/model';
import type { Inputs } from '../inputs';
import type { Session, Verb } from '../session';
import type { OptionName } from '../table/options';
import { begin } from './begin';

/** What both ways of deploying say. */
function deploymentOf({ inputs }: Session) {
  return {
    app: inputs.required('app'),
    environment: inputs.required('environment'),
    version: inputs.required('version'),
    healthSeconds: inputs.number('health-seconds') ?? 120,
    confirm: inputs.text('confirm'),
    dryRun: inputs.flag('dry-run'),
  };
}

export const deployDocker: Verb = async session => {
  const { inputs } = session;
  const deployment = deploymentOf(session);
  const variables = stringsOf(objectOf(inputs, 'variables'));
  const hosts = inputs
    .required('hosts')
    .split(',')
    .map(name => name.trim())
    .filter(Boolean);
  const composeFile = pathOf(inputs, 'compose-file');
  if (composeFile !== undefined && inputs.has('container-port'))
    throw new NanteError(
      'invalid-input',
      '--compose-file and --container-port exclude each other.',
      { hint: 'The Compose file says which port is published.' },
    );
  const image = inputs.required('image');
  const { engine, actor, options } = await begin(
    session,
    'deploy-docker',
    ...[hosts.join(), deployment.version, image, String(deployment.dryRun)],
  );
  const run = await engine.deployDocker(
    {
      ...actor,
      ...deployment,
      hosts,
      image,
      composeFile,
      port: inputs.number('port')!,
      containerPort: inputs.number('container-port'),
      healthPath: inputs.text('health-path') ?? '/',
      variables,
    },
    options,
  );
  return { run };
};

export const deployK8s: Verb = async session => {
  const { inputs } = session;
  const deployment = deploymentOf(session);
  const chart = chartOf(inputs, deployment);
  const values = objectOf(inputs, 'values');
  const [cluster, namespace, release] = [
    inputs.text('cluster'),
    inputs.text('namespace'),
    inputs.text('release'),
  ];
  const { engine, actor, options } = await begin(
    session,
    'deploy-k8s',
    ...[cluster, namespace, release, JSON.stringify(chart)],
    ...[deployment.version, String(deployment.dryRun)],
  );
  const run = await engine.deployK8s(
    {
      ...actor,
      ...deployment,
      ...{ cluster, namespace, release, chart, values },
      valuesFiles: inputs.list('values-file').map(file => resolve(file)),
      healthUrl: inputs.text('health-url'),
    },
    options,
  );
  return { run };
};

/** What is deployed: exactly one of three. */
function chartOf(
  inputs: Inputs,
  { app, version }: { app: string; version: string },
): Chart {
  const ways = (['chart', 'chart-repository', 'manifests'] as const).filter(
    name => inputs.has(name),
  );
  if (ways.length !== 1)
    throw new NanteError(
      'invalid-input',
      ways.length === 0
        ? 'missing: what is deployed, by --chart, --chart-repository or --manifests'
        : `${ways.map(name => `--${name}`).join(' and ')} exclude each other.`,
      { hint: 'Give one of them. Nothing was changed.' },
    );
  const [way] = ways;
  const strangers = (['chart-name', 'nexus'] as const).filter(
    name => way !== 'chart-repository' && inputs.has(name),
  );
  if (strangers.length > 0)
    throw new NanteError(
      'invalid-input',
      `${strangers.map(name => `--${name}`).join(' and ')} belong to --chart-repository, and --${way} was given.`,
      { hint: 'Leave them out. Nothing was changed.' },
    );
  if (way !== 'chart-repository')
    return {
      type: way === 'chart' ? 'folder' : 'manifests',
      path: resolve(inputs.required(way)),
    };
  return {
    type: 'nexus',
    connection: inputs.text('nexus'),
    repository: inputs.required('chart-repository'),
    name: inputs.text('chart-name') ?? app,
    version,
  };
}

function pathOf(inputs: Inputs, name: OptionName): string | undefined {
  const given = inputs.text(name);
  return given === undefined ? undefined : resolve(given);
}

/**
 * A JSON object whose values are single ones.
 *
 * @throws NanteError `invalid-input` for anything else
 */
function objectOf(
  inputs: Inputs,
  name: OptionName,
): Record<string, string | number | boolean> {
  const text = inputs.text(name)?.trim();
  if (!text) return {};
  const wrong = (problem: string, cause?: unknown) =>
    new NanteError('invalid-input', `--${name} ${problem}`, {
      hint: `Give a JSON object such as {"KEY":"value"}. Nothing was changed.`,
      cause,
    });
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw wrong('is no JSON.', cause);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw wrong('is no JSON object.');
  const odd = Object.entries(read).find(
    ([, value]) => !['string', 'number', 'boolean'].includes(typeof value),
  );
  if (odd)
    throw wrong(
      `has a value of ${JSON.stringify(odd[0].slice(0, 100))} that is neither text, number nor true or false.`,
    );
  return read as Record<string, string | number | boolean>;
}

/** Environments know only text. */
function stringsOf(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, String(value)]),
  );
}
