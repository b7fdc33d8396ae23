import { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import type { GithubConnection } from './connection';
import { createDispatch } from './dispatch';
import { unlessAbsent } from './failures';
import { createLogReader } from './jobLog';
import { readPages } from './pages';
import { jobSchema, workflowRunSchema } from './reading';
import { pathOf } from './repositories';
import { runnerCalls } from './runners';
import type { GithubApi, Tagged } from './types';

const runsSchema = z
  .object({ workflow_runs: z.array(workflowRunSchema) })
  .transform(page => page.workflow_runs);
const jobsPage = z.object({
  total_count: z.number(),
  jobs: z.array(jobSchema),
});

type WorkflowCalls = Pick<
  GithubApi,
  | 'dispatchWorkflow'
  | 'workflowRuns'
  | 'workflowRun'
  | 'jobs'
  | 'jobLog'
  | 'cancelRun'
  | 'rerunFailedJobs'
  | 'runners'
>;

/** Calls about runs of workflows. */
export function workflowCalls(
  connection: GithubConnection,
  { caFile, lookMs }: { caFile?: string; lookMs: number },
): WorkflowCalls {
  const workflowRuns: GithubApi['workflowRuns'] = (
    repository,
    { branch, sha, event, workflow, limit = 30, etag },
    options,
  ) => {
    const { owner, name: repo } = repository;
    const query = {
      ...(branch && { branch }),
      ...(sha && { head_sha: sha }),
      ...(event && { event }),
      per_page: Math.min(limit, 100),
    };
    return tagged(
      connection,
      {
        ...{ schema: runsSchema, noun: 'list of runs', etag },
        what: `list the runs of ${pathOf(repository)}`,
        call: (rest, pass) =>
          workflow === undefined
            ? rest.actions.listWorkflowRunsForRepo({
                ...{ owner, repo, ...query },
                ...pass,
              })
            : rest.actions.listWorkflowRuns({
                ...{ owner, repo, workflow_id: workflow, ...query },
                ...pass,
              }),
      },
      options,
    );
  };
  return {
    workflowRuns,
    workflowRun(repository, runId, options = {}) {
      const { owner, name: repo } = repository;
      return tagged(
        connection,
        {
          ...{ schema: workflowRunSchema, noun: 'run', etag: options.etag },
          what: `see the run ${runId} of ${pathOf(repository)}`,
          call: (rest, pass) =>
            rest.actions.getWorkflowRun({
              ...{ owner, repo, run_id: runId },
              ...pass,
            }),
        },
        options,
      );
    },
    async jobs(repository, runId, options = {}) {
      const { owner, name: repo } = repository;
      const what = `list the jobs of the run ${runId} of ${pathOf(repository)}`;
      const where = { owner, repo, run_id: runId };
      const first = await tagged(
        connection,
        {
          ...{ schema: jobsPage, noun: 'list of jobs', etag: options.etag },
          what,
          call: (rest, pass) =>
            rest.actions.listJobsForWorkflowRun({
              ...{ ...where, per_page: 100 },
              ...pass,
            }),
        },
        options,
      );
      const { value, etag } = first;
      if (!value || value.total_count <= 100)
        return { value: value?.jobs, ...(etag && { etag }) };
      // The tag of a first page says nothing of the others.
      const all = await readPages(
        connection,
        {
          schema: jobsPage.transform(page => page.jobs),
          noun: 'list of jobs',
          asked: { what },
          call: (rest, pass) =>
            rest.actions.listJobsForWorkflowRun({ ...where, ...pass }),
        },
        options,
      );
      return { value: all };
    },
    jobLog: createLogReader(connection, { caFile }),
    async cancelRun(repository, runId, options) {
      const { owner, name: repo } = repository;
      await unlessAbsent(
        connection.send(
          {
            what: `cancel the run ${runId} of ${pathOf(repository)}`,
            isRepeatable: true,
          },
          (rest, pass) =>
            rest.actions.cancelWorkflowRun({
              ...{ owner, repo, run_id: runId },
              ...pass,
            }),
          options,
        ),
        // It has ended already.
        409,
      );
    },
    async rerunFailedJobs(repository, runId, options) {
      const { owner, name: repo } = repository;
      await connection.send(
        {
          what: `repeat the failed jobs of the run ${runId} of ${pathOf(repository)}`,
        },
        (rest, pass) =>
          rest.actions.reRunWorkflowFailedJobs({
            ...{ owner, repo, run_id: runId },
            ...pass,
          }),
        options,
      );
    },
    dispatchWorkflow: createDispatch(connection, workflowRuns, lookMs),
    ...runnerCalls(connection),
  };
}

/** An answer with its tag; without a value where nothing changed since the one that is known. */
async function tagged<T>(
  connection: GithubConnection,
  asked: {
    schema: z.ZodType<T>;
    noun: string;
    what: string;
    etag?: string;
    call: Parameters<GithubConnection['send']>[1];
  },
  options?: CallOptions,
): Promise<Tagged<T>> {
  const { schema, noun, what, call } = asked;
  const answer = await connection.send(
    { what, etag: asked.etag },
    call,
    options,
  );
  if (answer.status === 304) return { value: undefined, etag: asked.etag };
  const etag = answer.header('etag');
  const value = connection.understand(schema, noun, answer.data);
  return { value, ...(etag && { etag }) };
}
