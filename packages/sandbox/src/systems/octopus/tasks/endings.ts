import type { ServerTask, TaskState } from '../documents';

const restarted =
  'The task was interrupted: the server (the sandbox) was restarted while it ran.';
const cancelled = 'The task was cancelled by a person.';

/** Last words of a task that ended without having run to its end. */
export function endedBefore(state: TaskState): string {
  switch (state) {
    case 'Canceled':
      return cancelled;
    case 'TimedOut':
      return 'The task waited in the queue for longer than it was allowed to.';
    default:
      return restarted;
  }
}

/** State and last words of a task whose work threw something. */
export function verdict(
  error: unknown,
  signal: AbortSignal,
  task: ServerTask,
): { state: TaskState; message: string } {
  if (!signal.aborted) {
    const message = error instanceof Error ? error.message : String(error);
    return { state: 'Failed', message };
  }
  switch (signal.reason) {
    case 'cancel':
      return { state: 'Canceled', message: cancelled };
    case 'timeout':
      return {
        state: 'TimedOut',
        message: `The task did not end within its time limit of ${task.Arguments.Timeout}.`,
      };
    default:
      return { state: 'Failed', message: restarted };
  }
}
