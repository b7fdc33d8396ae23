import type { Conclusion, Job, Run } from './model';
import { RunQueue } from './runQueue';
import { now, RunRecord } from './runRecord';
import type { CancelKind, RunChange, RunParts, TakenRun } from './runTypes';
import { overallConclusion } from './workflows/outcome';

export type { CancelKind, RunChange, RunParts, TakenRun } from './runTypes';

/**
 * The runs of workflows: who waits, who runs, what became of them. The REST calls, the webhooks and the self-hosted runner
 * all see this one record.
 */
export class WorkflowRuns {
  readonly #parts: RunParts;
  readonly #record: RunRecord;
  readonly #queue: RunQueue;
  readonly #cancelled = new Set<(run: number, how: CancelKind) => void>();

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#record = new RunRecord(parts.state);
    this.#queue = new RunQueue(this.#record, id => this.cancel(id, 'cancel'));
  }

  set onChange(listener: (change: RunChange) => void) {
    this.#record.onChange = listener;
  }

  // --- for the runner

  /** Makes a runner known, on-line; one of the same name is taken up again. @returns its id */
  registerRunner(runner: {
    organization: string;
    name: string;
    os: string;
    labels: string[];
  }): number {
    const { state } = this.#parts;
    const known = state.find('runners', ({ name }) => name === runner.name);
    const fields = { ...runner, isOnline: true, isBusy: false };
    return known
      ? state.update('runners', known.id, fields).id
      : state.insert('runners', fields).id;
  }

  /** A runner that went away, or came back. */
  setOnline(runner: number, isOnline: boolean): void {
    this.#parts.state.update('runners', runner, { isOnline, isBusy: false });
    if (isOnline) this.announce();
  }

  /** Calls whenever there may be something to take. @returns stops that */
  onQueued(listener: () => void): () => void {
    return this.#queue.onQueued(listener);
  }

  /**
   * Takes the oldest run that waits for a runner with these labels; it is `in_progress` from then on.
   *
   * @returns undefined when there is none
   */
  takeNext(runner: number): TakenRun | undefined {
    const { state } = this.#parts;
    const run = this.#parts.hasNoRunner() ? undefined : this.#nextFor(runner);
    if (!run) return undefined;
    state.update('runners', runner, { isBusy: true });
    const taken = this.#record.change(run, {
      ...{ status: 'in_progress', startedAt: now(), runner },
    });
    this.#record.tell({ of: 'run', action: 'in_progress', run: taken });
    return {
      id: run.id,
      sha: run.checkout,
      ref: run.ref,
      path: run.path,
      name: run.name,
      number: run.number,
      attempt: run.attempt,
      event: run.event,
      payload: run.payload,
      actor: run.actor,
      triggeringActor: run.triggeringActor,
      jobs: run.plan,
      ...this.#parts.describe(taken),
    };
  }

  /**
   * A job begins.
   *
   * @param job - `key` as in the plan where it is known; `name` as a person is to read it, with the leg of a matrix
   * @returns its id, for the calls below; 0 for a run that is gone with its repository
   */
  beginJob(
    runId: number,
    job: { key?: string; name: string; labels?: string[] },
  ): number {
    const { state } = this.#parts;
    const run = state.get('runs', runId);
    if (!run) return 0;
    const planned = run.plan.find(({ key }) => key === job.key);
    const waiting = this.jobs(run).find(
      one =>
        // Another leg of its matrix may have begun.
        (one.status === 'queued' || one.status === 'waiting') &&
        (one.name === job.name || (one.key !== '' && one.key === job.key)),
    );
    const added = {
      ...{ key: job.key ?? '', name: job.name, needs: [] },
      labels: job.labels ?? planned?.labels ?? [],
      environment: planned?.environment,
    };
    const { id } = waiting ?? this.#record.addJob(run, added);
    const runner = run.runner && state.get('runners', run.runner);
    const begun = state.update('jobs', id, {
      ...{ status: 'in_progress', name: job.name, startedAt: now() },
      ...(runner ? { runner: { id: runner.id, name: runner.name } } : {}),
    });
    this.#record.tell({ of: 'job', action: 'in_progress', run, job: begun });
    return id;
  }

  /** A step of a job begins; steps are numbered from 1. */
  beginStep(jobId: number, step: { number: number; name: string }): void {
    this.#record.putStep(jobId, step.number, {
      ...{ name: step.name, status: 'in_progress', startedAt: now() },
    });
  }

  /** One line, or several, of a job's log. No secret may be in it: the runner masks them. */
  writeLog(jobId: number, line: string): void {
    if (this.#parts.state.get('jobs', jobId))
      this.#parts.logs.append(jobId, line);
  }

  endStep(jobId: number, number: number, conclusion: Conclusion): void {
    this.#record.putStep(jobId, number, {
      ...{ status: 'completed', conclusion, completedAt: now() },
    });
  }

  /** A job ended; steps of it that did not are cancelled, or skipped where they never began. */
  endJob(jobId: number, conclusion: Conclusion): void {
    this.#record.endJob(jobId, conclusion);
  }

  /**
   * A run ended. Jobs that still seem to run failed with it, those that never began were skipped.
   *
   * @param conclusion - follows from the jobs unless told
   */
  endRun(runId: number, conclusion?: Conclusion): void {
    const run = this.#parts.state.get('runs', runId);
    if (!run || run.status === 'completed') return;
    const isCancelled = run.cancel !== undefined || conclusion === 'cancelled';
    for (const job of this.jobs(run)) {
      const end = isCancelled ? 'cancelled' : unfinished(job, conclusion);
      this.endJob(job.id, end);
    }
    const known = new Set(this.jobs(run).map(({ key }) => key));
    for (const planned of run.plan)
      if (!known.has(planned.key))
        this.endJob(this.#record.addJob(run, planned).id, 'skipped');
    this.#complete(
      run,
      conclusion ?? overallConclusion(this.jobs(run), isCancelled),
    );
  }

  /** Whether somebody wants this run to end, and how; one that is gone with its repository has ended by force. */
  cancelRequested(runId: number): CancelKind | undefined {
    const run = this.#parts.state.get('runs', runId);
    return run ? run.cancel?.how : 'force';
  }

  /** Calls when a run that was taken is to end. @returns stops that */
  onCancel(listener: (run: number, how: CancelKind) => void): () => void {
    this.#cancelled.add(listener);
    return () => this.#cancelled.delete(listener);
  }

  // --- for the server

  /** @throws when there is none */
  run(id: number): Run {
    return this.#record.run(id);
  }

  /** Jobs of the newest attempt, or of another. */
  jobs(run: Pick<Run, 'id' | 'attempt'>): Job[] {
    return this.#record.jobs(run);
  }

  /** Makes a run: it waits for a runner, for its group, or for a reviewer, or it has failed already. */
  create(document: Omit<Run, 'id'>): Run {
    const run = this.#parts.state.insert('runs', document);
    this.#record.tell({ of: 'run', action: 'requested', run });
    if (run.status !== 'completed') return this.#queue.enter(run);
    this.#record.tell({ of: 'run', action: 'completed', run });
    return run;
  }

  /** Begins the next attempt of a run that has ended. */
  rerun(runId: number, login: string): Run {
    const run = this.run(runId);
    const next = this.#record.change(run, {
      ...{ attempt: run.attempt + 1, status: 'queued' },
      ...{ conclusion: undefined, cancel: undefined, startedAt: undefined },
      triggeringActor: login,
    });
    this.#record.tell({ of: 'run', action: 'requested', run: next });
    return this.#queue.enter(next);
  }

  /** Asks a run to end. One that no runner has is cancelled at once; a forced one is taken from its runner. */
  cancel(runId: number, how: CancelKind): void {
    const run = this.#record.change(this.run(runId), {
      cancel: { how, at: now() },
    });
    const isTaken = run.status === 'in_progress';
    if (isTaken) for (const listener of this.#cancelled) listener(runId, how);
    if (!isTaken || how === 'force') this.endRun(runId, 'cancelled');
  }

  /** A reviewer answered for environments that a run waits for. */
  review(runId: number, environments: string[], isApproved: boolean): void {
    const run = this.run(runId);
    if (!isApproved) {
      this.endRun(runId, 'failure');
      return;
    }
    const waitsFor = run.waitsFor.filter(name => !environments.includes(name));
    const next = this.#record.change(run, { waitsFor });
    if (waitsFor.length === 0 && run.status === 'waiting')
      this.#queue.release(next);
  }

  /** After a start: who had taken a run is gone. */
  recover(): void {
    const { state } = this.#parts;
    for (const run of state.filter('runs', one => one.status === 'in_progress'))
      this.endRun(run.id, 'failure');
    for (const { id } of state.all('runners')) this.setOnline(id, false);
  }

  /** Lets runners look again, for example when a fault is over. */
  announce(): void {
    this.#queue.announce();
  }

  #nextFor(runner: number): Run | undefined {
    const { state } = this.#parts;
    const has = new Set(
      state.get('runners', runner)?.labels.map(label => label.toLowerCase()),
    );
    return state.find(
      'runs',
      one =>
        one.status === 'queued' &&
        // What a stranger's pull request says must not run on a machine of ours.
        one.headRepository === one.repository &&
        one.plan.every(({ labels }) =>
          labels.every(label => has.has(label.toLowerCase())),
        ),
    );
  }

  #complete(run: Run, conclusion: Conclusion) {
    const { state } = this.#parts;
    const ended = this.#record.change(run, {
      ...{ status: 'completed', conclusion },
    });
    const isStillBusy = state.find(
      'runs',
      one => one.status === 'in_progress' && one.runner === run.runner,
    );
    if (run.runner && !isStillBusy && state.get('runners', run.runner))
      state.update('runners', run.runner, { isBusy: false });
    this.#record.tell({ of: 'run', action: 'completed', run: ended });
    this.#queue.followed(ended);
  }
}

/** What is said of a job that the end of its run found unfinished. */
function unfinished(job: Job, conclusion: Conclusion | undefined): Conclusion {
  if (job.status !== 'in_progress') return 'skipped';
  return conclusion === 'success' ? 'success' : 'failure';
}
