import type { DeploymentActivity } from '@nante/plugin-infrastructure-common';

export type LineLevel = 'error' | 'warning' | 'info';

/** What a level of Octopus means for whoever reads. */
export function lineLevel(level: string): LineLevel {
  const word = level.toLowerCase();
  if (word === 'error' || word === 'fatal') return 'error';
  return word.startsWith('warn') ? 'warning' : 'info';
}

const failed = ['Failed', 'TimedOut'];

/** Whether it, or anything below it, failed or logged an error. */
export function hasFailed(activity: DeploymentActivity): boolean {
  return (
    failed.includes(activity.status) ||
    activity.lines.some(({ level }) => lineLevel(level) === 'error') ||
    activity.children.some(hasFailed)
  );
}

/** Errors that were logged by it and below it. */
export function countErrors(activity: DeploymentActivity): number {
  const own = activity.lines.filter(
    ({ level }) => lineLevel(level) === 'error',
  ).length;
  return activity.children.reduce(
    (sum, child) => sum + countErrors(child),
    own,
  );
}

/** Whether it is open before anybody touches it: what runs and what failed is, and what is on top. */
export function opensByItself(
  activity: DeploymentActivity,
  depth: number,
): boolean {
  return depth === 0 || activity.status === 'Running' || hasFailed(activity);
}

/** Ids of all activities that can be opened. */
export function allIds(activities: DeploymentActivity[]): string[] {
  return activities.flatMap(({ id, children }) => [id, ...allIds(children)]);
}

/** First error of a log: that of the innermost step, since those around it only say that a step failed. */
export function firstError(
  activities: DeploymentActivity[],
): string | undefined {
  for (const { lines, children } of activities) {
    const own = lines.find(({ level }) => lineLevel(level) === 'error')?.text;
    const found = firstError(children) ?? own;
    if (found) return found;
  }
  return undefined;
}

/** The whole log as text, each step indented below what it belongs to. */
export function logText(activities: DeploymentActivity[], depth = 0): string {
  const indent = '  '.repeat(depth);
  return activities
    .map(({ name, status, lines, children }) =>
      [
        `${indent}${name}: ${status}`,
        ...lines.map(
          ({ time, level, text }) => `${indent}  ${time} ${level} ${text}`,
        ),
        ...(children.length > 0 ? [logText(children, depth + 1)] : []),
      ].join('\n'),
    )
    .join('\n');
}

/** Activities that look whether what was deployed answers: their name says so. */
export function healthChecks(
  activities: DeploymentActivity[],
): DeploymentActivity[] {
  return activities.flatMap(activity =>
    /health\s*check/i.test(activity.name)
      ? [activity]
      : healthChecks(activity.children),
  );
}
