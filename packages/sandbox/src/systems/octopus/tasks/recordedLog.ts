import type { ActivityElement, ServerTask, TaskState } from '../documents';
import type { OctopusState } from '../state';
import { manualAction, subjectOf, type DeploymentSubject } from './subject';

type Status = ActivityElement['Status'];

const statuses: Record<TaskState, Status> = {
  Queued: 'Pending',
  Executing: 'Running',
  Cancelling: 'Running',
  Success: 'Success',
  Failed: 'Failed',
  Canceled: 'Canceled',
  TimedOut: 'Failed',
};

/** The log of a task that never ran here, because it is part of the seed: what its documents say, and that it is pretended. */
export function recordedLog(
  state: OctopusState,
  task: ServerTask,
): ActivityElement[] {
  let count = 0;
  let lines = 0;
  function node(
    name: string,
    status: Status,
    texts: string[] = [],
    children: ActivityElement[] = [],
  ): ActivityElement {
    count += 1;
    const isOver = !['Pending', 'Running'].includes(status);
    return {
      Id: `${task.Id}/${count}`,
      Name: name,
      Status: status,
      Started: status === 'Pending' ? undefined : task.StartTime,
      Ended: isOver ? task.CompletedTime : undefined,
      ShowAtSummaryLevel: true,
      ProgressPercentage: isOver ? 100 : 0,
      ProgressMessage: '',
      LogElements: texts.map(text => {
        lines += 1;
        return {
          Number: lines,
          Category: status === 'Failed' ? 'Error' : 'Info',
          OccurredAt: task.StartTime ?? task.QueueTime,
          MessageText: text,
        };
      }),
      Children: children,
    };
  }

  const subject = task.Name === 'Deploy' ? subjectIf(state, task) : undefined;
  const children = subject
    ? stepStatuses(subject, task).map(({ title, status }) =>
        node(title, status, [
          ...(status === 'Failed' && task.ErrorMessage
            ? [task.ErrorMessage]
            : []),
          ...(status === 'Pending'
            ? []
            : ['(pretended) Part of the seed of the sandbox.']),
        ]),
      )
    : [];
  const texts = ['(pretended) This task is part of the seed of the sandbox.'];
  if (task.ErrorMessage) texts.push(task.ErrorMessage);
  if (task.State === 'Queued') texts.length = 0;
  return [node(task.Description, statuses[task.State], texts, children)];
}

function subjectIf(
  state: OctopusState,
  task: ServerTask,
): DeploymentSubject | undefined {
  try {
    return subjectOf(state, task);
  } catch {
    return undefined;
  }
}

function stepStatuses(
  { steps }: DeploymentSubject,
  task: ServerTask,
): { title: string; status: Status }[] {
  const asking = steps.findIndex(({ actions }) =>
    actions.some(({ ActionType }) => ActionType === manualAction),
  );
  return steps.map(({ title }, index) => {
    const isLast = index === steps.length - 1;
    let status: Status = 'Success';
    if (task.State === 'Queued') status = 'Pending';
    else if (task.State === 'Executing' && asking >= 0) {
      if (index === asking) status = 'Running';
      else if (index > asking) status = 'Pending';
    } else if (task.State !== 'Success' && isLast)
      status = statuses[task.State];
    return { title, status };
  });
}
