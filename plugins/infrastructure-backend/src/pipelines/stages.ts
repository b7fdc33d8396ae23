import { pipelineStageKinds, pipelineStageOf } from '@nante/model';
import type {
  PipelineStage,
  PipelineState,
} from '@nante/plugin-infrastructure-common';
import type {
  WorkflowJob,
  WorkflowRun,
  WorkflowStep,
} from '@nante/plugin-infrastructure-node';
import { isOver, stateOf } from './states';

/** A run of a workflow with its jobs. */
export interface RunWithJobs {
  run: WorkflowRun;
  jobs: WorkflowJob[];
}

/** Reusable workflows of ours that build; what they will do is known before their job begins. */
const building = /\/reusable-(ci|full-pipeline)\.ya?ml(@|$)/;

/**
 * Stages out of jobs and steps, each once: of several the newest that says something. What a workflow of ours is still going
 * to do is `pending`.
 *
 * @param runs - of one commit, newest first
 */
export function stagesOf(runs: RunWithJobs[]): PipelineStage[] {
  const found = new Map<string, PipelineStage>();
  for (const { jobs } of runs) {
    for (const stage of jobs.flatMap(stagesOfJob)) {
      const key = keyOf(stage);
      const known = found.get(key);
      if (!known || known.state === 'skipped') found.set(key, stage);
    }
  }
  if (runs.some(isGoingToBuild)) {
    for (const kind of ['build', 'test', 'scan', 'publish'] as const) {
      const title = `${kind[0].toUpperCase()}${kind.slice(1)}`;
      if (!found.has(kind)) found.set(kind, { kind, title, state: 'pending' });
    }
  }
  return sortStages([...found.values()]);
}

/** In the order of the chain; environments in the order that is given, then by name. */
export function sortStages(
  stages: PipelineStage[],
  environments: readonly string[] = [],
): PipelineStage[] {
  const kinds: string[] = ['commit', ...pipelineStageKinds];
  const place = ({ environment = '' }: PipelineStage) => {
    const at = environments.indexOf(environment);
    return at < 0 ? environments.length : at;
  };
  return stages
    .map((stage, index) => ({ stage, index }))
    .sort(
      (a, b) =>
        kinds.indexOf(a.stage.kind) - kinds.indexOf(b.stage.kind) ||
        place(a.stage) - place(b.stage) ||
        a.index - b.index,
    )
    .map(({ stage }) => stage);
}

/** What tells stages apart. */
export function keyOf({
  kind,
  environment,
}: Pick<PipelineStage, 'kind' | 'environment'>): string {
  return environment === undefined ? kind : `${kind} ${environment}`;
}

function isGoingToBuild({ run, jobs }: RunWithJobs): boolean {
  return (
    run.status !== 'completed' &&
    run.calls.some(({ path }) => building.test(path)) &&
    !jobs.some(({ steps }) => steps.some(({ name }) => pipelineStageOf(name)))
  );
}

/** Of a called workflow GitHub names both jobs: `caller / called`. */
function titleOf({ name }: WorkflowJob): string {
  return name.split(' / ').at(-1)!.trim();
}

function stagesOfJob(job: WorkflowJob): PipelineStage[] {
  const whole = pipelineStageOf(titleOf(job));
  if (whole?.kind === 'deploy') return [toStage(whole, job, job)];
  return job.steps.flatMap(step => {
    const stage = pipelineStageOf(step.name);
    return stage ? [toStage(stage, step, job)] : [];
  });
}

function toStage(
  stage: { kind: PipelineStage['kind']; environment?: string },
  of: WorkflowJob | WorkflowStep,
  job: WorkflowJob,
): PipelineStage {
  const { kind, environment } = stage;
  return {
    kind,
    title: environment ?? of.name,
    ...(environment !== undefined && { environment }),
    state: stateOfPart(of, job),
    startedAt: of.startedAt,
    finishedAt: of.finishedAt,
    jobId: job.id,
    url: job.url,
  };
}

/** A step that never said its end is as its job is: the runner died. */
function stateOfPart(
  of: WorkflowJob | WorkflowStep,
  job: WorkflowJob,
): PipelineState {
  const own = stateOf(of);
  const whole = stateOf(job);
  if (!isOver(whole) || isOver(own)) return own;
  return own === 'running' ? whole : 'skipped';
}
