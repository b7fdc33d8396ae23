import { type InfrastructureConfig, NanteError } from '@nante/model';
import {
  type Engine,
  type OctopusApi,
  githubFor,
  kubernetesFor,
  nexusFor,
  octopusFor,
  routeOf,
} from '@nante/plugin-infrastructure-node';
import type { Problems } from './problems';
import {
  type ArtifactFormat,
  chooseMavenFeed,
  chooseRepository,
} from './repositories';

/** What a template is about to make. */
export interface Wish {
  app: string;
  /** Entity ref of the group that it is for. */
  owner: string;
  environment: string;
  /** What its pipeline publishes. */
  publishes: ArtifactFormat[];
  /** Octopus deploys it. */
  byOctopus: boolean;
  /** It runs in the cluster of its environment. */
  onCluster: boolean;
  /** Size of the host that is made for it. */
  size?: string;
  /** GitHub connection; the only one unless given. */
  connection?: string;
  /** The repository is there already, and only gets a pull request. */
  isExisting: boolean;
}

/** What is where, for the steps of a template. Plain JSON: it is kept in a checkpoint. */
export type Surroundings = {
  github: {
    connection: string;
    organization: string;
    workflows: { repository: string; commit: string; version: string };
    runnerLabels: string[];
  };
  octopus?: { connection: string; environment: string; feed?: string };
  nexus?: {
    connection: string;
    /** Name of the repository by what lies in it. */
    repositories: Partial<Record<ArtifactFormat, string>>;
  };
};

type Source = Pick<
  Engine,
  'getRun' | 'github' | 'managedRepositories' | 'nexus' | 'octopus'
>;

/**
 * Looks whether everything is there that an app needs, before anything of it is made.
 *
 * @param problems - takes all that is missing
 * @returns undefined where GitHub is not there to be asked
 */
export async function lookAround(
  engine: Source,
  config: InfrastructureConfig,
  wish: Wish,
  problems: Problems,
  options: { signal?: AbortSignal } = {},
): Promise<Surroundings | undefined> {
  const [github, nexus] = await Promise.all([
    problems.look(() => lookAtGithub(engine, config, wish, options)),
    lookAtNexus(engine, config, wish, problems, options),
  ]);
  if (wish.onCluster)
    await problems.look(() =>
      kubernetesFor(
        config,
        { environment: wish.environment },
        { change: true },
      ),
    );
  const octopus = wish.byOctopus
    ? await problems.look(() =>
        lookAtOctopus(
          engine,
          config,
          wish,
          nexus?.repositories.maven2,
          options,
        ),
      )
    : undefined;
  return (
    github && {
      github,
      ...(nexus && { nexus }),
      ...(octopus && { octopus }),
    }
  );
}

async function lookAtGithub(
  engine: Source,
  config: InfrastructureConfig,
  wish: Wish,
  options: { signal?: AbortSignal },
): Promise<Surroundings['github']> {
  const { name, connection } = githubFor(config, wish, { change: true });
  const { organization, workflows, runnerLabels } = connection;
  if (!workflows)
    throw new NanteError(
      'invalid-input',
      `The connection ${name} does not say which release of the workflows new repositories call.`,
      {
        hint: 'An operator adds workflows with repository, commit and version to it.',
      },
    );
  if (!wish.isExisting)
    await assertFree(engine, name, organization, wish, options);
  return { connection: name, organization, workflows, runnerLabels };
}

/** A repository of that name that somebody else made is found out before a host is made for it. */
async function assertFree(
  engine: Source,
  connection: string,
  organization: string,
  { app, owner }: Wish,
  options: { signal?: AbortSignal },
): Promise<void> {
  const api = await engine.github(connection);
  const found = await api.repository(
    { owner: organization, name: app },
    options,
  );
  if (!found) return;
  const ours = (await engine.managedRepositories(options)).find(
    one =>
      one.connection === connection &&
      one.app === app &&
      one.repositoryId === String(found.id),
  );
  if (ours) {
    const made = await engine.getRun(ours.runId, options);
    if (!made?.owner || made.owner === owner) return;
    throw new NanteError(
      'conflict',
      `The repository ${app} was made for ${made.owner}.`,
      { hint: 'Choose another name.' },
    );
  }
  throw new NanteError(
    'conflict',
    `${organization} has a repository ${app} already, which was not made here.`,
    {
      hint: `Choose another name, or add a pipeline to ${found.url} with the template for that.`,
    },
  );
}

async function lookAtNexus(
  engine: Source,
  config: InfrastructureConfig,
  { publishes }: Wish,
  problems: Problems,
  options: { signal?: AbortSignal },
): Promise<Surroundings['nexus']> {
  if (publishes.length === 0) return undefined;
  const there = await problems.look(async () => {
    const { name } = nexusFor(config, {}, { change: true });
    const all = await (await engine.nexus(name)).repositories(options);
    return { name, all };
  });
  if (!there) return undefined;
  const repositories: NonNullable<Surroundings['nexus']>['repositories'] = {};
  for (const format of publishes)
    repositories[format] = await problems.look(() =>
      chooseRepository(there.all, format),
    );
  return { connection: there.name, repositories };
}

async function lookAtOctopus(
  engine: Source,
  config: InfrastructureConfig,
  { app, environment, isExisting }: Wish,
  maven: string | undefined,
  options: { signal?: AbortSignal },
): Promise<NonNullable<Surroundings['octopus']>> {
  const known = config.environments[environment];
  if (known && !known.octopus)
    throw new NanteError(
      'invalid-input',
      `Nothing is deployed to ${environment} by Octopus.`,
      { hint: 'Choose an environment that names an Octopus connection.' },
    );
  const { name } = octopusFor(config, { environment }, { change: true });
  const called = known?.octopusEnvironment ?? environment;
  const api = await engine.octopus(name);
  const feeds = maven && (await api.feeds(options));
  if (!isExisting) await assertFirst(api, app, called, options);
  return {
    ...{ connection: name, environment: called },
    ...(feeds && { feed: chooseMavenFeed(feeds, maven) }),
  };
}

/** A new project gets the first lifecycle of the space, which says where its first version may go. */
async function assertFirst(
  api: OctopusApi,
  app: string,
  environment: string,
  options: { signal?: AbortSignal },
): Promise<void> {
  const [lifecycles, environments, project] = await Promise.all([
    api.lifecycles(options),
    api.environments(options),
    api.findProject(app, options),
  ]);
  const wanted = environments.find(one => one.name === environment);
  if (!wanted)
    throw new NanteError(
      'not-found',
      `Octopus has no environment ${environment}.`,
      { hint: 'Whoever runs Octopus makes it.' },
    );
  if (project) return;
  const nameOf = (id: string) =>
    environments.find(one => one.id === id)?.name ?? id;
  const problem = routeOf(
    lifecycles[0],
    environments.map(({ id }) => id),
  ).problem(wanted.id, new Set(), nameOf);
  if (problem)
    throw new NanteError(
      'invalid-input',
      `The first version cannot go to ${environment}: ${problem}`,
      { hint: 'Choose another environment, and promote it from there.' },
    );
}
