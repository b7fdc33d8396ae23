import { setTimeout as sleep } from 'node:timers/promises';
import type {
  OctopusApi,
  OctopusMachine,
  OctopusTask,
  TaskActivity,
} from '@nante/clients';
import { NanteError } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import type { Run } from '../operation/executeRun';

/** Most lines of a task's log that a run repeats as the reason. */
const mostLines = 3;

/** A target after its health check. */
export interface CheckedTarget {
  machine: OctopusMachine;
  /** Why it is not healthy. */
  problem?: string;
}

/** Whether Octopus deploys to it. */
export function isWell({ health }: Pick<OctopusMachine, 'health'>): boolean {
  return health === 'Healthy' || health === 'HasWarnings';
}

/**
 * Lets Octopus check a target, and waits for the end: a task that has not ended in time, and one that was cancelled, is
 * no success.
 *
 * @throws NanteError `unreachable` and the like; `cancelled`
 */
export async function checkTarget(
  run: Run,
  api: OctopusApi,
  machineId: string,
): Promise<CheckedTarget> {
  const { recorder, signal } = run;
  const taskId = await api.checkHealth([machineId], { signal });
  recorder.log(
    'info',
    `Octopus checks the target: ${await api.pageUrl('tasks', taskId)}`,
  );
  const task = await endOf(run, api, taskId);
  const machine = await api.machine(machineId, { signal });
  if (!machine)
    throw new NanteError(
      'failed',
      'The target was removed in Octopus while it was checked.',
      { hint: 'Send the request again.' },
    );
  if (task?.finishedSuccessfully && isWell(machine)) return { machine };
  return { machine, problem: await reasonOf(run, api, taskId, task, machine) };
}

/** @returns undefined when it did not end in time */
async function endOf(
  { context, signal }: Run,
  api: OctopusApi,
  taskId: string,
): Promise<OctopusTask | undefined> {
  const { healthCheckMs, taskPollMs } = context.timing;
  const deadline = Date.now() + healthCheckMs;
  for (;;) {
    const task = await api.task(taskId, { signal });
    if (task.isCompleted) return task;
    const left = deadline - Date.now();
    if (left <= 0) return undefined;
    await sleep(Math.min(taskPollMs, left), undefined, { signal }).catch(
      () => {},
    );
    throwIfCancelled(signal);
  }
}

async function reasonOf(
  { context, signal, recorder }: Run,
  api: OctopusApi,
  taskId: string,
  task: OctopusTask | undefined,
  machine: OctopusMachine,
): Promise<string> {
  if (!task) {
    const seconds = Math.round(context.timing.healthCheckMs / 1000);
    return `its health check has not ended within ${seconds} s (task ${taskId}).`;
  }
  const lines = await api
    .taskDetails(taskId, { signal })
    .then(({ activities }) => errorLines(activities))
    .catch((error: unknown) => {
      throwIfCancelled(signal);
      recorder.log('warn', `The log of ${taskId} could not be read: ${error}`);
      return [];
    });
  for (const line of lines) recorder.log('warn', line);
  const said = [...lines.slice(0, mostLines), task.errorMessage].find(Boolean);
  const reason = said ?? (machine.healthSummary || `the task ${task.state}`);
  return `Octopus says it is ${machine.health}: ${reason}`;
}

/** What a task's log has as errors, in its order, each line once. */
function errorLines(activities: readonly TaskActivity[]): string[] {
  const found = activities.flatMap(({ lines, children }) => [
    ...lines.filter(({ level }) => level === 'error').map(({ text }) => text),
    ...errorLines(children),
  ]);
  return [...new Set(found.map(text => text.trim()).filter(Boolean))];
}
