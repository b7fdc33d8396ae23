import type {
  Conclusion,
  GithubState,
  Job,
  PlannedJob,
  Run,
  Step,
} from './model';
import type { RunChange } from './runTypes';

/** The documents of runs and jobs; whoever wants to know hears of each change. */
export class RunRecord {
  onChange: (change: RunChange) => void = () => {};

  constructor(readonly state: GithubState) {}

  /** @throws when there is none */
  run(id: number): Run {
    const run = this.state.get('runs', id);
    if (!run) throw new Error(`There is no run ${id}.`);
    return run;
  }

  /** Jobs of the newest attempt, or of another. */
  jobs({ id, attempt }: Pick<Run, 'id' | 'attempt'>): Job[] {
    return this.state.filter(
      'jobs',
      job => job.run === id && job.attempt === attempt,
    );
  }

  change(run: Run, change: Partial<Run>): Run {
    return this.state.update('runs', run.id, { ...change, updatedAt: now() });
  }

  tell(change: RunChange): void {
    this.onChange(change);
  }

  addJob(
    run: Run,
    { key, name, labels, environment }: PlannedJob,
    status: 'queued' | 'waiting' = 'queued',
  ): Job {
    const job = this.state.insert('jobs', {
      ...{ run: run.id, attempt: run.attempt, key, name, labels, status },
      ...(environment ? { environment } : {}),
      ...{ createdAt: now(), steps: [] },
    });
    this.tell({ of: 'job', action: status, run, job });
    return job;
  }

  putStep(
    jobId: number,
    number: number,
    change: Partial<Omit<Job['steps'][number], 'number'>>,
  ): void {
    const job = this.state.get('jobs', jobId);
    // A run that was taken away by force goes on for a moment at its runner.
    if (!job || job.status === 'completed') return;
    const before = job.steps.find(step => step.number === number) ?? {
      ...{ number, name: '', status: 'queued' as const },
    };
    const steps = job.steps.filter(step => step.number !== number);
    this.state.update('jobs', jobId, {
      steps: [...steps, { ...before, ...change }].sort(
        (left, right) => left.number - right.number,
      ),
    });
  }

  /** A job ended; steps of it that did not are cancelled, or skipped where they never began. */
  endJob(jobId: number, conclusion: Conclusion): void {
    const job = this.state.get('jobs', jobId);
    if (!job || job.status === 'completed') return;
    const completedAt = now();
    const steps = job.steps.map((step): Step => {
      if (step.status === 'completed') return step;
      const end = step.startedAt ? 'cancelled' : 'skipped';
      return { ...step, status: 'completed', conclusion: end, completedAt };
    });
    const ended = this.state.update('jobs', jobId, {
      ...{ status: 'completed', conclusion, steps, completedAt },
    });
    const run = this.change(this.run(job.run), {});
    this.tell({ of: 'job', action: 'completed', run, job: ended });
  }
}

export function now(): string {
  return new Date().toISOString();
}
