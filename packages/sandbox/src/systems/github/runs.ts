import type { JobLogs } from './jobLogs';
import type { Conclusion, GithubState, Job, PlannedJob, Run } from './model';
import { overallConclusion, readyJobs } from './workflows/outcome';

/** Everything that a runner needs to execute a run. */
export interface TakenRun {
  /** `GITHUB_RUN_ID`; links lead to `<url>/<owner>/<name>/actions/runs/<id>`. */
  id: number;
  repository: { owner: string; name: string };
  /** Folder of the bare repository that has the commit. */
  folder: string;
  /** `GITHUB_SHA`: of a pull request its merge with the base. */
  sha: string;
  /** Full name: `refs/heads/main`, `refs/tags/v1`, `refs/pull/3/merge`. */
  ref: string;
  /** Path of the workflow's file in that commit. */
  path: string;
  name: string;
  number: number;
  attempt: number;
  event: Run['event'];
  /** `github.event`, the inputs of a dispatch included. */
  payload: Record<string, unknown>;
  actor: string;
  triggeringActor: string;
  /** All jobs, callers followed into the workflows that they call. */
  jobs: PlannedJob[];
  /** Of the repository and its organization. */
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** What jobs with such an `environment` have beside and before these, by its name. */
  environments: Record<
    string,
    { secrets: Record<string, string>; variables: Record<string, string> }
  >;
  /** `GITHUB_TOKEN`: of this repository only, gone when the run has ended. */
  token: string;
}

/** Values that only the server can say. */
export interface RunParts {
  state: GithubState;
  logs: JobLogs;
  /** All but what the run's document says by itself. */
  describe(
    run: Run,
  ): Pick<
    TakenRun,
    'repository' | 'folder' | 'secrets' | 'variables' | 'environments' | 'token'
  >;
  /** True while a fault keeps runners away. */
  hasNoRunner(): boolean;
}

/** A run or one of its jobs became something else; `action` is the vendor's word for it. */
export type RunChange =
  | { of: 'run'; action: 'requested' | 'in_progress' | 'completed'; run: Run }
  | {
      of: 'job';
      action: 'queued' | 'waiting' | 'in_progress' | 'completed';
      run: Run;
      job: Job;
    };

/** How a run is asked to end: `force` takes the run from the runner at once. */
export type CancelKind = 'cancel' | 'force';

/**
 * The runs of workflows: who waits, who runs, what became of them. The REST calls, the webhooks and the self-hosted runner
 * all see this one record.
 */
export class WorkflowRuns {
  onChange: (change: RunChange) => void = () => {};
  readonly #parts: RunParts;
  readonly #queued = new Set<() => void>();
  readonly #cancelled = new Set<(run: number, how: CancelKind) => void>();

  constructor(parts: RunParts) {
    this.#parts = parts;
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
    if (isOnline) this.#announce();
  }

  /** Calls whenever there may be something to take. @returns stops that */
  onQueued(listener: () => void): () => void {
    this.#queued.add(listener);
    return () => this.#queued.delete(listener);
  }

  /**
   * Takes the oldest run that waits for a runner with these labels; it is `in_progress` from then on.
   *
   * @returns undefined when there is none
   */
  takeNext(runner: number): TakenRun | undefined {
    const { state } = this.#parts;
    if (this.#parts.hasNoRunner()) return undefined;
    const labels = new Set(
      state.get('runners', runner)?.labels.map(label => label.toLowerCase()),
    );
    const run = state.find(
      'runs',
      one =>
        one.status === 'queued' &&
        // What a stranger's pull request says must not run on a machine of ours.
        one.headRepository === one.repository &&
        one.plan.every(job =>
          job.labels.every(label => labels.has(label.toLowerCase())),
        ),
    );
    if (!run) return undefined;
    state.update('runners', runner, { isBusy: true });
    const taken = this.#change(run, {
      status: 'in_progress',
      startedAt: now(),
      runner,
    });
    this.#tell({ of: 'run', action: 'in_progress', run: taken });
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
   * @returns its id, for the calls below
   */
  beginJob(
    runId: number,
    job: { key?: string; name: string; labels?: string[] },
  ): number {
    const { state } = this.#parts;
    const run = this.run(runId);
    const planned = run.plan.find(({ key }) => key === job.key);
    const waiting = this.jobs(run).find(
      one =>
        one.status !== 'completed' &&
        (one.name === job.name || (one.key !== '' && one.key === job.key)),
    );
    const { id } =
      waiting ??
      this.#addJob(run, {
        key: job.key ?? '',
        name: job.name,
        labels: job.labels ?? planned?.labels ?? [],
        needs: [],
        environment: planned?.environment,
      });
    const runner = run.runner && state.get('runners', run.runner);
    const begun = state.update('jobs', id, {
      status: 'in_progress',
      name: job.name,
      startedAt: now(),
      ...(runner ? { runner: { id: runner.id, name: runner.name } } : {}),
    });
    this.#tell({ of: 'job', action: 'in_progress', run, job: begun });
    return id;
  }

  /** A step of a job begins; steps are numbered from 1. */
  beginStep(jobId: number, step: { number: number; name: string }): void {
    this.#putStep(jobId, step.number, {
      name: step.name,
      status: 'in_progress',
      startedAt: now(),
    });
  }

  /** One line, or several, of a job's log. No secret may be in it: the runner masks them. */
  writeLog(jobId: number, line: string): void {
    this.#parts.logs.append(jobId, line);
  }

  endStep(jobId: number, number: number, conclusion: Conclusion): void {
    this.#putStep(jobId, number, {
      status: 'completed',
      conclusion,
      completedAt: now(),
    });
  }

  /** A job ended; steps of it that did not are cancelled, or skipped where they never began. */
  endJob(jobId: number, conclusion: Conclusion): void {
    const { state } = this.#parts;
    const job = state.get('jobs', jobId);
    if (!job || job.status === 'completed') return;
    const steps = job.steps.map(step =>
      step.status === 'completed'
        ? step
        : {
            ...step,
            status: 'completed' as const,
            conclusion: step.startedAt
              ? ('cancelled' as const)
              : ('skipped' as const),
            completedAt: now(),
          },
    );
    const ended = state.update('jobs', jobId, {
      status: 'completed',
      conclusion,
      steps,
      completedAt: now(),
    });
    const run = this.run(job.run);
    this.#change(run, {});
    this.#tell({ of: 'job', action: 'completed', run, job: ended });
  }

  /**
   * A run ended. Jobs that still seem to run failed with it, those that never began were skipped.
   *
   * @param conclusion - follows from the jobs unless told
   */
  endRun(runId: number, conclusion?: Conclusion): void {
    const run = this.run(runId);
    if (run.status === 'completed') return;
    const isCancelled = run.cancel !== undefined || conclusion === 'cancelled';
    for (const job of this.jobs(run))
      if (job.status !== 'completed')
        this.endJob(
          job.id,
          isCancelled ? 'cancelled' : unfinished(job, conclusion),
        );
    const known = new Set(this.jobs(run).map(({ key }) => key));
    for (const planned of run.plan)
      if (!known.has(planned.key))
        this.endJob(this.#addJob(run, planned).id, 'skipped');
    this.#complete(
      run,
      conclusion ?? overallConclusion(this.jobs(run), isCancelled),
    );
  }

  /** Whether somebody wants this run to end, and how. */
  cancelRequested(runId: number): CancelKind | undefined {
    return this.run(runId).cancel?.how;
  }

  /** Calls when a run that was taken is to end. @returns stops that */
  onCancel(listener: (run: number, how: CancelKind) => void): () => void {
    this.#cancelled.add(listener);
    return () => this.#cancelled.delete(listener);
  }

  // --- for the server

  /** @throws when there is none */
  run(id: number): Run {
    const run = this.#parts.state.get('runs', id);
    if (!run) throw new Error(`There is no run ${id}.`);
    return run;
  }

  /** Jobs of the newest attempt, or of another. */
  jobs({ id, attempt }: Pick<Run, 'id' | 'attempt'>): Job[] {
    return this.#parts.state.filter(
      'jobs',
      job => job.run === id && job.attempt === attempt,
    );
  }

  /** Makes a run: it waits for a runner, for its group, or for a reviewer, or it has failed already. */
  create(document: Omit<Run, 'id'>): Run {
    const run = this.#parts.state.insert('runs', document);
    this.#tell({ of: 'run', action: 'requested', run });
    if (run.status === 'completed') {
      this.#tell({ of: 'run', action: 'completed', run });
      return run;
    }
    return this.#enter(run);
  }

  /** Begins the next attempt of a run that has ended. */
  rerun(runId: number, login: string): Run {
    const run = this.run(runId);
    const next = this.#change(run, {
      attempt: run.attempt + 1,
      status: 'queued',
      conclusion: undefined,
      cancel: undefined,
      startedAt: undefined,
      triggeringActor: login,
    });
    this.#tell({ of: 'run', action: 'requested', run: next });
    return this.#enter(next);
  }

  /** Asks a run to end. One that no runner has is cancelled at once; a forced one is taken from its runner. */
  cancel(runId: number, how: CancelKind): void {
    const run = this.#change(this.run(runId), { cancel: { how, at: now() } });
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
    const next = this.#change(run, { waitsFor });
    if (waitsFor.length === 0 && run.status === 'waiting') this.#release(next);
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
    this.#announce();
  }

  #enter(run: Run): Run {
    if (run.waitsFor.length > 0) {
      const waiting = this.#change(run, { status: 'waiting' });
      this.#addReadyJobs(waiting, 'waiting');
      return waiting;
    }
    return this.#release(run);
  }

  /** Into the queue, or behind another of its group. */
  #release(run: Run): Run {
    const { concurrency } = run;
    const others = concurrency ? this.#group(run) : [];
    if (!concurrency || others.length === 0) return this.#queue(run);
    if (concurrency.cancelInProgress) {
      const pending = this.#change(run, { status: 'pending' });
      for (const other of others) this.cancel(other.id, 'cancel');
      return this.#parts.state.get('runs', pending.id) ?? pending;
    }
    const waiting = others.filter(({ status }) => status === 'pending');
    const surplus = waiting.length - concurrency.queue + 1;
    const pending = this.#change(run, { status: 'pending' });
    for (const other of waiting.slice(0, Math.max(0, surplus)))
      this.cancel(other.id, 'cancel');
    return pending;
  }

  /** Others of the same group that have not ended, oldest first. */
  #group(run: Run): Run[] {
    return this.#parts.state.filter(
      'runs',
      other =>
        other.id !== run.id &&
        other.repository === run.repository &&
        other.status !== 'completed' &&
        other.status !== 'waiting' &&
        other.concurrency?.group.toLowerCase() ===
          run.concurrency?.group.toLowerCase(),
    );
  }

  #queue(run: Run): Run {
    const queued = this.#change(run, { status: 'queued' });
    this.#addReadyJobs(queued, 'queued');
    this.#announce();
    return queued;
  }

  #addReadyJobs(run: Run, status: 'queued' | 'waiting') {
    const there = this.jobs(run);
    for (const job of there)
      if (job.status === 'waiting' && status === 'queued') {
        const queued = this.#parts.state.update('jobs', job.id, { status });
        this.#tell({ of: 'job', action: status, run, job: queued });
      }
    if (there.length === 0)
      for (const planned of readyJobs(run.plan))
        this.#addJob(run, planned, status);
  }

  #addJob(
    run: Run,
    { key, name, labels, environment }: PlannedJob,
    status: 'queued' | 'waiting' = 'queued',
  ): Job {
    const job = this.#parts.state.insert('jobs', {
      run: run.id,
      attempt: run.attempt,
      key,
      name,
      labels,
      ...(environment ? { environment } : {}),
      status,
      createdAt: now(),
      steps: [],
    });
    this.#tell({ of: 'job', action: status, run, job });
    return job;
  }

  #complete(run: Run, conclusion: Conclusion) {
    const { state } = this.#parts;
    const ended = this.#change(run, { status: 'completed', conclusion });
    const isStillBusy = state.find(
      'runs',
      one => one.status === 'in_progress' && one.runner === run.runner,
    );
    if (run.runner && !isStillBusy && state.get('runners', run.runner))
      state.update('runners', run.runner, { isBusy: false });
    this.#tell({ of: 'run', action: 'completed', run: ended });
    if (!run.concurrency) return;
    const group = this.#group(run);
    if (group.some(({ status }) => status !== 'pending')) return;
    const [next] = group;
    if (next) this.#queue(next);
  }

  #putStep(
    jobId: number,
    number: number,
    change: Partial<Omit<Job['steps'][number], 'number'>>,
  ) {
    const { state } = this.#parts;
    const job = state.get('jobs', jobId);
    // A run that was taken away by force goes on for a moment at its runner.
    if (!job || job.status === 'completed') return;
    const before = job.steps.find(step => step.number === number) ?? {
      number,
      name: '',
      status: 'queued' as const,
    };
    const steps = job.steps.filter(step => step.number !== number);
    state.update('jobs', jobId, {
      steps: [...steps, { ...before, ...change }].sort(
        (left, right) => left.number - right.number,
      ),
    });
  }

  #change(run: Run, change: Partial<Run>): Run {
    return this.#parts.state.update('runs', run.id, {
      ...change,
      updatedAt: now(),
    });
  }

  #tell(change: RunChange) {
    this.onChange(change);
  }

  #announce() {
    for (const listener of this.#queued) listener();
  }
}

/** What is said of a job that the end of its run found unfinished. */
function unfinished(job: Job, conclusion: Conclusion | undefined): Conclusion {
  if (job.status !== 'in_progress') return 'skipped';
  return conclusion === 'success' ? 'success' : 'failure';
}

function now(): string {
  return new Date().toISOString();
}
