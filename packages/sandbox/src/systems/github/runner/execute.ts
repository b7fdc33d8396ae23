import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import readline from 'node:readline';
import type { CancelKind, TakenRun, WorkflowRuns } from '../runs';
import { forgetSecrets, startAct } from './act/start';
import type { JobReport } from './act/jobReport';
import { readActLine } from './act/lines';
import { failRun, RunReport, type JobFacts } from './act/runReport';
import { interrupt, type InterruptTiming } from './interrupt';
import type { ConcurrencyGroups } from './groups';
import { Masks } from './masks';
import { markedProcesses, signal } from './processes';
import { foldersOf, toolsFolder, type RunnerPlace } from './surroundings';
import { copyActions } from './workflow/actions';
import { rewriteWorkflows } from './workflow/rewrite';
import type { FindRepository } from './workflow/sources';
import type { RewriteContext } from './workflow/steps';

/** What every run of a runner shares. */
export interface ExecutionParts {
  place: RunnerPlace;
  runs: WorkflowRuns;
  /** Address of the stand-in. */
  url: string;
  find: FindRepository;
  groups: ConcurrencyGroups;
  /** Begin of the mark of all processes of this sandbox's jobs. */
  mark: string;
  /** Line that says which act this is. */
  actVersion: string;
  timing?: InterruptTiming;
}

/** Executes one run that was taken, from its first job to the last. */
export class Execution {
  readonly #parts: ExecutionParts;
  readonly #run: TakenRun;
  readonly #runnerName: string;
  readonly #folder: string;
  readonly #trackingId: string;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #leaves = new Map<JobReport, () => void>();
  #pid: number | undefined;
  #report: RunReport | undefined;
  #isCancelled = false;
  #problem: string | undefined;
  #isOver = false;

  constructor(parts: ExecutionParts, run: TakenRun, runnerName: string) {
    this.#parts = parts;
    this.#run = run;
    this.#runnerName = runnerName;
    const name = `${run.id}-${run.attempt}`;
    this.#folder = join(foldersOf(parts.place).runs, name);
    this.#trackingId = `${parts.mark}${name}`;
  }

  get id(): number {
    return this.#run.id;
  }

  /** Whether a job is in the middle of its work. */
  get isWorking(): boolean {
    return (this.#report?.running.length ?? 0) > 0;
  }

  /** Never throws: what goes wrong is the end of the run. */
  async execute(): Promise<void> {
    const { runs } = this.#parts;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      await this.#execute();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#report?.running.length) failRun(runs, this.#run, reason);
      runs.endRun(this.#run.id, 'failure');
    } finally {
      this.#isOver = true;
      for (const timer of this.#timers) clearTimeout(timer);
      for (const leave of this.#leaves.values()) leave();
      this.#killMarked();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** Ends the run as GitHub does, or at once. */
  async cancel(how: CancelKind): Promise<void> {
    this.#isCancelled = true;
    if (how === 'force') {
      this.#killMarked();
      return;
    }
    if (this.#pid === undefined) return;
    const always = this.#report?.running.some(job => job.isInAlwaysStep);
    await interrupt({
      act: this.#pid,
      folder: this.#folder,
      // A step that runs whatever happened is not in the way of anybody.
      isPatient: always ?? false,
      isOver: () => this.#isOver,
      timing: this.#parts.timing,
    });
  }

  /** The machine is gone in the middle of the work. @param problem - what the server says of that */
  die(problem: string): void {
    this.#problem = problem;
    this.#killMarked();
  }

  async #execute(): Promise<void> {
    const { place, runs, url, find, actVersion } = this.#parts;
    const run = this.#run;
    const { owner, name } = run.repository;
    const mark = `[${randomBytes(6).toString('hex')}]`;
    const context: RewriteContext = {
      caller: {
        repository: `${owner}/${name}`,
        folder: run.folder,
        sha: run.sha,
      },
      find,
      tools: toolsFolder,
      actions: new Map(),
      changes: new Set(),
    };
    const { environments } = run;
    const workflows = await rewriteWorkflows(run.path, {
      ...{ ...context, environments, mark },
    });
    const actions = await copyActions(foldersOf(place).actions, context);
    if (this.#isCancelled || this.#problem) {
      runs.endRun(run.id, this.#isCancelled ? 'cancelled' : 'failure');
      return;
    }
    const masks = new Masks([
      ...Object.values(run.secrets),
      ...Object.values(environments).flatMap(one => Object.values(one.secrets)),
      ...[run.token, `x-access-token:${run.token}`],
    ]);
    const report = new RunReport({
      ...{ runs, run, workflows, masks, mark },
      introduction: introduction(this.#runnerName, actVersion, context.changes),
      isCancelled: () => this.#isCancelled,
      onBegin: (job, facts, gate) => this.#begin(job, facts, gate),
    });
    this.#report = report;
    const code = await this.#follow(
      startAct({
        ...{ place, run, workflows, actions, url },
        folder: this.#folder,
        runnerName: this.#runnerName,
        trackingId: this.#trackingId,
      }),
      report,
    );
    report.end(code === 0, this.#problem);
  }

  async #follow(
    act: ReturnType<typeof startAct>,
    report: RunReport,
  ): Promise<number | null> {
    this.#pid = act.pid;
    const closed = once(act, 'close');
    const read = async (stream: NodeJS.ReadableStream) => {
      let isReading = true;
      for await (const text of readline.createInterface({ input: stream })) {
        const line = readActLine(text);
        // Its first words come before it has read anything.
        if (isReading && line?.job !== undefined) {
          isReading = false;
          forgetSecrets(this.#folder);
        }
        if (line) report.take(line);
        else report.takeOther(text);
        this.#leaveGroups();
      }
    };
    // A process that left its session may hold the output: the end of act is the end.
    const ended = once(act, 'exit').then(() => this.#killMarked());
    await Promise.all([read(act.stdout!), read(act.stderr!), closed, ended]);
    return act.exitCode;
  }

  async #begin(job: JobReport, facts: JobFacts, gate: string): Promise<void> {
    const minutes = Number(facts.timeout);
    if (minutes > 0) this.#stopAfter(job, minutes);
    if (!facts.group) return;
    const { owner, name } = this.#run.repository;
    job.log(`Waiting for the concurrency group ${facts.group}`);
    const leave = await this.#parts.groups.enter(
      `${owner}/${name}/${facts.group}`.toLowerCase(),
    );
    if (!job.isRunning || this.#isOver) {
      leave();
      return;
    }
    this.#leaves.set(job, leave);
    writeFileSync(join(this.#folder, `gate-${gate}`), '');
  }

  #leaveGroups() {
    for (const [job, leave] of this.#leaves)
      if (!job.isRunning) {
        leave();
        this.#leaves.delete(job);
      }
  }

  #stopAfter(job: JobReport, minutes: number) {
    const timer = setTimeout(() => {
      if (!job.isRunning) return;
      job.log(
        `##[error]The job has exceeded the maximum execution time of ${minutes} minutes.`,
      );
      void this.cancel('cancel');
    }, minutes * 60_000);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Everything that bears the mark of this run, also what left its session. */
  #killMarked() {
    signal(
      markedProcesses(`RUNNER_TRACKING_ID=${this.#trackingId}`),
      'SIGKILL',
    );
  }
}

function introduction(
  runnerName: string,
  actVersion: string,
  changes: Iterable<string>,
): string[] {
  const words = [...changes];
  return [
    `Current runner: ${actVersion} (pretended: the sandbox's runner in place of GitHub's)`,
    `Runner name: '${runnerName}'`,
    ...(words.length > 0
      ? [
          '##[group]For act, which knows less than GitHub, in the copy of the runner:',
          ...[...words, '##[endgroup]'],
        ]
      : []),
  ];
}
