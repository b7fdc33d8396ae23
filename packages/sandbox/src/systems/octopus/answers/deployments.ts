import type { Deployment, ServerTask } from '../documents';
import { forever, linkTo, type Answer } from './answer';

export function deploymentAnswer(deployment: Deployment): Answer {
  const { SpaceId } = deployment;
  return {
    ...deployment,
    TenantId: null,
    QueueTime: null,
    QueueTimeExpiry: null,
    ManifestVariableSetId: `variableset-${deployment.Id}`,
    FailTargetDiscovery: false,
    TentacleRetentionPeriod: forever,
    Changes: [],
    ChangesMarkdown: '',
    Links: {
      Self: linkTo(deployment, 'deployments'),
      Environment: `/api/${SpaceId}/environments/${deployment.EnvironmentId}`,
      Release: `/api/${SpaceId}/releases/${deployment.ReleaseId}`,
      Project: `/api/${SpaceId}/projects/${deployment.ProjectId}`,
      Task: `/api/tasks/${deployment.TaskId}`,
      Interruptions: `/api/${SpaceId}/interruptions?regarding=${deployment.Id}`,
      Web: `/app#/${SpaceId}/deployments/${deployment.Id}`,
    },
  };
}

export const completedStates = ['Success', 'Failed', 'Canceled', 'TimedOut'];

export function taskAnswer(task: ServerTask): Answer {
  const self = `/api/tasks/${task.Id}`;
  const isCompleted = completedStates.includes(task.State);
  return {
    ...task,
    SpaceId: task.SpaceId ?? null,
    ProjectId: task.ProjectId ?? null,
    QueueTimeExpiry: task.QueueTimeExpiry ?? null,
    StartTime: task.StartTime ?? null,
    CompletedTime: task.CompletedTime ?? null,
    Completed: completedText(task),
    Duration: durationText(task),
    ErrorMessage: task.ErrorMessage ?? '',
    IsCompleted: isCompleted,
    FinishedSuccessfully: task.State === 'Success',
    CanRerun: isCompleted && task.Name === 'Health',
    ServerNode: task.ServerNode ?? null,
    EstimatedRemainingQueueDurationSeconds: 0,
    UnmetPreconditions: [],
    Links: {
      Self: self,
      Web: `/app#/${task.SpaceId ?? ''}/tasks/${task.Id}`,
      Raw: `${self}/raw`,
      Rerun: `/api/tasks/rerun/${task.Id}`,
      Cancel: `${self}/cancel`,
      State: `${self}/state`,
      QueuedBehind: `${self}/queued-behind{?skip,take}`,
      Details: `${self}/details{?verbose,tail,ranges}`,
      Interruptions: `/api/interruptions?regarding=${task.Id}`,
    },
  };
}

function completedText({ CompletedTime, State, StartTime }: ServerTask) {
  if (CompletedTime) return new Date(CompletedTime).toUTCString();
  if (State === 'Cancelling') return 'Cancelling...';
  return StartTime ? 'Executing...' : 'Queued...';
}

/** How long a task ran so far, as the vendor writes it: `32 seconds`. */
export function durationText({
  StartTime,
  CompletedTime,
}: Pick<ServerTask, 'StartTime' | 'CompletedTime'>): string {
  if (!StartTime) return '0 seconds';
  const end = CompletedTime ? Date.parse(CompletedTime) : Date.now();
  const seconds = Math.max(0, Math.round((end - Date.parse(StartTime)) / 1000));
  if (seconds < 60) return `${seconds} second${seconds === 1 ? '' : 's'}`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} minute${minutes === 1 ? '' : 's'}`;
}
