import { NanteError, type CreateProjectRequest } from '@nante/model';
import { readGivenFile, type Inputs } from '../inputs';
import type { Session, Verb } from '../session';
import { begin } from './begin';
import { provenanceOf } from './provenance';
import { targetRoles } from './target';

/** What every request about a project says. */
function projectOf({ inputs }: Session) {
  return {
    app: inputs.required('app'),
    project: inputs.text('project'),
    connection: inputs.text('octopus'),
    dryRun: inputs.flag('dry-run'),
  };
}

export const createProject: Verb = async session => {
  const { inputs } = session;
  const process = processOf(inputs);
  const project = projectOf(session);
  const { engine, actor, options } = await begin(
    session,
    'project create',
    ...[project.project, String(project.dryRun)],
  );
  const run = await engine.createProject(
    {
      ...actor,
      ...project,
      group: inputs.text('group') ?? 'Default Project Group',
      lifecycle: inputs.text('lifecycle'),
      description: inputs.text('description'),
      process,
    },
    options,
  );
  return { run };
};

/** The process, all that it needs or nothing. */
function processOf(inputs: Inputs): CreateProjectRequest['process'] {
  const [kind, feed, packageId] = [
    inputs.text('process'),
    inputs.text('feed'),
    inputs.text('package'),
  ];
  const ofProcess = (
    [
      ...(['process', 'feed', 'package', 'target-roles', 'approval'] as const),
      ...(['health-port', 'health-path', 'health-seconds'] as const),
    ] as const
  ).filter(name => inputs.has(name));
  if (ofProcess.length === 0) return undefined;
  if (kind === undefined || feed === undefined || packageId === undefined)
    throw new NanteError(
      'invalid-input',
      `${ofProcess.map(name => `--${name}`).join(', ')}: a process needs --process, --feed and --package together.`,
      { hint: 'Nothing was changed.' },
    );
  const port = inputs.number('health-port');
  if (
    port === undefined &&
    (inputs.has('health-path') || inputs.has('health-seconds'))
  )
    throw new NanteError(
      'invalid-input',
      '--health-path and --health-seconds need --health-port.',
      { hint: 'Nothing was changed.' },
    );
  return {
    kind: kind as 'package' | 'helm',
    feed,
    packageId,
    roles: targetRoles(inputs),
    healthCheck:
      port === undefined
        ? undefined
        : {
            port,
            path: inputs.text('health-path') ?? '/',
            timeoutSeconds: inputs.number('health-seconds') ?? 30,
          },
    approvals: inputs.list('approval'),
  };
}

export const createRelease: Verb = async session => {
  const { inputs } = session;
  const project = projectOf(session);
  const version = inputs.required('version');
  const [notes, packages] = [notesOf(inputs), packagesOf(inputs)];
  const { engine, actor, options } = await begin(
    session,
    'release create',
    ...[project.project, version, String(project.dryRun)],
  );
  const run = await engine.createRelease(
    {
      ...actor,
      ...project,
      ...provenanceOf(session),
      version,
      channel: inputs.text('channel'),
      packageVersion: inputs.text('package-version'),
      packages,
      notes,
    },
    options,
  );
  return { run };
};

function notesOf(inputs: Inputs): string | undefined {
  const [text, file] = [inputs.text('notes'), inputs.text('notes-file')];
  if (text !== undefined && file !== undefined)
    throw new NanteError(
      'invalid-input',
      '--notes and --notes-file exclude each other.',
      { hint: 'Leave one of them out. Nothing was changed.' },
    );
  return file === undefined ? text : readGivenFile(file, '--notes-file');
}

/** Versions by package or step; the last `=` separates, since a step may have one in its name. */
function packagesOf(inputs: Inputs): Record<string, string> {
  const entries = inputs.list('packages').map((item): [string, string] => {
    const at = item.lastIndexOf('=');
    if (at < 1 || at === item.length - 1)
      throw new NanteError(
        'invalid-input',
        `--packages: ${JSON.stringify(item.slice(0, 100))} is not NAME=VERSION.`,
        { hint: 'For example: --packages com.example:hello=1.2.0' },
      );
    return [item.slice(0, at).trim(), item.slice(at + 1).trim()];
  });
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new NanteError(
      'invalid-input',
      `--packages names ${JSON.stringify(twice)} more than once.`,
      { hint: 'Give each package one version.' },
    );
  return Object.fromEntries(entries);
}

/** Where a deployment goes. */
async function placeOf(session: Session) {
  const { inputs } = session;
  const octopusEnvironments = inputs.list('octopus-environment');
  if (octopusEnvironments.length > 1)
    throw new NanteError(
      'invalid-input',
      `A deployment goes to one environment, and ${octopusEnvironments.length} were given: ${octopusEnvironments.join(', ')}.`,
      { hint: 'Repeat the verb for each.' },
    );
  const [octopusEnvironment] = octopusEnvironments;
  const environment = inputs.text('environment');
  if (environment === undefined && octopusEnvironment === undefined)
    throw new NanteError(
      'invalid-input',
      'missing: --environment (or NANTE_ENVIRONMENT), or --octopus-environment',
      { hint: 'nante deploy --help lists its options.' },
    );
  if (environment && inputs.isAmbient('octopus-environment'))
    await demandSame(session, environment, octopusEnvironment);
  return {
    ...projectOf(session),
    environment: environment ?? labelOf(octopusEnvironment),
    octopusEnvironment,
    targets: inputs.has('target') ? inputs.list('target') : undefined,
    comment: inputs.text('comment'),
    timeoutMinutes: inputs.number('timeout-minutes') ?? 30,
    cancelOnTimeout: inputs.flag('cancel-on-timeout'),
    confirm: inputs.text('confirm'),
  };
}

/** Two ways to say where to, which disagree: neither is guessed. */
async function demandSame(
  session: Session,
  environment: string,
  ambient: string,
): Promise<void> {
  const { environments } = await (await session.engine()).config();
  const configured = environments[environment]?.octopusEnvironment;
  if (configured === undefined || configured === ambient) return;
  throw new NanteError(
    'invalid-input',
    `OCTOPUS_ENVIRONMENT is ${ambient}, and ${environment} deploys to ${configured}.`,
    { hint: 'Say which one by --octopus-environment. Nothing was changed.' },
  );
}

/** Name that our records have for an environment that only Octopus knows. */
function labelOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
      .replace(/^-+|-+$/g, '') || 'environment'
  );
}

export const deploy: Verb = async session => {
  const { inputs } = session;
  const version = inputs.required('version');
  const place = await placeOf(session);
  const { engine, actor, options } = await begin(
    session,
    'deploy',
    ...[place.project, version, place.octopusEnvironment],
    ...[String(place.dryRun), place.targets?.join()],
  );
  const run = await engine.deploy(
    {
      ...actor,
      ...place,
      version,
      force: inputs.flag('force'),
      returnOnFailure: inputs.flag('return-on-failure') || undefined,
    },
    options,
  );
  return { run };
};

export const rollback: Verb = async session => {
  const { inputs } = session;
  const place = await placeOf(session);
  const version = inputs.text('version');
  const { engine, actor, options } = await begin(
    session,
    'rollback',
    ...[place.project, version, place.octopusEnvironment],
    ...[String(place.dryRun), place.targets?.join()],
  );
  const run = await engine.rollback({ ...actor, ...place, version }, options);
  return { run };
};
