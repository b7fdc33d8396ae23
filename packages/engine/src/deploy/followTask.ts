import { setTimeout as sleep } from 'node:timers/promises';
import type {
  OctopusApi,
  OctopusInterruption,
  TaskDetails,
} from '@nante/clients';
import { NanteError, type TaskState } from '@nante/model';
import { cancelError } from '../cancel';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import type { TaskLog } from './taskLog';

/** A task with what it says, as it was when it was over. */
export type EndedTask = Pick<TaskDetails, 'task' | 'activities'>;

export interface FollowOptions {
  taskId: string;
  /** Page of the task. */
  url: string;
  lease: Lease;
  log: TaskLog;
  /** Milliseconds until its end is no longer waited for. */
  limitMs: number;
  cancelOnTimeout: boolean;
  /** Told each time the state is another one. */
  onState(state: TaskState): Promise<void>;
  detail(text: string): void;
}

/** How long a server that does not answer is waited for: the task goes on without us. */
const outageMs = 300_000;
/** How long a task may take to end after it was cancelled. */
const cancelMs = 60_000;

/**
 * Follows a task to its end.
 *
 * @returns the task, however it ended
 * @throws NanteError `failed` when it does not end in time; `cancelled`, after the task was; `unreachable` when nobody can tell
 */
export async function followTask(
  run: Run,
  api: OctopusApi,
  options: FollowOptions,
): Promise<EndedTask> {
  const { context, recorder, signal } = run;
  const { taskId, lease, log } = options;
  const began = performance.now();
  const waits = createWaits(run, api, options);
  let state: TaskState | undefined;
  let silentSince: number | undefined;
  for (;;) {
    if (signal.aborted) return stop(run, api, options, lease);
    const elapsed = performance.now() - began;
    if (elapsed > options.limitMs) return giveUp(run, api, options);
    try {
      const details = await api.taskDetails(taskId, { signal });
      silentSince = undefined;
      log.write(details.activities);
      const { task } = details;
      if (task.state !== state) {
        state = task.state;
        await options.onState(state);
      }
      if (task.isCompleted) return details;
      await waits.look(details);
    } catch (error) {
      if (signal.aborted) continue;
      if (!NanteError.is(error) || error.code !== 'unreachable') throw error;
      silentSince ??= performance.now();
      if (performance.now() - silentSince > outageMs) throw error;
      recorder.log('warn', `${error.message} The task goes on; looking again.`);
    }
    // Those that take long are looked at less often: others share the server's limit.
    const patience = Math.min(5, 1 + Math.floor(elapsed / 60_000));
    await sleep(context.timing.taskPollMs * patience, undefined, {
      signal,
    }).catch(() => {});
  }
}

/** Says what a task waits for: its turn, or a person. */
function createWaits(run: Run, api: OctopusApi, options: FollowOptions) {
  const { recorder, signal } = run;
  const pending = new Map<string, OctopusInterruption>();
  let place = -1;
  return {
    async look({ task, queuedBehind }: TaskDetails): Promise<void> {
      if (task.state === 'Queued' && queuedBehind !== place) {
        place = queuedBehind;
        options.detail(
          place > 0
            ? `Waits in the queue of Octopus, behind ${place} ${place === 1 ? 'task' : 'tasks'}`
            : 'Waits in the queue of Octopus',
        );
      }
      if (!task.hasPendingInterruptions && pending.size === 0) return;
      const open = (await api.interruptions(task.id, { signal })).filter(
        ({ isPending }) => isPending,
      );
      for (const asked of open) {
        if (pending.has(asked.id)) continue;
        pending.set(asked.id, asked);
        options.detail(`Waits for a person: ${asked.title}`);
        for (const line of asked.instructions.split('\n'))
          if (line.trim()) recorder.log('warn', line);
        recorder.log(
          'warn',
          `Answer ${asked.answers.join(' or ')}, here in the portal or at ${options.url}`,
        );
      }
      for (const [id, { title }] of pending) {
        if (open.some(other => other.id === id)) continue;
        pending.delete(id);
        options.detail(`"${title}" was answered`);
      }
    },
  };
}

/** Ends a task, and waits for its end. @returns undefined when it does not end in time */
async function end(
  { context }: Run,
  api: OctopusApi,
  { taskId, log }: FollowOptions,
): Promise<EndedTask | undefined> {
  // The run's own signal is aborted; this one ends by itself.
  const signal = AbortSignal.timeout(cancelMs);
  await api.cancelTask(taskId, { signal }).catch(error => {
    // It may have ended a moment ago.
    if (!NanteError.is(error) || !/conflict|invalid-input/u.test(error.code))
      throw error;
  });
  while (!signal.aborted) {
    const details = await api.taskDetails(taskId, { signal });
    log.write(details.activities);
    if (details.task.isCompleted) return details;
    await sleep(context.timing.taskPollMs, undefined, { signal }).catch(
      () => {},
    );
  }
  return undefined;
}

/** The run was cancelled: the task goes with it. */
async function stop(
  run: Run,
  api: OctopusApi,
  options: FollowOptions,
  lease: Lease,
): Promise<EndedTask> {
  // Whoever has taken the lease over follows the task now.
  if (lease.lost.aborted) throw cancelError(lease.lost);
  const { recorder, signal } = run;
  recorder.log('warn', `Cancelling the task ${options.taskId}`);
  const ended = await end(run, api, options);
  if (!ended)
    throw new NanteError(
      'failed',
      `The task ${options.taskId} was asked to end and still works.`,
      { hint: `Look at ${options.url}` },
    );
  // It was over before it could be cancelled: then the truth is how it ended.
  if (ended.task.state === 'Success') return ended;
  await options.onState(ended.task.state);
  throw cancelError(signal);
}

async function giveUp(
  run: Run,
  api: OctopusApi,
  options: FollowOptions,
): Promise<EndedTask> {
  const { taskId, url, limitMs, cancelOnTimeout } = options;
  const waited = `${Math.round(limitMs / 6_000) / 10} min`;
  if (cancelOnTimeout) {
    run.recorder.log('warn', `It takes longer than ${waited}: cancelling it`);
    const ended = await end(run, api, options);
    if (ended?.task.state === 'Success') return ended;
    if (ended) {
      await options.onState(ended.task.state);
      throw new NanteError(
        'failed',
        `The task ${taskId} did not end within ${waited} and was cancelled.`,
        { hint: `Look into its log at ${url}`, details: { taskEnded: true } },
      );
    }
  }
  throw new NanteError(
    'failed',
    `The task ${taskId} did not end within ${waited}; how it ends is not known.`,
    {
      hint: `It goes on at ${url}. Repeat the request to wait for it again, or cancel it there.`,
    },
  );
}
