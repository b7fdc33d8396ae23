import type { Deployment, Environment, Project, Release } from './documents';
import { invalid, OctopusError } from './errors';
import { inSpace } from './find';
import { freezesAgainst } from './freezes';
import { lifecycleOf, progressOf } from './progress';
import type { Call } from './router';

/** A deployment as it is asked for. */
export interface DeploymentRequest {
  release: Release;
  environment: Environment;
  comments?: string;
  forcePackageDownload?: boolean;
  forcePackageRedeployment?: boolean;
  useGuidedFailure?: boolean;
  specificMachineIds?: string[];
  excludedMachineIds?: string[];
  skipActions?: string[];
  formValues?: Record<string, string>;
  queueTime?: string;
  queueTimeExpiry?: string;
  /** Names of freezes that this deployment goes over, with a reason. */
  overriddenFreezes?: string[];
  overrideReason?: string;
}

/**
 * Starts a deployment: the document, and the task that does it.
 *
 * @throws OctopusError 400 where lifecycle, defects, freezes or machines forbid it; nothing is made then
 */
export function startDeployment(
  call: Call,
  request: DeploymentRequest,
): Deployment {
  const { server, space, by } = call;
  const { state } = server;
  const { release, environment } = request;
  const project = projectOf(call, release);
  demandDeployable(call, request);
  const made = state.insert('deployments', 'Deployments', {
    SpaceId: space.Id,
    Name: `Deploy to ${environment.Name}`,
    ProjectId: project.Id,
    EnvironmentId: environment.Id,
    ReleaseId: release.Id,
    ChannelId: release.ChannelId,
    TaskId: '',
    DeploymentProcessId: release.ProjectDeploymentProcessSnapshotId,
    Created: new Date().toISOString(),
    DeployedBy: by.displayName,
    DeployedById: by.id,
    Comments: request.comments ?? '',
    ForcePackageDownload: request.forcePackageDownload ?? false,
    ForcePackageRedeployment: request.forcePackageRedeployment ?? false,
    UseGuidedFailure:
      request.useGuidedFailure ?? usesGuidedFailure(project, environment),
    SpecificMachineIds: request.specificMachineIds ?? [],
    ExcludedMachineIds: request.excludedMachineIds ?? [],
    SkipActions: request.skipActions ?? [],
    FormValues: request.formValues ?? {},
    DeployedToMachineIds: [],
    FailureEncountered: false,
  });
  const task = server.queue.enqueue({
    Name: 'Deploy',
    Description: `Deploy ${project.Name} release ${release.Version} to ${environment.Name}`,
    Arguments: { DeploymentId: made.Id },
    SpaceId: space.Id,
    ProjectId: project.Id,
    QueueTime: request.queueTime,
    QueueTimeExpiry: request.queueTimeExpiry,
  });
  return state.update('deployments', made.Id, { TaskId: task.Id });
}

/** @throws OctopusError 400 where `startDeployment` would */
export function demandDeployable(call: Call, request: DeploymentRequest): void {
  demandMayGo(call, projectOf(call, request.release), request);
  demandMachines(call, request.environment, [
    ...(request.specificMachineIds ?? []),
    ...(request.excludedMachineIds ?? []),
  ]);
}

function projectOf({ server }: Call, release: Release): Project {
  const project = server.state.get('projects', release.ProjectId);
  if (!project) throw new OctopusError(500, `${release.ProjectId} is gone.`);
  return project;
}

function usesGuidedFailure(project: Project, environment: Environment) {
  const mode = project.DefaultGuidedFailureMode;
  return mode === 'EnvironmentDefault'
    ? environment.UseGuidedFailure
    : mode === 'On';
}

function demandMayGo(
  { server }: Call,
  project: Project,
  request: DeploymentRequest,
) {
  const { release, environment } = request;
  const { state } = server;
  if (project.IsDisabled)
    throw invalid(
      `The project ${project.Name} is disabled: it cannot be deployed.`,
    );
  const channel = state.get('channels', release.ChannelId);
  const lifecycle = lifecycleOf(state, project, channel);
  const progress = progressOf(state, release, lifecycle);
  const where = `Release ${release.Version} of ${project.Name} cannot be deployed to ${environment.Name}`;
  if (!progress.allowed.includes(environment.Id)) {
    if (progress.isBlocked)
      throw new OctopusError(
        400,
        `${where}: it is prevented from progression by an unresolved defect.`,
      );
    throw new OctopusError(
      400,
      `${where}: the lifecycle '${lifecycle.Name}' ${reasonOf(progress, environment)}`,
    );
  }
  const overridden = request.overrideReason
    ? (request.overriddenFreezes ?? [])
    : [];
  const freeze = freezesAgainst(server, project.Id, environment.Id).find(
    ({ Name }) => !overridden.includes(Name),
  );
  if (freeze)
    throw new OctopusError(
      400,
      `${where}: the deployment freeze '${freeze.Name}' holds until ${freeze.End}.`,
    );
}

function reasonOf(
  { phases }: ReturnType<typeof progressOf>,
  environment: Environment,
): string {
  const isInIt = phases.some(({ environments }) =>
    environments.includes(environment.Id),
  );
  if (!isInIt) return 'does not have this environment.';
  const current = phases.find(({ progress }) => progress === 'Current');
  return `demands that the phase '${current?.phase.Name ?? ''}' is completed first.`;
}

/** @throws OctopusError 400 for a machine that is not there, or not in the environment */
function demandMachines(call: Call, environment: Environment, ids: string[]) {
  const machines = inSpace(call, 'machines');
  const errors = ids.flatMap(id => {
    const machine = machines.find(({ Id }) => Id === id);
    if (!machine) return [`There is no deployment target ${id}.`];
    return machine.EnvironmentIds.includes(environment.Id)
      ? []
      : [
          `The deployment target ${machine.Name} is not in ${environment.Name}.`,
        ];
  });
  if (errors.length > 0) throw invalid(...errors);
}
