import { durationText, completedStates } from './answers';
import type { Deployment, Project, ServerTask } from './documents';
import { inSpace } from './find';
import { lifecycleOf, phasesOf } from './progress';
import type { Call } from './router';

/** A deployment with its task. */
export interface Run {
  deployment: Deployment;
  task: ServerTask;
}

/** What is in one cell of the dashboard. */
export interface Cell {
  /** The newest attempt. */
  current: Run;
  /** The newest success before it, where it is none itself. */
  previous?: Run;
}

/** The newest of each project and environment, in one walk over all deployments. */
export function newestRuns(
  call: Call,
  wanted: (deployment: Deployment) => boolean,
): Cell[] {
  const { state } = call.server;
  const cells = new Map<string, Cell>();
  // Oldest first: what comes later takes the place.
  for (const deployment of inSpace(call, 'deployments')) {
    if (!wanted(deployment)) continue;
    const task = state.get('tasks', deployment.TaskId);
    if (!task) continue;
    const key = `${deployment.ProjectId} ${deployment.EnvironmentId}`;
    const before = cells.get(key);
    const success =
      before?.current.task.State === 'Success'
        ? before.current
        : before?.previous;
    const current = { deployment, task };
    cells.set(
      key,
      task.State === 'Success' ? { current } : { current, previous: success },
    );
  }
  return [...cells.values()];
}

/** Environments that a project can reach by any of its channels, in their order. */
export function projectEnvironments(call: Call, project: Project): string[] {
  const { state } = call.server;
  const channels = channelsByProject(call).get(project.Id) ?? [];
  const reached = new Set(
    [undefined, ...channels].flatMap(channel =>
      phasesOf(state, lifecycleOf(state, project, channel)).flatMap(
        ({ environments }) => environments,
      ),
    ),
  );
  return [...reached];
}

/** Looked up once a request: a dashboard has a thousand projects. */
const channelIndex = new WeakMap<Call, ReturnType<typeof indexChannels>>();

function channelsByProject(call: Call) {
  const known = channelIndex.get(call) ?? indexChannels(call);
  channelIndex.set(call, known);
  return known;
}

function indexChannels(call: Call) {
  return groupBy(
    inSpace(call, 'channels').filter(({ LifecycleId }) => LifecycleId),
    ({ ProjectId }) => ProjectId,
  );
}

/** Items by a key, in their order. */
export function groupBy<T>(
  items: T[],
  keyOf: (item: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** One cell as Octopus answers it. */
export function dashboardItem(
  { server }: Call,
  { deployment, task }: Run,
  { isCurrent }: { isCurrent: boolean },
) {
  const base = `/api/${deployment.SpaceId}`;
  const release = server.state.get('releases', deployment.ReleaseId);
  return {
    Id: deployment.Id,
    ProjectId: deployment.ProjectId,
    EnvironmentId: deployment.EnvironmentId,
    ReleaseId: deployment.ReleaseId,
    DeploymentId: deployment.Id,
    TaskId: task.Id,
    TenantId: null,
    ChannelId: deployment.ChannelId,
    ReleaseVersion: release?.Version ?? null,
    Created: deployment.Created,
    QueueTime: task.QueueTime,
    StartTime: task.StartTime ?? null,
    CompletedTime: task.CompletedTime ?? null,
    State: task.State,
    HasPendingInterruptions: task.HasPendingInterruptions,
    HasWarningsOrErrors: task.HasWarningsOrErrors,
    ErrorMessage: task.ErrorMessage ?? '',
    Duration: durationText(task),
    IsCurrent: isCurrent,
    IsPrevious: !isCurrent,
    IsCompleted: completedStates.includes(task.State),
    Links: {
      Self: `${base}/deployments/${deployment.Id}`,
      Release: `${base}/releases/${deployment.ReleaseId}`,
      Task: `/api/tasks/${task.Id}`,
    },
  };
}
