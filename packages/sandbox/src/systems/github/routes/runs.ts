import { strToU8, zipSync } from 'fflate';
import { z } from 'zod';
import { job as jobAnswer, workflowRun } from '../answers/actions';
import { nodeId, simpleUser } from '../answers/basics';
import { repositoryApi, repositoryPage } from '../answers/repository';
import { GithubError, notFound } from '../errors';
import { input } from '../input';
import type { Job, Run } from '../model';
import type { Call, Route } from '../router';
import { counted } from './shared';

/** The run of a call. @throws GithubError 404 */
export function runOf({ github, repository, params }: Call): Run {
  const run = github.state.get('runs', Number(params.run_id));
  if (run?.repository !== repository.id) throw notFound();
  return run;
}

function jobOf({ github, repository, params }: Call): { job: Job; run: Run } {
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

function jobsOf({ github }: Call, run: Run, attempt?: number): Job[] {
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

/** The text of a job as a file that can be had for a minute. @throws GithubError 404 until the job has ended */
function textLog({ github }: Call, { id, status, name }: Job): Response {
  const text = github.logs.read(id);
  if (status !== 'completed' || text === undefined) throw notFound();
  const location = github.shortLived.make(
    `${name}.txt`,
    () =>
      new Response(text, {
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      }),
  );
  return new Response(null, { status: 302, headers: { location } });
}

/** All logs of an attempt in an archive. */
function zippedLogs(call: Call, run: Run, attempt: number): Response {
  const { github } = call;
  const files = jobsOf(call, run, attempt).flatMap((job, index) => {
    const text = github.logs.read(job.id);
    const name = `${index}_${job.name.replaceAll('/', '_')}.txt`;
    return text === undefined ? [] : [[name, strToU8(text)] as const];
  });
  if (files.length === 0) throw notFound();
  const archive = zipSync(Object.fromEntries(files));
  const location = github.shortLived.make(
    `logs_${run.id}.zip`,
    () =>
      new Response(new Uint8Array(archive), {
        headers: { 'content-type': 'application/zip' },
      }),
  );
  return new Response(null, { status: 302, headers: { location } });
}

function environmentAnswer(call: Call, name: string) {
  const { github, repository } = call;
  const found = github.state.find(
    'environments',
    one => one.repository === repository.id && one.name === name,
  );
  return {
    id: found?.id ?? 0,
    node_id: nodeId('Environment', found?.id ?? 0),
    name,
    url: `${repositoryApi(github, repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${repositoryPage(github, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
  };
}

function pendingDeployments(call: Call, run: Run) {
  const { github, repository, by } = call;
  return run.waitsFor.map(name => {
    const reviewers =
      github.state.find(
        'environments',
        one => one.repository === repository.id && one.name === name,
      )?.reviewers ?? [];
    return {
      environment: environmentAnswer(call, name),
      wait_timer: 0,
      wait_timer_started_at: null,
      current_user_can_approve: reviewers.includes(by.login),
      reviewers: reviewers.map(login => ({
        type: 'User',
        reviewer: simpleUser(github, login),
      })),
    };
  });
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
    call: `GET ${base}/jobs/{job_id}/logs`,
    answer: call => textLog(call, jobOf(call).job),
  },
  {
    call: `GET ${base}/runs/{run_id}/logs`,
    answer(call) {
      const run = runOf(call);
      return zippedLogs(call, run, run.attempt);
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/attempts/{attempt_number}/logs`,
    answer: call =>
      zippedLogs(call, runOf(call), Number(call.params.attempt_number)),
  },
  {
    call: `DELETE ${base}/runs/{run_id}/logs`,
    needs: 'write',
    answer(call) {
      for (const { id } of jobsOf(call, runOf(call)))
        call.github.logs.remove(id);
    },
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
    call: `POST ${base}/runs/{run_id}/approve`,
    needs: 'write',
    status: 201,
    answer(call) {
      const run = runOf(call);
      if (run.conclusion !== 'action_required')
        throw new GithubError(403, 'This run is not from a fork pull request');
      call.github.runs.rerun(run.id, call.by.login);
      return {};
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/pending_deployments`,
    answer: call => pendingDeployments(call, runOf(call)),
  },
  {
    call: `POST ${base}/runs/{run_id}/pending_deployments`,
    needs: 'write',
    answer(call) {
      const { github, by } = call;
      const run = runOf(call);
      const asked = input(
        z.object({
          environment_ids: z.array(z.number()),
          state: z.enum(['approved', 'rejected']),
          comment: z.string(),
        }),
        call.body,
      );
      const environments = github.state.filter('environments', one =>
        asked.environment_ids.includes(one.id),
      );
      if (environments.some(({ reviewers }) => !reviewers.includes(by.login)))
        throw new GithubError(
          403,
          'You are not a reviewer of this environment.',
        );
      github.state.update('runs', run.id, {
        approvals: [
          ...run.approvals,
          ...environments.map(({ name }) => ({
            environment: name,
            user: by.login,
            state: asked.state,
            comment: asked.comment,
          })),
        ],
      });
      github.runs.review(
        run.id,
        environments.map(({ name }) => name),
        asked.state === 'approved',
      );
      return [];
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/approvals`,
    answer: call =>
      runOf(call).approvals.map(({ environment, user, state, comment }) => ({
        state,
        comment,
        environments: [environmentAnswer(call, environment)],
        user: simpleUser(call.github, user),
      })),
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
