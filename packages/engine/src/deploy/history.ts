import type {
  OctopusApi,
  OctopusDeployment,
  OctopusEnvironment,
  OctopusProject,
  OctopusTask,
} from '@nante/clients';

/** A deployment with how it ended, or how far it is. */
export interface PastDeployment {
  deployment: OctopusDeployment;
  task: OctopusTask;
}

/** Newest deployments of a project to an environment that are looked at. */
const looked = 100;

/** Deployments of a project to an environment, newest first; two requests, however many there are. */
export async function deploymentHistory(
  api: OctopusApi,
  project: Pick<OctopusProject, 'id'>,
  environment: Pick<OctopusEnvironment, 'id'>,
  signal?: AbortSignal,
): Promise<PastDeployment[]> {
  const { items } = await api.deployments(
    { projectId: project.id, environmentId: environment.id, take: looked },
    { signal },
  );
  const tasks = await api.tasks(
    items.map(({ taskId }) => taskId),
    { signal },
  );
  const byId = new Map(tasks.map(task => [task.id, task]));
  // How a deployment went whose task nobody knows is not guessed.
  return items.flatMap(deployment => {
    const task = byId.get(deployment.taskId);
    return task ? [{ deployment, task }] : [];
  });
}

/** Octopus' own verdict: a state alone would also be read from half an answer. */
export function succeeded({
  task,
}: {
  task: Pick<OctopusTask, 'state' | 'finishedSuccessfully'>;
}): boolean {
  return task.state === 'Success' && task.finishedSuccessfully;
}

/** What is there: the newest deployment that began and is over, however it ended. */
export function whatIsThere(
  history: readonly PastDeployment[],
): PastDeployment | undefined {
  return history.find(({ task }) => task.isCompleted && task.startedAt);
}
