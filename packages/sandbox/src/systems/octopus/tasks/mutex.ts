import type { ServerTask } from '../documents';
import type { OctopusState } from '../state';

/** What no two tasks may do at once: deploying a project to an environment. Undefined for a task that minds no other. */
export function mutexOf(
  state: OctopusState,
  task: ServerTask,
): string | undefined {
  if (task.Name !== 'Deploy') return undefined;
  const deployment = state.get('deployments', `${task.Arguments.DeploymentId}`);
  return deployment && `${deployment.ProjectId}/${deployment.EnvironmentId}`;
}
