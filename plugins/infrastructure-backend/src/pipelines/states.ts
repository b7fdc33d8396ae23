import type { PipelineState } from '@nante/plugin-infrastructure-common';
import type {
  WorkflowConclusion,
  WorkflowStatus,
} from '@nante/plugin-infrastructure-node';

const ended: Record<WorkflowConclusion, PipelineState> = {
  success: 'succeeded',
  neutral: 'succeeded',
  failure: 'failed',
  timed_out: 'failed',
  startup_failure: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
  stale: 'unknown',
  action_required: 'waiting',
};

const working: Record<Exclude<WorkflowStatus, 'completed'>, PipelineState> = {
  queued: 'queued',
  requested: 'queued',
  pending: 'waiting',
  waiting: 'waiting',
  in_progress: 'running',
};

/** State of a run, job or step of GitHub. Silence is unknown, never green. */
export function stateOf(of: {
  status: WorkflowStatus;
  conclusion?: WorkflowConclusion;
}): PipelineState {
  if (of.status !== 'completed') return working[of.status] ?? 'unknown';
  return (of.conclusion && ended[of.conclusion]) ?? 'unknown';
}

/** Whether it will not change any more. */
export function isOver(state: PipelineState): boolean {
  return ['succeeded', 'failed', 'cancelled', 'skipped'].includes(state);
}
