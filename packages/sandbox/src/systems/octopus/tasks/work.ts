import type { Interruption, ServerTask } from '../documents';
import type { LogNode, TaskLogTree } from './taskLog';
import type { InterruptionAnswer, TaskQueueParts } from './types';

/** Ends a task as failed; its message is the task's. */
export class TaskFailure extends Error {}

/** Where a deployment that waits for a person goes on. */
export interface DeploymentPosition {
  /** Number of steps that are behind it, from 0. */
  stepsDone: number;
  hasFailed: boolean;
  excludedMachineIds: string[];
  /** Output variables of steps, by their full name. */
  outputs: Record<string, string>;
  /** What it waits for. */
  interruptionId?: string;
  /** Of a guided failure: where the step failed. */
  failedMachineIds?: string[];
}

/** What the work of a task gets. */
export interface WorkContext {
  parts: TaskQueueParts;
  task: ServerTask;
  log: TaskLogTree;
  /** Aborted when somebody cancels, time is over or the sandbox stops. */
  signal: AbortSignal;
  /** Given when it goes on after a person answered. */
  resumed?: {
    position: DeploymentPosition | undefined;
    interruption: Interruption;
    answer: InterruptionAnswer;
  };
  /** Waits while the fault `task-hangs` is set; rejects when the signal is aborted. */
  gate(): Promise<void>;
  /** Writes down where it goes on after a person answered. */
  keepPosition(position: DeploymentPosition): void;
}

/**
 * The work of a kind of task. `waiting`: it made an interruption and is called again with the answer.
 *
 * @throws TaskFailure for everything that makes the task fail
 */
export type TaskWork = (context: WorkContext) => Promise<'done' | 'waiting'>;

/** Lets time pass in a pretended step. */
export async function pretendTime(
  { parts: { pretendedMs = 300 }, signal }: WorkContext,
  share = 1,
): Promise<void> {
  await new Promise<void>(resolve => {
    const timer = setTimeout(done, pretendedMs * share);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
  signal.throwIfAborted();
}

/** Does something for many, at most so many at once; all are tried, also after one failed. */
export async function forEachLimited<T>(
  items: T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const workers = Array.from(
    { length: Math.min(limit, items.length) },
    async () => {
      for (let item = waiting.shift(); item; item = waiting.shift())
        await work(item);
    },
  );
  await Promise.all(workers);
}

/** Writes what went wrong where it went wrong. */
export function writeError(node: LogNode, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  node.fatal(message);
  return message;
}
