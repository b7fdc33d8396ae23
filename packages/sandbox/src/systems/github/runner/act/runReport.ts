import type { TakenRun, WorkflowRuns } from '../../runs';
import type { Masks } from '../masks';
import { beginId, type ActWorkflows } from '../workflow/rewrite';
import { JobReport } from './jobReport';
import type { ActLine } from './lines';

/** What a job says of itself once its expressions are known. */
export interface JobFacts {
  name?: string;
  environment?: string;
  /** Minutes. */
  timeout?: string;
  /** Concurrency group. */
  group?: string;
}

interface Parts {
  runs: WorkflowRuns;
  run: TakenRun;
  workflows: ActWorkflows;
  masks: Masks;
  mark: string;
  /** First lines of each job's log. */
  introduction: string[];
  isCancelled(): boolean;
  /** A job waits to begin; the answer lets it. */
  onBegin(job: JobReport, facts: JobFacts, gate: string): Promise<void>;
}

/** Tells the stand-in what act does with a run. */
export class RunReport {
  readonly #parts: Parts;
  /** By what act calls them: the legs of a matrix are jobs of their own. */
  readonly #jobs = new Map<string, JobReport>();
  /** Names of the jobs that call workflows, by key. */
  readonly #callers = new Map<string, string>();
  readonly #waiting = new Map<JobReport, ActLine[]>();
  readonly #problems: string[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get running(): JobReport[] {
    return [...this.#jobs.values()].filter(job => job.isRunning);
  }

  take(line: ActLine): void {
    const { mark, workflows } = this.#parts;
    const text = line.job?.trim() ?? '';
    const at = text.lastIndexOf(mark);
    if (at < 0) {
      if (line.level === 'error') this.takeOther(line.msg);
      return;
    }
    const marked = text.slice(at + mark.length);
    const key = marked.slice(0, marked.indexOf(':'));
    const name = marked.slice(key.length + 1);
    const plan = workflows.jobs.get(key);
    if (!plan) {
      this.#callers.set(key, name);
      return;
    }
    let job = this.#jobs.get(text);
    if (!job) {
      const { runs, masks, isCancelled } = this.#parts;
      job = new JobReport({ runs, masks, plan, isCancelled });
      this.#jobs.set(text, job);
    }
    this.#takeOf(job, key, line);
  }

  /** A line of act that is no JSON, or belongs to no job. */
  takeOther(text: string): void {
    if (text.trim()) this.#problems.push(text.trim());
  }

  /**
   * act has ended. Jobs that have not are failed, or cancelled with the run.
   *
   * @param problem - why it could not go on, for the logs of those that ran
   */
  end(isGood: boolean, problem?: string): void {
    const { runs, run, masks, isCancelled } = this.#parts;
    for (const job of this.running) {
      if (problem) job.log(`##[error]${problem}`);
      job.end('failure');
    }
    const hasSaid = [...this.#jobs.values()].some(job => job.hasBegun);
    const reason =
      problem ?? (this.#problems.join('\n') || 'act ended without a word.');
    if (!isGood && !hasSaid && !isCancelled())
      failRun(runs, run, masks.apply(reason));
    if (isCancelled()) runs.endRun(run.id, 'cancelled');
    else runs.endRun(run.id, isGood ? undefined : 'failure');
  }

  #takeOf(job: JobReport, key: string, line: ActLine) {
    const { mark } = this.#parts;
    if (/Skipping unsupported platform/.test(line.msg)) {
      this.#begin(job, key, line, {});
      job.log(
        '##[error]No runner of the sandbox has these labels: it has self-hosted, linux, x64, and none of GitHub’s own.',
      );
      job.end('failure');
      return;
    }
    if (line.stepIds[0] === beginId(mark)) {
      if (line.command !== 'nante-job' || job.hasBegun) return;
      const facts = readFacts(line.raw ?? '');
      this.#begin(job, key, line, facts);
      const gate = line.kvPairs?.gate ?? '';
      void this.#parts
        .onBegin(job, facts, gate)
        .then(() => job.setUp())
        .catch(error => this.takeOther(String(error)));
      return;
    }
    if (line.stepIds[0] === '--setup-job' && line.level !== 'error') return;
    if (!job.hasBegun && line.jobResult === undefined) {
      this.#waiting.set(job, [...(this.#waiting.get(job) ?? []), line]);
      return;
    }
    if (!job.hasBegun) {
      // act passes over all steps of a job that comes after a cancel.
      const isCancelled = this.#parts.isCancelled();
      if (isCancelled) this.#waiting.delete(job);
      this.#begin(job, key, line, {});
      if (isCancelled) job.end('cancelled');
      else job.setUp();
    }
    job.take(line);
  }

  #begin(job: JobReport, key: string, { matrix }: ActLine, facts: JobFacts) {
    const { run, workflows, introduction } = this.#parts;
    const template = workflows.jobs.get(key)?.name ?? key;
    const parents = key.split('/').slice(0, -1);
    const callers = parents.map((_, index) => {
      const caller = parents.slice(0, index + 1).join('/');
      return this.#callers.get(caller) ?? parents[index];
    });
    const legs = Object.values(matrix ?? {});
    const leg =
      legs.length > 0 && !template.includes('matrix.')
        ? ` (${legs.map(value => plainText(value)).join(', ')})`
        : '';
    const own = `${facts.name ?? template}${leg}`;
    job.begin(run.id, key, [...callers, own].join(' / '), introduction);
    for (const line of this.#waiting.get(job) ?? []) job.take(line);
    this.#waiting.delete(job);
  }
}

/** Fails a run that has no job yet to say why. */
export function failRun(
  runs: WorkflowRuns,
  run: TakenRun,
  reason: string,
): void {
  const [first] = run.jobs;
  const job = runs.beginJob(run.id, {
    key: first?.key,
    name: first?.name ?? run.name,
  });
  runs.beginStep(job, { number: 1, name: 'Set up job' });
  runs.writeLog(job, `##[error]${reason}`);
  runs.endStep(job, 1, 'failure');
  runs.endJob(job, 'failure');
}

/** @returns nothing where a name spoils the line */
function readFacts(raw: string): JobFacts {
  try {
    const json = raw.trim().replace(/^::nante-job [^:]*::/, '');
    const facts = JSON.parse(json) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(facts)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, String(value)]),
    );
  } catch {
    return {};
  }
}

function plainText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
