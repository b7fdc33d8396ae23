import type { WorkflowJob, WorkflowRun, WorkflowStatus } from '@nante/clients';

/** How far something is; what is further is newer, whatever order it arrives in. */
const ranks: Record<WorkflowStatus, number> = {
  requested: 0,
  queued: 1,
  pending: 1,
  waiting: 1,
  in_progress: 2,
  completed: 3,
};

/** What is known of one run, out of answers and events in any order. */
export class WatchedRun {
  run?: WorkflowRun;
  /** All jobs were asked for after the run had ended. */
  isComplete = false;
  readonly #jobs = new Map<number, WorkflowJob>();
  /** Attempt that the jobs are of, where one is known. */
  #attempt = 0;

  /** In the order in which GitHub made them. */
  get jobs(): WorkflowJob[] {
    return [...this.#jobs.values()].sort((a, b) => a.id - b.id);
  }

  /** @returns whether something is new */
  takeRun(run: WorkflowRun): boolean {
    if (this.run && !isNewerRun(this.run, run)) return false;
    this.#begin(run.attempt);
    this.run = run;
    return true;
  }

  /** All jobs of the run's newest attempt. @returns whether something is new */
  takeJobs(jobs: readonly WorkflowJob[]): boolean {
    const changed = jobs.map(job => this.#take(job));
    if (this.run?.status === 'completed') this.isComplete = true;
    return changed.includes(true);
  }

  /** A job by its event. @returns whether something is new */
  takeJob(job: WorkflowJob, attempt: number): boolean {
    if (attempt < this.#attempt) return false;
    this.#begin(attempt);
    return this.#take(job);
  }

  /** Whether it has ended, and all its jobs are known to have. */
  get isOver(): boolean {
    if (this.run?.status !== 'completed') return false;
    return this.isComplete || this.#explainsItself;
  }

  /** Jobs that wait for a runner. */
  get queued(): WorkflowJob[] {
    if (this.run?.status === 'completed') return [];
    return this.jobs.filter(({ status }) => status === 'queued');
  }

  /** Events may be lost: the jobs that are known have to be the reason why the run ended as it did. */
  get #explainsItself(): boolean {
    const jobs = this.jobs;
    if (!jobs.length) return false;
    if (jobs.some(({ status }) => status !== 'completed')) return false;
    const ends = new Set(jobs.map(({ conclusion }) => conclusion));
    switch (this.run?.conclusion) {
      case 'success':
        return [...ends].every(end => end === 'success' || end === 'skipped');
      case 'failure':
        return ends.has('failure') || ends.has('timed_out');
      case 'cancelled':
        return ends.has('cancelled');
      default:
        return false;
    }
  }

  #begin(attempt: number): void {
    if (attempt <= this.#attempt) return;
    // What is repeated has jobs of its own.
    if (this.#attempt > 0) {
      this.#jobs.clear();
      if (this.run && this.run.attempt < attempt) this.run = undefined;
    }
    this.#attempt = attempt;
    this.isComplete = false;
  }

  #take(job: WorkflowJob): boolean {
    const known = this.#jobs.get(job.id);
    if (known && !isNewerJob(known, job)) return false;
    this.#jobs.set(job.id, job);
    return true;
  }
}

function isNewerRun(known: WorkflowRun, said: WorkflowRun): boolean {
  if (said.attempt !== known.attempt) return said.attempt > known.attempt;
  if (ranks[said.status] !== ranks[known.status])
    return ranks[said.status] > ranks[known.status];
  return said.status !== known.status || said.conclusion !== known.conclusion;
}

function isNewerJob(known: WorkflowJob, said: WorkflowJob): boolean {
  if (ranks[said.status] !== ranks[known.status])
    return ranks[said.status] > ranks[known.status];
  const progress = ({ steps }: WorkflowJob) =>
    steps.reduce((sum, { status }) => sum + ranks[status] + 1, 0);
  return (
    progress(said) > progress(known) ||
    said.conclusion !== known.conclusion ||
    (said.runner !== known.runner && said.runner !== '')
  );
}
