import type { RepositoryName } from '@nante/clients';
import type { EndedRun, FollowedRun, WorkflowRunName } from './followerTypes';
import { readRepositoryName } from './repositoryName';
import type { WatchedRun } from './WatchedRun';

/** Somebody who waits for the end of a run. */
interface Listener {
  onChange?: (followed: FollowedRun) => void;
  resolve: (ended: EndedRun) => void;
  reject: (error: unknown) => void;
}

/** A run that somebody follows, with when GitHub is asked about it next. Times are milliseconds since 1970. */
export class Followed {
  readonly name: WorkflowRunName;
  readonly repository: RepositoryName;
  readonly known: WatchedRun;
  readonly since: number;
  dueAt: number;
  /** Its end, or its first state, hangs on the next answer. */
  isUrgent = false;
  isAsking = false;
  /** Last event about it. */
  heardAt?: number;
  /** Since when something of it is queued, and whether that was looked into. */
  queuedAt?: number;
  isWaitKnown = false;
  waitsFor?: string;
  problem?: string;
  limitedUntil?: string;
  runTag?: string;
  jobsTag?: string;
  turn = 0;
  readonly #listeners = new Set<Listener>();

  constructor(name: WorkflowRunName, known: WatchedRun, now: number) {
    this.name = name;
    this.repository = readRepositoryName(name.repository);
    this.known = known;
    this.since = now;
    this.dueAt = now;
  }

  get snapshot(): FollowedRun {
    return {
      run: this.known.run,
      jobs: this.known.jobs,
      waitsFor: this.waitsFor,
      limitedUntil: this.limitedUntil,
      problem: this.problem,
    };
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns function that takes the listener away again */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the next request about it asks for. */
  get question(): 'run' | 'jobs' {
    const { run, jobs } = this.known;
    if (!run) return 'run';
    if (run.status === 'completed') return 'jobs';
    if (!jobs.length) return this.turn % 2 ? 'jobs' : 'run';
    const isDone = jobs.every(({ status }) => status === 'completed');
    return isDone || this.turn % 4 === 3 ? 'run' : 'jobs';
  }

  /** Tells of a change. A listener that throws is out, and no one else is. */
  tell(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.onChange?.(this.snapshot);
      } catch (error) {
        this.#listeners.delete(listener);
        listener.reject(error);
      }
    }
  }

  end(): void {
    const { run } = this.known;
    if (!run) return;
    this.waitsFor = undefined;
    this.tell();
    for (const { resolve } of this.#listeners)
      resolve({ ...this.snapshot, run });
    this.#listeners.clear();
  }

  fail(error: unknown): void {
    for (const { reject } of this.#listeners) reject(error);
    this.#listeners.clear();
  }
}
