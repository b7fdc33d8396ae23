import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  FollowedRun,
  WorkflowJob,
} from '@nante/plugin-infrastructure-node';

/** Writes what becomes of a run into a task's log, each thing once. */
export function narrate(logger: LoggerService) {
  const told = new Set<string>();
  const once = (line: string, level: 'info' | 'warn' | 'error' = 'info') => {
    if (told.has(line)) return;
    told.add(line);
    logger[level](line);
  };
  return (followed: FollowedRun) => {
    const { waitsFor, limitedUntil, problem, jobs } = followed;
    if (waitsFor) once(waitsFor, 'warn');
    if (problem)
      once(
        `GitHub does not answer now, and is asked again: ${problem}`,
        'warn',
      );
    if (limitedUntil)
      once(
        `GitHub's limit is used up until ${limitedUntil}; until then only its events tell of the run.`,
        'warn',
      );
    for (const job of jobs) tellJob(job, once);
  };
}

function tellJob(
  job: WorkflowJob,
  once: (line: string, level?: 'info' | 'warn' | 'error') => void,
): void {
  const { name, status, conclusion, runner } = job;
  if (status === 'in_progress' || job.steps.length)
    once(`${name}: begins${runner ? ` on ${runner}` : ''}`);
  for (const step of job.steps) {
    const line = `${name} > ${step.name}`;
    if (step.status === 'in_progress' && status === 'in_progress')
      once(`${line}: begins`);
    if (step.status !== 'completed' || step.conclusion === 'skipped') continue;
    once(
      `${line}: ${step.conclusion}${secondsOf(step)}`,
      isBad(step.conclusion) ? 'error' : 'info',
    );
  }
  if (status === 'completed')
    once(
      `${name}: ${conclusion}${secondsOf(job)}`,
      isBad(conclusion) ? 'error' : 'info',
    );
}

function isBad(conclusion: string | undefined): boolean {
  return ['failure', 'timed_out', 'startup_failure'].includes(conclusion ?? '');
}

function secondsOf(of: { startedAt?: string; finishedAt?: string }): string {
  if (!of.startedAt || !of.finishedAt) return '';
  const ms = Date.parse(of.finishedAt) - Date.parse(of.startedAt);
  return ms >= 1_000 ? ` after ${Math.round(ms / 1000)} s` : '';
}
