import type { WorkflowJob, WorkflowRun } from '@nante/clients';
import { z } from 'zod';

const statusSchema = z.enum([
  'queued',
  'in_progress',
  'completed',
  'waiting',
  'requested',
  'pending',
]);
const conclusionSchema = z
  .enum([
    'success',
    'failure',
    'cancelled',
    'skipped',
    'timed_out',
    'action_required',
    'neutral',
    'stale',
    'startup_failure',
  ])
  .nullish()
  .transform(value => value ?? undefined);
const timeSchema = z
  .string()
  .nullish()
  .transform(value => value ?? undefined);
const repositorySchema = z.object({ full_name: z.string() });

const runSchema = z.object({
  repository: repositorySchema,
  workflow_run: z.object({
    id: z.number(),
    name: z.string().nullish(),
    path: z.string().default(''),
    display_title: z.string().default(''),
    run_number: z.number().default(0),
    run_attempt: z.number().default(1),
    event: z.string().default(''),
    head_branch: z.string().nullish(),
    head_sha: z.string(),
    actor: z.object({ login: z.string() }).nullish(),
    status: statusSchema,
    conclusion: conclusionSchema,
    created_at: z.string(),
    run_started_at: timeSchema,
    updated_at: z.string(),
    html_url: z.string(),
    referenced_workflows: z
      .array(
        z.object({
          path: z.string(),
          sha: z.string(),
          ref: z.string().optional(),
        }),
      )
      .nullish(),
  }),
});

const jobSchema = z.object({
  repository: repositorySchema,
  workflow_job: z.object({
    id: z.number(),
    run_id: z.number(),
    run_attempt: z.number().default(1),
    name: z.string(),
    status: statusSchema,
    conclusion: conclusionSchema,
    started_at: timeSchema,
    completed_at: timeSchema,
    labels: z.array(z.string()).default([]),
    runner_name: z.string().nullish(),
    html_url: z.string().nullish(),
    steps: z
      .array(
        z.object({
          number: z.number(),
          name: z.string(),
          status: statusSchema,
          conclusion: conclusionSchema,
          started_at: timeSchema,
          completed_at: timeSchema,
        }),
      )
      .default([]),
  }),
});

/** What an event says: a run, or a job of one. */
export type WorkflowNews = { repository: string; runId: number } & (
  | { run: WorkflowRun; job?: undefined }
  | { job: WorkflowJob; attempt: number; run?: undefined }
);

/** Reads an event; undefined for one about something else, or one that is not to be understood. */
export function readDelivery(
  event: string,
  payload: unknown,
): WorkflowNews | undefined {
  if (event === 'workflow_run') {
    const { data } = runSchema.safeParse(payload);
    return data && newsOfRun(data);
  }
  if (event === 'workflow_job') {
    const { data } = jobSchema.safeParse(payload);
    return data && newsOfJob(data);
  }
  return undefined;
}

function newsOfRun({
  repository,
  workflow_run: run,
}: z.output<typeof runSchema>): WorkflowNews {
  return {
    repository: repository.full_name,
    runId: run.id,
    run: {
      id: run.id,
      name: run.name ?? '',
      path: run.path,
      title: run.display_title,
      runNumber: run.run_number,
      attempt: run.run_attempt,
      event: run.event,
      branch: run.head_branch ?? '',
      sha: run.head_sha,
      actor: run.actor?.login ?? '',
      status: run.status,
      conclusion: run.conclusion,
      createdAt: run.created_at,
      startedAt: run.run_started_at,
      updatedAt: run.updated_at,
      url: run.html_url,
      calls: run.referenced_workflows ?? [],
    },
  };
}

function newsOfJob({
  repository,
  workflow_job: job,
}: z.output<typeof jobSchema>): WorkflowNews {
  return {
    repository: repository.full_name,
    runId: job.run_id,
    attempt: job.run_attempt,
    job: {
      id: job.id,
      runId: job.run_id,
      name: job.name,
      status: job.status,
      conclusion: job.conclusion,
      startedAt: job.started_at,
      finishedAt: job.completed_at,
      labels: job.labels,
      runner: job.runner_name ?? '',
      url: job.html_url ?? '',
      steps: job.steps.map(step => ({
        number: step.number,
        name: step.name,
        status: step.status,
        conclusion: step.conclusion,
        startedAt: step.started_at,
        finishedAt: step.completed_at,
      })),
    },
  };
}
