import { z } from 'zod';
import { completedStates, taskAnswer } from '../answers';
import { newestFirst } from '../collection';
import type { ServerTask } from '../documents';
import { invalid, notFound } from '../errors';
import { inSpace } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { asAnswer } from '../refusals';
import type { Call, Route } from '../router';

const createSchema = z.object({
  Name: z.string().min(1),
  Description: z.string().default(''),
  Arguments: z.record(z.string(), z.unknown()).default({}),
  QueueTime: z.string().optional(),
  QueueTimeExpiry: z.string().optional(),
});
/** Server tasks: of one space, or by the same calls of all of them. */
export const taskRoutes: Route[] = [
  ...tasksBelow('/{spaceId}/tasks'),
  ...tasksBelow('/tasks'),
];

function tasksBelow(path: string): Route[] {
  const isServerWide = path === '/tasks';
  const find = (call: Call) => findTask(call, isServerWide);
  return [
    {
      call: `GET ${path}`,
      permission: 'TaskView',
      answer: call =>
        page(call, 'Task', matching(call, isServerWide), taskAnswer),
    },
    {
      call: `POST ${path}`,
      permission: 'TaskCreate',
      status: 201,
      answer: call => taskAnswer(create(call)),
    },
    {
      call: `GET ${path}/{id}`,
      permission: 'TaskView',
      answer: call => taskAnswer(find(call)),
    },
    {
      call: `GET ${path}/{id}/details`,
      permission: 'TaskView',
      answer: call => details(call, find(call)),
    },
    {
      call: `GET ${path}/{id}/raw`,
      permission: 'TaskView',
      answer: call =>
        new Response(call.server.queue.raw(find(call).Id), {
          headers: { 'content-type': 'text/plain; charset=utf-8' },
        }),
    },
    {
      call: `GET ${path}/{id}/queued-behind`,
      permission: 'TaskView',
      answer: call =>
        page(
          call,
          'Task',
          call.server.queue.queuedBehind(find(call).Id),
          taskAnswer,
        ),
    },
    {
      call: `POST ${path}/{id}/cancel`,
      permission: 'TaskCancel',
      answer: call => {
        const { Id } = find(call);
        return taskAnswer(asAnswer(() => call.server.queue.cancel(Id)));
      },
    },
  ];
}

function findTask({ server, params, space }: Call, isServerWide: boolean) {
  const task = server.state.get('tasks', params.id);
  // Through a space one sees only its own, as with everything else.
  if (!task || (!isServerWide && task.SpaceId !== space.Id))
    throw notFound(params.id);
  return task;
}

/** Without `ids` everything is meant: a client that asks for no task in particular gets all of them. */
function matching(call: Call, isServerWide: boolean): ServerTask[] {
  const { query, server, space } = call;
  const lower = (values?: string[]) =>
    values?.map(value => value.toLowerCase());
  const ids = query.list('ids');
  const names = lower(query.list('name'));
  const states = lower(query.list('states'));
  const part = (
    query.text('partialName') ?? query.text('description')
  )?.toLowerCase();
  const project = query.text('project');
  const environment = query.text('environment');
  const active = query.flag('active');
  const running = query.flag('running');
  const pending = query.flag('hasPendingInterruptions');
  const warnings = query.flag('hasWarningsOrErrors');
  const from = query.time('fromQueueDate');
  const to = query.time('toQueueDate');
  const { state } = server;
  const candidates = ids
    ? [...new Set(ids)].flatMap(id => state.get('tasks', id) ?? [])
    : state.all('tasks');
  return candidates
    .filter(
      task =>
        (isServerWide || task.SpaceId === space.Id) &&
        (!names || names.includes(task.Name.toLowerCase())) &&
        (!states || states.includes(task.State.toLowerCase())) &&
        (!part || task.Description.toLowerCase().includes(part)) &&
        (!project || task.ProjectId === project) &&
        (!environment || environmentOf(call, task) === environment) &&
        (active === undefined ||
          active === !completedStates.includes(task.State)) &&
        (running === undefined || running === (task.State === 'Executing')) &&
        (pending === undefined || pending === task.HasPendingInterruptions) &&
        (warnings === undefined || warnings === task.HasWarningsOrErrors) &&
        (from === undefined || Date.parse(task.QueueTime) >= from) &&
        (to === undefined || Date.parse(task.QueueTime) <= to),
    )
    .sort(newestFirst);
}

function environmentOf({ server }: Call, task: ServerTask): unknown {
  const { DeploymentId, EnvironmentId } = task.Arguments;
  if (typeof DeploymentId !== 'string') return EnvironmentId;
  return server.state.get('deployments', DeploymentId)?.EnvironmentId;
}

function create(call: Call): ServerTask {
  const task = parseBody(call.body, createSchema);
  if (task.Name === 'Deploy')
    throw invalid('Deployments are made by their own call.');
  const machines = task.Arguments.MachineIds;
  if (Array.isArray(machines)) {
    const known = new Set(inSpace(call, 'machines').map(({ Id }) => Id));
    const unknown = machines.filter(id => !known.has(id));
    if (unknown.length > 0)
      throw invalid(
        ...unknown.map(id => `There is no deployment target ${id}.`),
      );
  }
  return call.server.queue.enqueue({ ...task, SpaceId: call.space.Id });
}

function details({ server, query }: Call, task: ServerTask) {
  const activities = server.queue.details(task.Id);
  const verbose = query.flag('verbose') ?? true;
  const tail = query.number('tail');
  const percentages = activities.map(item => item.ProgressPercentage);
  return {
    Id: null,
    Task: taskAnswer(task),
    ActivityLogs: activities.map(activity =>
      shortened(activity, verbose, tail),
    ),
    Progress: {
      ProgressPercentage: Math.min(100, ...percentages),
      EstimatedTimeRemaining: '',
    },
    PhysicalLogSize: server.queue.raw(task.Id).length,
    Links: { Self: `/api/tasks/${task.Id}/details` },
  };
}

type Activity = ReturnType<Call['server']['queue']['details']>[number];

/** Without what is only for the curious, and only the last lines where so many were asked for. */
function shortened(
  activity: Activity,
  verbose: boolean,
  tail: number | undefined,
): Activity {
  const lines = activity.LogElements.filter(
    line => verbose || line.Category !== 'Verbose',
  );
  return {
    ...activity,
    LogElements:
      tail === undefined ? lines : lines.slice(-tail || lines.length),
    Children: activity.Children.map(child => shortened(child, verbose, tail)),
  };
}
