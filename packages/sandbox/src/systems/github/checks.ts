import type { GithubState, Job, Run } from './model';

/** The state of a commit's checks, by name: what a job was when it last ended, or what somebody reported. */
export function checksOf(
  state: GithubState,
  repository: number,
  sha: string,
): Map<string, 'success' | 'failure' | 'pending'> {
  const checks = new Map<string, 'success' | 'failure' | 'pending'>();
  for (const status of state.filter(
    'statuses',
    one => one.repository === repository && one.sha === sha,
  ))
    checks.set(
      status.context,
      status.state === 'error' ? 'failure' : status.state,
    );
  for (const { job } of jobsOfCommit(state, repository, sha))
    checks.set(job.name, stateOf(job));
  return checks;
}

/** Jobs of the newest attempts of all runs of a commit, oldest first. */
export function jobsOfCommit(
  state: GithubState,
  repository: number,
  sha: string,
): { run: Run; job: Job }[] {
  return state
    .filter('runs', run => run.repository === repository && run.sha === sha)
    .flatMap(run =>
      state
        .filter(
          'jobs',
          job => job.run === run.id && job.attempt === run.attempt,
        )
        .map(job => ({ run, job })),
    );
}

function stateOf({ status, conclusion }: Job) {
  if (status !== 'completed') return 'pending';
  // What was left out does not stand in the way, as on GitHub.
  return conclusion === 'success' || conclusion === 'skipped'
    ? 'success'
    : 'failure';
}
