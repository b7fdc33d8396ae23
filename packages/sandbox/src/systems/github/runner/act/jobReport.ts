import type { Conclusion } from '../../model';
import type { WorkflowRuns } from '../../runs';
import type { Masks } from '../masks';
import type { ActJob, ActStep } from '../workflow/rewrite';
import type { ActLine } from './lines';

/** Commands of the log that act understands and GitHub's log does not show. */
const silent = new Set([
  ...['set-output', 'set-env', 'add-path', 'save-state', 'add-matcher'],
  ...['remove-matcher', 'debug', 'echo', 'stop-commands', 'add-mask'],
]);
const shown = new Set(['error', 'warning', 'notice', 'group', 'endgroup']);

/** Tells the stand-in about one job, as act goes through it. */
export class JobReport {
  readonly #runs: WorkflowRuns;
  readonly #masks: Masks;
  readonly #plan: ActJob;
  readonly #isCancelled: () => boolean;
  #id: number | undefined;
  /** How many steps of the plan have begun or were passed over. */
  #passed = 0;
  #current: ActStep | undefined;
  /** Number of the step at the end that is written to, such as `Post …`. */
  #extra = 0;
  #openExtra: string | undefined;
  #isContinued = false;
  #summaries: string[] = [];
  /** Word that lets commands work again, while a step keeps them from it. */
  #resume: string | undefined;
  #lastProblem = '';
  #isEnded = false;

  constructor(parts: {
    runs: WorkflowRuns;
    masks: Masks;
    plan: ActJob;
    isCancelled: () => boolean;
  }) {
    this.#runs = parts.runs;
    this.#masks = parts.masks;
    this.#plan = parts.plan;
    this.#isCancelled = parts.isCancelled;
  }

  get hasBegun(): boolean {
    return this.#id !== undefined;
  }

  get isRunning(): boolean {
    return this.hasBegun && !this.#isEnded;
  }

  /** Whether its step goes on although the run is cancelled. */
  get isInAlwaysStep(): boolean {
    return this.#current?.isAlways ?? false;
  }

  begin(run: number, key: string, name: string, introduction: string[]): void {
    this.#id = this.#runs.beginJob(run, { key, name });
    this.#runs.beginStep(this.#id, { number: 1, name: 'Set up job' });
    for (const line of introduction) this.log(line);
  }

  /** The job may begin: its concurrency group is free. */
  setUp(): void {
    if (this.#id !== undefined) this.#runs.endStep(this.#id, 1, 'success');
  }

  log(line: string): void {
    if (this.#id !== undefined)
      this.#runs.writeLog(this.#id, this.#masks.apply(line));
  }

  take(line: ActLine): void {
    if (line.stepIds[0] === '--complete-job') this.#complete(line);
    else if (line.jobResult !== undefined)
      this.end(line.jobResult === 'success' ? 'success' : 'failure');
    else if (line.stage === 'Main' && line.stepIds.length > 0) this.#main(line);
    else if (line.stage === 'Post') this.#post(line);
    else this.#write(line);
  }

  /** @param conclusion - `failure` of a run that was cancelled is that */
  end(conclusion: Conclusion): void {
    if (this.#id === undefined || this.#isEnded) return;
    this.#isEnded = true;
    const isCancelled = conclusion === 'failure' && this.#isCancelled();
    this.#skipTo(this.#plan.steps.length);
    this.#closeExtra('success');
    if (this.#summaries.length > 0) {
      this.log('##[group]Summary, which GitHub shows on the page of the run');
      this.log(this.#summaries.join('').trimEnd());
      this.log('##[endgroup]');
    }
    this.#runs.endJob(this.#id, isCancelled ? 'cancelled' : conclusion);
  }

  #main(line: ActLine) {
    const [id, ...inner] = line.stepIds;
    const index = this.#plan.steps.findIndex(step => step.id === id);
    // A step of ours, such as the one that says there are no containers.
    if (index < 0) return this.#write(line);
    const step = this.#plan.steps[index];
    if (/^⭐ Run Main/.test(line.msg)) {
      if (inner.length === 0) this.#beginStep(step, index);
      else this.#title(line.msg.replace(/^⭐ Run Main /, ''));
      return undefined;
    }
    if (line.msg === 'Failed but continue next step' && inner.length === 0) {
      this.#isContinued = true;
      return undefined;
    }
    if (line.stepResult !== undefined) {
      if (inner.length === 0) this.#endStep(index, line.stepResult);
      return undefined;
    }
    return this.#write(line);
  }

  #beginStep(step: ActStep, index: number) {
    this.#skipTo(index);
    this.#passed = index + 1;
    this.#current = step;
    this.#isContinued = false;
    this.#lastProblem = '';
    this.#runs.beginStep(this.#id!, { number: index + 2, name: step.name });
    this.log(`##[group]${step.title}`);
    if (step.script) this.log(step.script.trimEnd());
    if (step.shell) this.log(`shell: ${step.shell}`);
    this.log('##[endgroup]');
  }

  #endStep(index: number, result: string) {
    const isGood = result === 'success' || this.#isContinued;
    const failure = this.#isCancelled() ? 'cancelled' : 'failure';
    this.#current = undefined;
    this.#runs.endStep(this.#id!, index + 2, isGood ? 'success' : failure);
  }

  /** What act passes over was skipped: it says so only to who debugs it. */
  #skipTo(index: number) {
    for (; this.#passed < index; this.#passed += 1) {
      const number = this.#passed + 2;
      const { name } = this.#plan.steps[this.#passed];
      this.#runs.beginStep(this.#id!, { number, name });
      this.#runs.endStep(this.#id!, number, 'skipped');
    }
  }

  /** Most actions have nothing to do afterwards, though act asks each: only those that say something are steps. */
  #post(line: ActLine) {
    const hasFailed = line.stepResult === 'failure';
    if (line.stepResult !== undefined && !hasFailed)
      return this.#closeExtra('success');
    if (line.isOutput || line.command || hasFailed || line.level === 'error')
      this.#openStep(`Post ${line.step ?? ''}`.trim());
    if (hasFailed) return this.#closeExtra('failure');
    return this.#write(line);
  }

  #complete(line: ActLine) {
    this.#openStep('Complete job');
    if (line.msg.startsWith('⭐')) this.log('Cleaning up orphan processes');
    if (line.stepResult !== undefined)
      this.#closeExtra(line.stepResult === 'success' ? 'success' : 'failure');
  }

  #openStep(name: string) {
    if (this.#openExtra === name) return;
    this.#closeExtra('success');
    this.#skipTo(this.#plan.steps.length);
    this.#extra += 1;
    this.#openExtra = name;
    this.#runs.beginStep(this.#id!, { number: this.#extraNumber, name });
  }

  #closeExtra(conclusion: Conclusion) {
    if (this.#openExtra === undefined) return;
    this.#openExtra = undefined;
    this.#runs.endStep(this.#id!, this.#extraNumber, conclusion);
  }

  get #extraNumber() {
    return this.#plan.steps.length + 1 + this.#extra;
  }

  #title(name: string) {
    this.log(`##[group]Run ${name}`);
    this.log('##[endgroup]');
  }

  #write(line: ActLine) {
    const { command, arg = '', msg } = line;
    if (command !== undefined) this.#obey(command, arg, line);
    else if (line.isOutput) this.log(msg.replace(/\r?\n$/, ''));
    else if (line.level === 'error') this.#fail(problem(msg));
  }

  #obey(command: string, arg: string, line: ActLine) {
    if (command === 'add-mask') this.#masks.add(arg);
    if (command === 'stop-commands') this.#resume = arg;
    else if (command === this.#resume) this.#resume = undefined;
    else if (command === 'summary') this.#summarize(line.content ?? '');
    else if (shown.has(command)) this.log(`##[${command}]${arg}`);
    else if (!silent.has(command)) this.log((line.raw ?? line.msg).trimEnd());
  }

  /** A composite action hands on what its last step said, at each level. */
  #summarize(text: string) {
    if (this.#summaries.at(-1) !== text) this.#summaries.push(text);
  }

  /** So does one that failed. */
  #fail(text: string) {
    if (this.#lastProblem !== text) this.log(`##[error]${text}`);
    this.#lastProblem = text;
  }
}

/** Why a step failed, in the words of GitHub's runner. */
function problem(text: string): string {
  const code = /^exit status (\d+)$/.exec(text.trim())?.[1];
  if (code) return `Process completed with exit code ${code}.`;
  return /^(this step has been cancelled|signal: |context canceled)/.test(text)
    ? 'The operation was canceled.'
    : text.trimEnd();
}
