import type { Conclusion, Job, PlannedJob } from '../model';

/** Jobs that wait for no other, and that their condition lets run. */
export function readyJobs(plan: readonly PlannedJob[]): PlannedJob[] {
  return plan.filter(
    ({ needs, isRuledOut }) => needs.length === 0 && !isRuledOut,
  );
}

/** What a run is when its jobs are what they are. */
export function overallConclusion(
  jobs: readonly Job[],
  isCancelled: boolean,
): Conclusion {
  const ends = new Set(jobs.map(({ conclusion }) => conclusion));
  if (isCancelled) return 'cancelled';
  if (ends.has('failure') || ends.has('timed_out')) return 'failure';
  if (ends.has('cancelled')) return 'cancelled';
  return ends.size === 1 && ends.has('skipped') ? 'skipped' : 'success';
}
