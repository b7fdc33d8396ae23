import type { GithubRunner, WorkflowJob, WorkflowRun } from '@nante/clients';

/**
 * Why nothing works on a run, one sentence.
 *
 * @param queued - its jobs that wait for a runner
 * @param runners - of the repository; undefined where the token may not see them
 */
export function describeWait(
  run: Pick<WorkflowRun, 'status'> | undefined,
  queued: readonly Pick<WorkflowJob, 'name' | 'labels'>[],
  runners: readonly GithubRunner[] | undefined,
): string | undefined {
  if (queued.length) return describeQueued(queued[0], runners);
  switch (run?.status) {
    case 'waiting':
      return 'It waits for an approval in GitHub.';
    case 'pending':
      return 'It waits for another run of its concurrency group.';
    case 'queued':
    case 'requested':
      return 'No runner has taken it yet.';
    default:
      return undefined;
  }
}

function describeQueued(
  { name, labels }: Pick<WorkflowJob, 'name' | 'labels'>,
  runners: readonly GithubRunner[] | undefined,
): string {
  const wanted = labels.join(', ');
  if (!runners || !labels.length)
    return `No runner has taken ${name} yet${wanted ? `; it asks for one with the labels ${wanted}` : ''}.`;
  const able = runners.filter(runner => hasAll(runner, labels));
  if (!able.length) return `${name} waits: no runner has the labels ${wanted}.`;
  const online = able.filter(({ isOnline }) => isOnline);
  if (!online.length)
    return `${name} waits: no runner with the labels ${wanted} is online (${names(able)}).`;
  if (online.every(({ isBusy }) => isBusy))
    return `${name} waits: every runner with the labels ${wanted} is busy (${names(online)}).`;
  return `No runner has taken ${name} yet, although ${names(online.filter(({ isBusy }) => !isBusy))} with the labels ${wanted} is free.`;
}

function hasAll(runner: GithubRunner, labels: readonly string[]): boolean {
  const own = new Set(runner.labels.map(label => label.toLowerCase()));
  return labels.every(label => own.has(label.toLowerCase()));
}

function names(runners: readonly GithubRunner[]): string {
  return runners
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ');
}
