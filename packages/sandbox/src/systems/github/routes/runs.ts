import { job as jobAnswer, workflowRun } from '../answers/actions';
import { GithubError, notFound } from '../errors';
import type { Job, Run } from '../model';
import type { Call, Route } from '../router';
import { counted } from './shared';

/** The run of a call. @throws GithubError 404 */
export function runOf({ github, repository, params }: Call): Run {
  const run = github.state.get('runs', Number(params.run_id));
  if (run?.repository !== repository.id) throw notFound();
  return run;
}

/** The job of a call, with its run. @throws GithubError 404 */
export function jobOf({ github, repository, params }: Call): {
  job: Job;
  run: Run;
} {
  const job = github.state.get('jobs', Number(params.job_id));
  const run = job && github.state.get('runs', job.run);
  if (!job || run?.repository !== repository.id) throw notFound();
  return { job, run };
}

/** A time, or a span as GitHub's search has it: `>=2026-01-01`, `2026-01-01..2026-02-01`. */
function isWithin(created: string, wanted: string): boolean {
  const at = Date.parse(created);
  const [, sign, date] = /^(>=|<=|>|<)?(.+)$/.exec(wanted) ?? [];
  if (date?.includes('..')) {
    const [from, to] = date.split('..');
    return (
      (from === '*' || at >= Date.parse(from)) &&
      (to === '*' || at <= endOf(to))
    );
  }
  const then = Date.parse(date ?? '');
  if (sign === '>=') return at >= then;
  if (sign === '>') return at > endOf(date ?? '');
  if (sign === '<=') return at <= endOf(date ?? '');
  if (sign === '<') return at < then;
  return at >= then && at <= endOf(date ?? '');
}

/** A date without a time is the whole day. */
function endOf(date: string): number {
  const dayMs = 24 * 3_600_000;
  return Date.parse(date) + (date.includes('T') ? 0 : dayMs - 1);
}

/** Runs that fit the query, newest first. */
export function matchingRuns(
  { github, repository, query }: Call,
  workflow?: number,
): Run[] {
  const is = (name: string, value: string) =>
    !query.has(name) || query.get(name) === value;
  return github.state
    .filter(
      'runs',
      run =>
        run.repository === repository.id &&
        (workflow === undefined || run.workflow === workflow) &&
        is('branch', run.headBranch) &&
        is('event', run.event) &&
        is('head_sha', run.sha) &&
        is('actor', run.actor) &&
        is('check_suite_id', String(run.id)) &&
        (is('status', run.status) || is('status', run.conclusion ?? '')) &&
        (!query.has('created') ||
          isWithin(run.createdAt, query.get('created') ?? '')),
    )
    .reverse();
}

/** A page of runs, as two calls answer. */
export async function runsPage(call: Call, runs: Run[]) {
  return {
    total_count: runs.length,
    workflow_runs: await Promise.all(
      call
        .page(runs)
        .map(run => workflowRun(call.github, call.repository, run)),
    ),
  };
}

const show = (call: Call) => (one: { run: Run; job: Job }) =>
  jobAnswer(call.github, call.repository, one.run, one.job);

/** Jobs of a run: of all attempts unless told. */
export function jobsOf({ github }: Call, run: Run, attempt?: number): Job[] {
  return github.state.filter(
    'jobs',
    job =>
      job.run === run.id && (attempt === undefined || job.attempt === attempt),
  );
}

function cancel(call: Call, how: 'cancel' | 'force') {
  const run = runOf(call);
  if (run.status === 'completed')
    throw new GithubError(
      409,
      'Cannot cancel a workflow run that is completed.',
    );
  call.github.runs.cancel(run.id, how);
  return {};
}

function rerun(call: Call, id: number) {
  const run = call.github.runs.run(id);
  if (run.status !== 'completed')
    throw new GithubError(403, 'The workflow run is already running');
  if (run.plan.length === 0)
    throw new GithubError(
      403,
      'This workflow run cannot be rerun: its workflow file may be broken.',
    );
  call.github.runs.rerun(id, call.by.login);
  return {};
}

const base = '/repos/{owner}/{repo}/actions';

export const runRoutes: Route[] = [
  {
    call: `GET ${base}/runs`,
    answer: call => runsPage(call, matchingRuns(call)),
  },
  {
    call: `GET ${base}/runs/{run_id}`,
    answer: call => workflowRun(call.github, call.repository, runOf(call)),
  },
  {
    call: `DELETE ${base}/runs/{run_id}`,
    needs: 'write',
    answer(call) {
      const run = runOf(call);
      if (run.status !== 'completed')
        throw new GithubError(403, 'Could not delete the workflow run');
      for (const { id } of jobsOf(call, run)) {
        call.github.logs.remove(id);
        call.github.state.remove('jobs', id);
      }
      call.github.state.remove('runs', run.id);
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/attempts/{attempt_number}`,
    answer(call) {
      const run = runOf(call);
      const attempt = Number(call.params.attempt_number);
      if (!(attempt >= 1 && attempt <= run.attempt)) throw notFound();
      return workflowRun(call.github, call.repository, { ...run, attempt });
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/jobs`,
    answer(call) {
      const run = runOf(call);
      const all = call.query.get('filter') === 'all';
      const jobs = jobsOf(call, run, all ? undefined : run.attempt);
      return counted(
        call,
        'jobs',
        jobs.map(job => ({ run, job })),
        show(call),
      );
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/attempts/{attempt_number}/jobs`,
    answer(call) {
      const run = runOf(call);
      const jobs = jobsOf(call, run, Number(call.params.attempt_number));
      return counted(
        call,
        'jobs',
        jobs.map(job => ({ run, job })),
        show(call),
      );
    },
  },
  {
    call: `GET ${base}/jobs/{job_id}`,
    answer: call => show(call)(jobOf(call)),
  },
  {
    call: `POST ${base}/runs/{run_id}/cancel`,
    needs: 'write',
    status: 202,
    answer: call => cancel(call, 'cancel'),
  },
  {
    call: `POST ${base}/runs/{run_id}/force-cancel`,
    needs: 'write',
    status: 202,
    answer: call => cancel(call, 'force'),
  },
  {
    call: `POST ${base}/runs/{run_id}/rerun`,
    needs: 'write',
    status: 201,
    answer: call => rerun(call, runOf(call).id),
  },
  {
    // The runner executes whole workflows, so that all jobs run again.
    call: `POST ${base}/runs/{run_id}/rerun-failed-jobs`,
    needs: 'write',
    status: 201,
    answer: call => rerun(call, runOf(call).id),
  },
  {
    call: `POST ${base}/jobs/{job_id}/rerun`,
    needs: 'write',
    status: 201,
    answer: call => rerun(call, jobOf(call).run.id),
  },
  {
    call: `GET ${base}/runs/{run_id}/artifacts`,
    answer(call) {
      runOf(call);
      return { total_count: 0, artifacts: [] };
    },
  },
  {
    call: `GET ${base}/artifacts`,
    answer: () => ({ total_count: 0, artifacts: [] }),
  },
];
