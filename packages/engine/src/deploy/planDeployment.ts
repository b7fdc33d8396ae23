import type {
  OctopusApi,
  OctopusDeployment,
  OctopusMachine,
  OctopusProcess,
  OctopusRelease,
} from '@nante/clients';
import type { DeployRequest, PackageChange } from '@nante/model';
import type { Run } from '../operation/executeRun';
import { exactlyNamed, ourProject } from '../release/ourProject';
import { changesText, packageChanges } from './changes';
import type { Destination } from './destination';
import { deploymentHistory, succeeded, type PastDeployment } from './history';
import { assertMayGo, type Intention } from './mayGo';
import { ownDeployment } from './ownDeployment';
import { assertSomeTarget, isHealthy, namesOf, targetsOf } from './targets';

/** What a deployment and a rollback have in common. */
export type EnvironmentRequest = Omit<DeployRequest, 'version' | 'force'>;

/** What a kind of deployment decides for itself. */
export interface DeploymentWay {
  force: boolean;
  /** Release that is deployed, and the one that is there, by what Octopus has. */
  choose(
    look: Pick<Surroundings, 'project' | 'environment' | 'history' | 'process'>,
  ): Promise<{ release: OctopusRelease; previous?: OctopusRelease }>;
  /** For the comments of the deployment. */
  comment(plan: DeploymentPlan): Promise<string>;
}

interface Surroundings extends Omit<Intention, 'release'> {
  history: PastDeployment[];
  process: OctopusProcess;
}

/** A deployment that has been looked at from all sides. */
export interface DeploymentPlan extends Surroundings, Intention {
  previous?: OctopusRelease;
  changes: PackageChange[];
  machines: OctopusMachine[];
  /** It runs there already, on the same targets. */
  isThere: boolean;
  /** An earlier try of this request has made it. */
  earlier?: OctopusDeployment;
}

/** Looks at everything, and changes nothing. @throws NanteError what is in the way */
export async function planDeployment(
  run: Run,
  api: OctopusApi,
  request: EnvironmentRequest,
  to: Destination & { way: DeploymentWay },
): Promise<DeploymentPlan> {
  const { signal } = run;
  const [project, environments] = await Promise.all([
    ourProject(api, request, signal),
    api.environments({ signal }),
  ]);
  const environment = exactlyNamed(environments, to.environment, 'environment');
  const [all, process] = await Promise.all([
    deploymentHistory(api, project, environment, signal),
    api.process(project, { signal }),
  ]);
  const around = { project, environment, process };
  const { requestId, dryRun } = request;
  const earlier = dryRun
    ? undefined
    : await ownDeployment(run, api, to.connection, requestId, {
        ...around,
        release: { id: '', version: '' },
      }).find();
  if (earlier) {
    // Everything was decided when it was made.
    const at = all.findIndex(({ deployment }) => deployment.id === earlier.id);
    const history = all.slice(at + 1);
    const release = await api.release(earlier.releaseId, { signal });
    const { previous } = await to.way
      .choose({ ...around, history })
      .catch(() => ({ previous: undefined }));
    const changes = packageChanges(process, previous, release);
    const ids = new Set(earlier.machineIds);
    const machines = (await api.machines({ signal })).filter(({ id }) =>
      ids.has(id),
    );
    return {
      ...{ ...around, history, release, previous, changes, machines },
      ...{ isThere: false, earlier },
    };
  }
  const { release, previous } = await to.way.choose({
    ...around,
    history: all,
  });
  const machines = targetsOf(
    await api.machines({ signal }),
    process,
    environment,
    request.targets,
  );
  const plan = {
    ...{ ...around, history: all, release, previous, machines },
    changes: packageChanges(process, previous, release),
  };
  const isThere = !to.way.force && runsThere(plan);
  if (!isThere) {
    await assertMayGo(api, plan, signal);
    assertSomeTarget(machines, process, environment);
  }
  return { ...plan, isThere };
}

/** The newest deployment is this release, succeeded, and reached all targets that are meant, which are well. */
function runsThere({
  history: [newest],
  release,
  machines,
}: Pick<DeploymentPlan, 'history' | 'release' | 'machines'>): boolean {
  return (
    newest !== undefined &&
    succeeded(newest) &&
    newest.deployment.releaseId === release.id &&
    // An empty list is no proof where it went to some.
    (machines.length > 0 || newest.deployment.machineIds.length === 0) &&
    machines.every(
      machine =>
        isHealthy(machine) && newest.deployment.machineIds.includes(machine.id),
    )
  );
}

/** The plan in one line, for a person. */
export function sentenceOf(plan: DeploymentPlan): string {
  const { project, release, environment, previous, changes, machines } = plan;
  const what = `${project.name} ${release.version} to ${environment.name}`;
  if (plan.earlier)
    return `${what}: ${plan.earlier.id} of this request is there`;
  if (plan.isThere) return `${what}: it runs there already`;
  const from = previous ? `, where ${previous.version} is` : '';
  const on = machines.length > 0 ? `; on ${namesOf(machines)}` : '';
  return `${what}${from}: ${changesText(changes)}${on}`;
}
