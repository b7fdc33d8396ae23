import type {
  PipelineCommit,
  PipelineJob,
  PipelineRun,
} from '@nante/plugin-infrastructure-common';
import type {
  GithubCommit,
  WorkflowJob,
  WorkflowRun,
} from '@nante/plugin-infrastructure-node';
import { stateOf } from './states';

/** A run of a workflow as the pages show it. @param waitsFor - why nothing runs it, where that is known */
export function toPipelineRun(
  run: WorkflowRun,
  waitsFor?: string,
): PipelineRun {
  const isDone = run.status === 'completed';
  const startedAt = run.startedAt ?? run.createdAt;
  const seconds = (Date.parse(run.updatedAt) - Date.parse(startedAt)) / 1000;
  return {
    id: run.id,
    attempt: run.attempt,
    number: run.runNumber,
    workflow: run.name,
    file: fileOf(run),
    title: run.title,
    branch: run.branch,
    commit: run.sha,
    event: run.event,
    actor: run.actor,
    state: stateOf(run),
    createdAt: run.createdAt,
    // GitHub names no end of a run; nothing changes it afterwards.
    ...(isDone && { finishedAt: run.updatedAt, seconds }),
    url: run.url,
    ...(!isDone && waitsFor && { waitsFor }),
  };
}

/** File name of a run's workflow. */
export function fileOf(run: Pick<WorkflowRun, 'path'>): string {
  return run.path.split('@')[0].split('/').at(-1)!;
}

/** A job with its steps. */
export function toPipelineJob(job: WorkflowJob): PipelineJob {
  const { id, name, startedAt, finishedAt, runner, labels, url } = job;
  return {
    ...{ id, name, startedAt, finishedAt, runner, labels, url },
    state: stateOf(job),
    steps: job.steps.map(step => ({
      number: step.number,
      name: step.name,
      state: stateOf(step),
      startedAt: step.startedAt,
      finishedAt: step.finishedAt,
    })),
  };
}

/** A commit, with the first line of its message. */
export function toPipelineCommit(commit: GithubCommit): PipelineCommit {
  const { sha, message, author, at, url } = commit;
  return { sha, title: message.split('\n')[0], author, at, url };
}
