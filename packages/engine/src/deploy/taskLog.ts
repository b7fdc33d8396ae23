import type { TaskActivity, TaskLogLine } from '@nante/clients';
import type { RunLogLine } from '@nante/model';

/** Turns a task's growing log tree into lines of a run's log. */
export interface TaskLog {
  /** Says what is new since the last time. */
  write(activities: readonly TaskActivity[]): void;
}

/**
 * @param options.said - lines about this task that an earlier try of the run wrote: they are not said again
 * @param options.redact - as the run's log does it, so that those lines are recognised
 */
export function createTaskLog(options: {
  say: (level: RunLogLine['level'], text: string) => void;
  said: readonly string[];
  redact: (text: string) => string;
}): TaskLog {
  const { say, said, redact } = options;
  /** How often each line was written by an earlier try. */
  const earlier = new Map<string, number>();
  for (const line of said) earlier.set(line, (earlier.get(line) ?? 0) + 1);
  /** Lines of each node that were written. */
  const written = new Map<string, number>();
  const states = new Map<string, TaskActivity['status']>();

  const once = (level: RunLogLine['level'], text: string) => {
    for (const line of text.split('\n')) {
      const left = earlier.get(redact(line)) ?? 0;
      if (left > 0) earlier.set(redact(line), left - 1);
      else say(level, line);
    }
  };

  const walk = (node: TaskActivity, path: readonly string[]) => {
    const title = path.join(' › ');
    const before = states.get(node.id) ?? 'Pending';
    const hasBegun = node.status !== 'Pending' && node.status !== 'Skipped';
    if (title && before === 'Pending' && hasBegun) once('info', title);
    const from = written.get(node.id) ?? 0;
    for (const line of node.lines.slice(from))
      once(levelOf(line), title ? `${title}: ${line.text}` : line.text);
    written.set(node.id, node.lines.length);
    for (const child of node.children) walk(child, [...path, child.name]);
    if (before !== node.status) {
      states.set(node.id, node.status);
      if (title && node.status === 'Failed') once('error', `${title}: failed`);
      if (title && node.status === 'Skipped') once('info', `${title}: skipped`);
    }
  };

  return {
    write(activities) {
      // The first node is the task itself, whose name is that of the step.
      for (const node of activities) walk(node, []);
    },
  };
}

function levelOf({ level }: TaskLogLine): RunLogLine['level'] {
  return level === 'trace' ? 'info' : level;
}

const shownProblems = 5;

/** First error lines of a task's log, those of the targets before the summaries of what contains them. */
export function problemsOf(activities: readonly TaskActivity[]): string[] {
  const lines = activities.flatMap(function errorsOf(
    node: TaskActivity,
  ): string[] {
    const own = node.lines.filter(({ level }) => level === 'error');
    return [
      ...node.children.flatMap(errorsOf),
      ...own.flatMap(({ text }) => text.split('\n').slice(0, 1)),
    ];
  });
  return [...new Set(lines.filter(line => line.trim() !== ''))].slice(
    0,
    shownProblems,
  );
}
