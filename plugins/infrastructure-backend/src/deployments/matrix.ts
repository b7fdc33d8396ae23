import type { InfrastructureConfig } from '@nante/model';
import type {
  DeploymentCell,
  DeploymentEnvironment,
  DeploymentMatrixResponse,
  DeploymentProject,
} from '@nante/plugin-infrastructure-common';
import type {
  SpaceView,
  OctopusMachine,
} from '@nante/plugin-infrastructure-node';
import { allowedUnless, whyNotDeploy } from './allowed';
import type { ProjectLink } from './ComponentLinks';
import { ourEnvironment } from './ourEnvironments';
import { type BoardProject, SpaceReader } from './SpaceReader';

/** Who looks, and what the policy says of a project. */
export interface Viewer {
  claims: string[];
  operator: boolean;
  mayDeploy(project: { ref: string; owner?: string }): boolean;
}

/** Most versions that a cell offers. */
const OFFERED = 10;

interface Options {
  spaces: SpaceView[];
  link: (connection: string, project: BoardProject) => ProjectLink | undefined;
  shared: InfrastructureConfig;
  viewer: Viewer;
  /** Milliseconds since 1970. */
  now: number;
}

/** The matrix, for one person. */
export function matrixOf(options: Options): DeploymentMatrixResponse {
  const { spaces } = options;
  const readers = spaces.map(space => new SpaceReader(space, options.now));
  const observed = spaces.flatMap(({ observedAt }) => observedAt ?? []);
  return {
    environments: readers.flatMap(reader => environmentsOf(reader, options)),
    projects: readers.flatMap(reader =>
      reader.projects.map(project => rowOf(reader, project, options)),
    ),
    sources: spaces.map(({ age }) => age),
    // Of several, the oldest: nothing on the page is older.
    observedAt: observed.sort()[0],
  };
}

function environmentsOf(
  reader: SpaceReader,
  { shared, now }: Options,
): DeploymentEnvironment[] {
  const { space } = reader;
  return reader.environments.map(({ id, name }) => {
    const ours = ourEnvironment(shared, space.name, name);
    return {
      connection: space.name,
      ...{ id, name },
      environment: ours?.name,
      restricted: ours?.restricted ?? false,
      targets: countTargets(
        space.machines.filter(machine => machine.environmentIds.includes(id)),
        space.age.ok,
      ),
      freezes: (space.board?.freezes ?? [])
        .filter(
          freeze =>
            Date.parse(freeze.start) <= now &&
            now < Date.parse(freeze.end) &&
            Object.values(freeze.scope).some(ids => ids.includes(id)),
        )
        .map(freeze => freeze.name),
    };
  });
}

/** Silence is unknown, never healthy. */
function countTargets(
  machines: OctopusMachine[],
  live: boolean,
): DeploymentEnvironment['targets'] {
  const counts = {
    total: machines.length,
    healthy: 0,
    unhealthy: 0,
    unknown: 0,
  };
  for (const { health } of machines) {
    if (!live || health === 'Unknown') counts.unknown += 1;
    else if (health === 'Healthy' || health === 'HasWarnings')
      counts.healthy += 1;
    else counts.unhealthy += 1;
  }
  return counts;
}

function rowOf(
  reader: SpaceReader,
  project: BoardProject,
  options: Options,
): DeploymentProject {
  const { space } = reader;
  const link = options.link(space.name, project);
  const groups = space.board?.dashboard.groups ?? [];
  const mayDeploy = options.viewer.mayDeploy({
    ref: `${space.name}/${project.id}`,
    owner: link?.owner,
  });
  return {
    connection: space.name,
    id: project.id,
    name: project.name,
    slug: project.slug,
    group: groups.find(({ id }) => id === project.groupId)?.name ?? '',
    componentRef: link?.componentRef,
    owner: link?.owner,
    isMine:
      link?.owner !== undefined && options.viewer.claims.includes(link.owner),
    isDisabled: project.isDisabled,
    cells: reader.environments.map(({ id }) =>
      cellOf(reader, project, id, {
        ...options,
        mayDeploy,
        owner: link?.owner,
      }),
    ),
    url: space.board?.urls.get(project.id) ?? '',
  };
}

type CellOptions = Options & { mayDeploy: boolean; owner?: string };

function cellOf(
  reader: SpaceReader,
  project: BoardProject,
  environmentId: string,
  options: CellOptions,
): DeploymentCell {
  const item = reader.item(project.id, environmentId);
  if (!item && !reader.leadsTo(project.id, environmentId)) {
    return { environmentId, kind: 'unreachable' };
  }
  const why = (to: string) => whyNotDeployTo(reader, project, to, options);
  const cell: DeploymentCell = {
    environmentId,
    kind: item ? 'deployed' : 'never',
    behind: behindOf(reader, project.id, environmentId),
    deploy: offerOf(reader, project.id, environmentId, why(environmentId)),
  };
  if (!item) return cell;

  const good = reader.good(project.id, environmentId);
  const earlier = reader.earlier(project.id, environmentId);
  return {
    ...cell,
    deploymentId: item.deploymentId,
    releaseId: item.releaseId,
    version: item.releaseVersion,
    state: item.state,
    hasWarnings: item.hasWarningsOrErrors && item.state === 'Success',
    hasPendingInterruption: item.hasPendingInterruptions,
    at: item.completedAt ?? item.queuedAt,
    lastGood:
      good && item.state !== 'Success'
        ? {
            version: good.version,
            deploymentId: good.deploymentId,
            at: good.at,
          }
        : undefined,
    promote: promotionOf(reader, project.id, environmentId, why),
    redeploy: allowedUnless(why(environmentId)),
    rollback: allowedUnless(
      why(environmentId) ??
        (earlier.length ? undefined : reader.whyNoEarlier(environmentId)),
    ),
  };
}

function whyNotDeployTo(
  reader: SpaceReader,
  project: BoardProject,
  environmentId: string,
  { shared, viewer, mayDeploy, owner }: CellOptions,
): string | undefined {
  const name = reader.environmentName(environmentId);
  return whyNotDeploy({
    space: reader.space,
    project: { ...project, owner },
    environment: {
      name,
      restricted:
        ourEnvironment(shared, reader.space.name, name)?.restricted ?? false,
    },
    freezes: reader.freezes(project.id, environmentId),
    person: { operator: viewer.operator, mayDeploy },
  });
}

/** How many releases lie between what runs here and what runs in the environment before. */
function behindOf(
  reader: SpaceReader,
  projectId: string,
  environmentId: string,
): number | undefined {
  const before = reader.route(projectId).before(environmentId);
  const here = reader.good(projectId, environmentId);
  const there = before && reader.good(projectId, before);
  if (!here || !there) return undefined;
  if (here.releaseId === there.releaseId) return 0;
  const releases = reader.space.history.releasesOf(projectId);
  const at = (id: string) => releases.findIndex(release => release.id === id);
  const [own, other] = [at(here.releaseId), at(there.releaseId)];
  if (own < 0 || other < 0) return undefined;
  return Math.max(own - other, 0);
}

function offerOf(
  reader: SpaceReader,
  projectId: string,
  environmentId: string,
  reason: string | undefined,
): DeploymentCell['deploy'] {
  const { history } = reader.space;
  const versions: string[] = [];
  let problem: string | undefined;
  for (const release of history.releasesOf(projectId)) {
    if (versions.length >= OFFERED) break;
    const lacking = reader.whyNotThere(projectId, release, environmentId);
    if (lacking) problem ??= lacking;
    else versions.push(release.version);
  }
  const nothing = () => {
    if (!history.isComplete) return reader.stillReading();
    return problem ?? 'There is no release of it yet.';
  };
  return {
    ...allowedUnless(reason ?? (versions.length ? undefined : nothing())),
    versions,
  };
}

function promotionOf(
  reader: SpaceReader,
  projectId: string,
  environmentId: string,
  why: (environmentId: string) => string | undefined,
): DeploymentCell['promote'] {
  const good = reader.good(projectId, environmentId);
  const [next] = reader.route(projectId).after(environmentId);
  if (!good || !next) return undefined;
  const { version, releaseId } = good;
  const there = reader.good(projectId, next);
  return {
    ...allowedUnless(
      why(next) ??
        reader.whyNotThere(projectId, { id: releaseId, version }, next) ??
        (there?.releaseId === releaseId
          ? `${version} runs in ${reader.environmentName(next)} already.`
          : undefined),
    ),
    version,
    environmentId: next,
  };
}
