import { NanteError } from '@nante/model';
import { z } from 'zod';
import { stateSchema } from './dashboard';
import {
  count,
  flag,
  listOf,
  optionalTime,
  pageOf,
  present,
  text,
  time,
} from './reading';
import { idIn, pageSize, type OctopusSpace } from './space';
import type {
  OctopusApi,
  OctopusTask,
  TaskActivity,
  TaskLogLine,
} from './types';

/** Ids in one request: the address of a request has a limit. */
const idsPerRequest = 200;

const taskSchema = z
  .object({
    Id: z.string(),
    Name: text,
    Description: text,
    State: stateSchema,
    IsCompleted: flag,
    FinishedSuccessfully: flag,
    HasWarningsOrErrors: flag,
    HasPendingInterruptions: flag,
    ErrorMessage: text,
    QueueTime: time,
    StartTime: optionalTime,
    CompletedTime: optionalTime,
  })
  .transform((task): OctopusTask =>
    present({
      id: task.Id,
      name: task.Name,
      description: task.Description,
      state: task.State,
      isCompleted: task.IsCompleted,
      finishedSuccessfully: task.FinishedSuccessfully,
      hasWarningsOrErrors: task.HasWarningsOrErrors,
      hasPendingInterruptions: task.HasPendingInterruptions,
      errorMessage: task.ErrorMessage,
      queuedAt: task.QueueTime,
      startedAt: task.StartTime,
      completedAt: task.CompletedTime,
    }),
  );

const levels: Record<string, TaskLogLine['level']> = {
  Trace: 'trace',
  Verbose: 'trace',
  Alert: 'warn',
  Warning: 'warn',
  Error: 'error',
  Fatal: 'error',
};

const lineSchema = z
  .object({ Category: text, OccurredAt: time, MessageText: text, Detail: text })
  .transform(line => ({
    time: line.OccurredAt,
    level: levels[line.Category] ?? ('info' as const),
    text: [line.MessageText, line.Detail].filter(Boolean).join('\n'),
  }));

const activitySchema: z.ZodType<TaskActivity> = z.lazy(() =>
  z
    .object({
      Id: z.string(),
      Name: text,
      Status: z
        .enum([
          'Pending',
          'Running',
          'Success',
          'Failed',
          'Skipped',
          'SuccessWithWarning',
          'Canceled',
        ])
        .catch('Running'),
      Started: optionalTime,
      Ended: optionalTime,
      ProgressPercentage: count,
      LogElements: listOf(lineSchema),
      Children: listOf(activitySchema),
    })
    .transform(activity =>
      present<TaskActivity>({
        id: activity.Id,
        name: activity.Name,
        status: activity.Status,
        startedAt: activity.Started,
        endedAt: activity.Ended,
        percentage: activity.ProgressPercentage,
        // Octopus marks left out lines by one without text.
        lines: activity.LogElements.filter(line => line.text !== ''),
        children: activity.Children,
      }),
    ),
);

const detailsSchema = z.object({
  Task: taskSchema,
  ActivityLogs: listOf(activitySchema),
});
const totalSchema = z.object({ TotalResults: count });

/** Server tasks. The vendor's waiter answers a task that did not end in time as if it had, so we look ourselves. */
export function taskCalls(
  space: OctopusSpace,
): Pick<
  OctopusApi,
  'task' | 'taskDetails' | 'tasks' | 'cancelTask' | 'checkHealth'
> {
  const pathOf = (id: string) => `/tasks/${idIn(id, 'task')}`;
  return {
    task: async (id, options) =>
      space.read(
        taskSchema,
        'task',
        { method: 'GET', path: pathOf(id), what: `read the task ${id}` },
        options,
      ),

    async taskDetails(id, options) {
      const what = `read the log of the task ${id}`;
      const { Task: task, ActivityLogs: activities } = await space.read(
        detailsSchema,
        'log of a task',
        {
          method: 'GET',
          path: `${pathOf(id)}/details`,
          query: { verbose: false },
          what,
        },
        options,
      );
      if (task.state !== 'Queued') return { task, activities, queuedBehind: 0 };
      const { TotalResults: queuedBehind } = await space.read(
        totalSchema,
        'queue',
        {
          method: 'GET',
          path: `${pathOf(id)}/queued-behind`,
          query: { take: 1 },
          what,
        },
        options,
      );
      return { task, activities, queuedBehind };
    },

    async tasks(ids, options) {
      // Without ids Octopus answers all tasks that there ever were.
      const found: OctopusTask[] = [];
      const wanted = [...new Set(ids.map(id => idIn(id, 'task')))];
      for (let at = 0; at < wanted.length; at += idsPerRequest) {
        const { items } = await space.read(
          pageOf(taskSchema),
          'list of tasks',
          {
            method: 'GET',
            path: '/tasks',
            query: {
              ids: wanted.slice(at, at + idsPerRequest),
              take: pageSize,
            },
            what: 'list tasks',
          },
          options,
        );
        found.push(...items);
      }
      const asked = new Set(wanted);
      return found.filter(task => asked.has(task.id));
    },

    async cancelTask(id, options) {
      const call = {
        path: `${pathOf(id)}/cancel`,
        what: `cancel the task ${id}`,
      };
      await space.send(
        // Once more changes nothing.
        { ...call, method: 'POST', isRepeatable: true },
        options,
      );
    },

    async checkHealth(machineIds, options) {
      if (machineIds.length === 0)
        // Octopus would check every target of the space.
        throw new NanteError('invalid-input', 'No target to check was named.');
      const { Id } = await space.read(
        z.object({ Id: z.string() }),
        'task',
        {
          method: 'POST',
          path: '/tasks',
          json: {
            Name: 'Health',
            Description: `Check the health of ${machineIds.length === 1 ? 'a target' : `${machineIds.length} targets`} (Nante)`,
            SpaceId: (await space.find(options)).id,
            Arguments: {
              Timeout: '00:05:00',
              MachineTimeout: '00:01:00',
              MachineIds: machineIds.map(id => idIn(id, 'target')),
            },
          },
          // A second check does no harm.
          isRepeatable: true,
          what: 'start a health check',
        },
        options,
      );
      return Id;
    },
  };
}
