import type {
  Deployment,
  Environment,
  ProcessAction,
  ProcessStep,
  Project,
  PropertyValue,
  Release,
  ServerTask,
} from '../documents';
import type { OctopusState } from '../state';
import { TaskFailure } from './work';

/** Type of the action that asks a person. */
export const manualAction = 'Octopus.Manual';

/** Everything that a deployment is about. */
export interface DeploymentSubject {
  deployment: Deployment;
  release: Release;
  project: Project;
  environment: Environment;
  steps: PlannedStep[];
}

/** A step that this deployment has; numbers count from 1 and leave nothing out. */
export interface PlannedStep {
  /** Name of its node in the log. */
  title: string;
  step: ProcessStep;
  /** Those that run here: not disabled, of this environment and channel, not skipped by the person who deploys. */
  actions: ProcessAction[];
}

/** @throws TaskFailure when a document is gone */
export function subjectOf(
  state: OctopusState,
  task: ServerTask,
): DeploymentSubject {
  const deployment = found(
    'deployment',
    state.get('deployments', `${task.Arguments.DeploymentId}`),
  );
  const release = found('release', state.get('releases', deployment.ReleaseId));
  const project = found('project', state.get('projects', deployment.ProjectId));
  const environment = found(
    'environment',
    state.get('environments', deployment.EnvironmentId),
  );
  const process = found(
    'process of the release',
    state.get(
      'deploymentprocesses',
      release.ProjectDeploymentProcessSnapshotId,
    ) ?? state.get('deploymentprocesses', project.DeploymentProcessId),
  );
  const steps = process.Steps.map((step, index) => ({
    title: `Step ${index + 1}: ${step.Name}`,
    step,
    actions: step.Actions.filter(action => runsHere(action, deployment)),
  }));
  return { deployment, release, project, environment, steps };
}

function found<T>(what: string, document: T | undefined): T {
  if (!document)
    throw new TaskFailure(`The ${what} of this deployment is not there.`);
  return document;
}

function runsHere(action: ProcessAction, deployment: Deployment): boolean {
  const { EnvironmentId, ChannelId, SkipActions } = deployment;
  const { Environments, ExcludedEnvironments, Channels } = action;
  const allows = (ids: string[] | undefined, id: string) =>
    !ids || ids.length === 0 || ids.includes(id);
  return (
    !action.IsDisabled &&
    !SkipActions.includes(action.Id) &&
    !(ExcludedEnvironments ?? []).includes(EnvironmentId) &&
    allows(Environments, EnvironmentId) &&
    allows(Channels, ChannelId)
  );
}

/** A property as text; empty when it is not there, or sensitive. */
export function property(
  { Properties }: { Properties?: Record<string, PropertyValue> },
  name: string,
): string {
  const value = Properties?.[name];
  return typeof value === 'string' ? value : (value?.NewValue ?? '');
}

export function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true';
}

/** Target tags of a step; none when it runs on the server. */
export function rolesOf({ step, actions }: PlannedStep): string[] {
  if (actions.every(isOnServer)) return [];
  return property(step, 'Octopus.Action.TargetRoles')
    .split(',')
    .map(role => role.trim())
    .filter(Boolean);
}

/** The server (or a worker of it) runs the action, on behalf of targets or without any. */
export function isOnServer(action: ProcessAction): boolean {
  return (
    action.ActionType === manualAction ||
    isTrue(property(action, 'Octopus.Action.RunOnServer'))
  );
}
