import type { Run } from './model';
import type { RunRecord } from './runRecord';
import { readyJobs } from './workflows/outcome';

/** Which runs may begin: those that no reviewer, and no other run of their group, holds up. */
export class RunQueue {
  readonly #record: RunRecord;
  readonly #cancel: (id: number) => void;
  readonly #listeners = new Set<() => void>();

  /** @param cancel - ends a run that another of its group takes the place of */
  constructor(record: RunRecord, cancel: (id: number) => void) {
    this.#record = record;
    this.#cancel = cancel;
  }

  /** Calls whenever there may be something to take. @returns stops that */
  onQueued(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets runners look, for example when a fault is over. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Takes a run up that was made, or that begins again. */
  enter(run: Run): Run {
    if (run.waitsFor.length === 0) return this.release(run);
    const waiting = this.#record.change(run, { status: 'waiting' });
    this.#addReadyJobs(waiting, 'waiting');
    return waiting;
  }

  /** Into the queue, or behind another of its group. */
  release(run: Run): Run {
    const { concurrency } = run;
    const others = concurrency ? this.#group(run) : [];
    if (!concurrency || others.length === 0) return this.#queue(run);
    const pending = this.#record.change(run, { status: 'pending' });
    const waiting = others.filter(({ status }) => status === 'pending');
    const surplus = Math.max(0, waiting.length - concurrency.queue + 1);
    const inTheWay = concurrency.cancelInProgress
      ? others
      : waiting.slice(0, surplus);
    for (const { id } of inTheWay) this.#cancel(id);
    return this.#record.state.get('runs', run.id) ?? pending;
  }

  /** A run has ended: the next of its group may begin. */
  followed(run: Run): void {
    if (!run.concurrency) return;
    const group = this.#group(run);
    if (group.some(({ status }) => status !== 'pending')) return;
    const [next] = group;
    if (next) this.#queue(next);
  }

  /** Others of the same group that have not ended, oldest first. */
  #group(run: Run): Run[] {
    const group = run.concurrency?.group.toLowerCase();
    return this.#record.state.filter(
      'runs',
      other =>
        other.id !== run.id &&
        other.repository === run.repository &&
        other.status !== 'completed' &&
        other.status !== 'waiting' &&
        other.concurrency?.group.toLowerCase() === group,
    );
  }

  #queue(run: Run): Run {
    const queued = this.#record.change(run, { status: 'queued' });
    this.#addReadyJobs(queued, 'queued');
    this.announce();
    return queued;
  }

  /** Jobs that wait for no other are there from the begin; the others come when they begin. */
  #addReadyJobs(run: Run, status: 'queued' | 'waiting') {
    const there = this.#record.jobs(run);
    if (there.length === 0)
      for (const planned of readyJobs(run.plan))
        this.#record.addJob(run, planned, status);
    if (status === 'waiting') return;
    for (const { id } of there.filter(job => job.status === 'waiting')) {
      const job = this.#record.state.update('jobs', id, { status });
      this.#record.tell({ of: 'job', action: status, run, job });
    }
  }
}
