import type { ServerTask } from './documents';
import type { Events } from './events';
import type { OctopusState } from './state';
import type { TaskChange } from './tasks/types';

/** What the audit log says of a deployment, by what happened to its task. */
const categories: Record<TaskChange, string> = {
  queued: 'DeploymentQueued',
  started: 'DeploymentStarted',
  waiting: 'ManualInterventionInterruptionRaised',
  resumed: 'DeploymentResumed',
  ended: 'DeploymentSucceeded',
};

/** Writes an event for a change of a deployment's task; of other tasks the audit log says nothing. */
export function writeTaskEvent(
  state: OctopusState,
  events: Events,
  task: ServerTask,
  change: TaskChange,
): void {
  const id = task.Arguments.DeploymentId;
  const deployment =
    typeof id === 'string' ? state.get('deployments', id) : undefined;
  if (!deployment) return;
  const isFailure = change === 'ended' && task.State !== 'Success';
  const category = isFailure ? 'DeploymentFailed' : categories[change];
  events.add(category, `${task.Description}: ${words(task, change)}`, {
    spaceId: deployment.SpaceId,
    documents: [
      deployment.Id,
      deployment.ProjectId,
      deployment.EnvironmentId,
      deployment.ReleaseId,
      task.Id,
    ],
    by:
      change === 'queued'
        ? { id: deployment.DeployedById, username: deployment.DeployedBy }
        : undefined,
  });
}

function words(task: ServerTask, change: TaskChange): string {
  if (change === 'ended') return `ended as ${task.State}`;
  if (change === 'waiting') return 'waits for a person';
  return change;
}
