import { NanteError, type RunDocument, pipelineStageOf } from '@nante/model';
import type { EndedRun, WorkflowJob } from '@nante/plugin-infrastructure-node';

/** Lines of a failed job's log that go into the task's. */
const LOG_LINES = 40;
/** Lines that an error's message repeats. */
const ERROR_LINES = 3;
/** How GitHub marks an error. */
const MARK = '##[error]';

/** What of a job's log is worth repeating. */
export interface LogExcerpt {
  /** Its end. */
  lines: string[];
  /** First lines that say what went wrong. */
  errors: string[];
}

/** Reads the log of a job: GitHub's times and marks are taken out. */
export function readLog(text: string): LogExcerpt {
  const all = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map(line => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''))
    .filter(line => line.trim() && !/^##\[(end)?group\]/.test(line));
  const said = all.filter(line => !isExit(line));
  const marked = said.filter(line => line.startsWith(MARK));
  return {
    lines: all.slice(-LOG_LINES).map(withoutMark),
    errors: (marked.length ? marked : said.filter(isError))
      .slice(0, ERROR_LINES)
      .map(line => withoutMark(line).trim()),
  };
}

/** What every failed step ends with says nothing. */
function isExit(line: string): boolean {
  return /^(##\[error\])?Process completed with exit code \d+\.?$/.test(line);
}

function withoutMark(line: string): string {
  return line.startsWith(MARK) ? line.slice(MARK.length) : line;
}

function isError(line: string): boolean {
  return /\b(error|fail(ed|ure)?|fatal|panic)\b/i.test(line);
}

/** The first job that failed; undefined where none did. */
export function failedJobOf(ended: EndedRun): WorkflowJob | undefined {
  return ended.jobs.find(({ conclusion }) =>
    ['failure', 'timed_out', 'startup_failure'].includes(conclusion ?? ''),
  );
}

/**
 * Why a run did not succeed, and what to do.
 *
 * @param known - the failed job's log where GitHub has one, and the runs of ours that it made, newest first
 */
export function failureOf(
  ended: EndedRun,
  known: { log?: LogExcerpt; documents: RunDocument[] },
): NanteError {
  const { run } = ended;
  const title = `${run.name} of ${run.url.split('/').slice(3, 5).join('/')}`;
  if (run.conclusion === 'cancelled')
    return new NanteError('cancelled', `${title} was cancelled in GitHub.`, {
      hint: `Look at ${run.url}, and run it again where that was a mistake.`,
    });
  const job = failedJobOf(ended);
  if (!job)
    return new NanteError('failed', `${title} ended with ${run.conclusion}.`, {
      hint:
        run.conclusion === 'startup_failure'
          ? `GitHub could not read the workflow, or may not use what it calls: ${run.url} says which line.`
          : `Look at ${run.url}.`,
    });
  const document = known.documents.find(({ state }) => state === 'failed');
  const step = job.steps.find(({ conclusion }) =>
    ['failure', 'timed_out'].includes(conclusion ?? ''),
  );
  const where = step ? `${job.name} > ${step.name}` : job.name;
  const said = document?.error
    ? [document.error.message]
    : (known.log?.errors ?? []);
  const begun = job.steps.find(({ status }) => status === 'in_progress');
  const lost =
    !step && begun
      ? ` Its runner${job.runner ? ` ${job.runner}` : ''} was lost in the middle of ${begun.name}.`
      : '';
  return new NanteError(
    'failed',
    `${title} failed in ${where}.${lost}${said.length ? ` ${said.join(' | ')}` : ''}`,
    { hint: hintOf({ ended, step: step?.name, lost, document }) },
  );
}

const stageHints: Record<string, string> = {
  build: 'Correct the code and push it again.',
  test: 'A test fails: correct it and push again. Nothing was published.',
  scan: 'A finding is above the threshold: raise what has it, or the threshold, and push again. Nothing was published.',
  publish:
    'Look whether Nexus has the repository, and whether the version is there already with other content.',
  release: 'Look at the project in Octopus.',
};

function hintOf(of: {
  ended: EndedRun;
  step?: string;
  lost: string;
  document?: RunDocument;
}): string {
  const { ended, step, lost, document } = of;
  if (document)
    return [document.error?.hint, `Its run has a page: /runs/${document.id}.`]
      .filter(Boolean)
      .join(' ');
  if (lost)
    return `Look at the runner, then repeat the failed jobs: ${ended.run.url}.`;
  const stage = step === undefined ? undefined : pipelineStageOf(step);
  const hint = stage && stageHints[stage.kind];
  return [hint, `The whole log: ${ended.run.url}.`].filter(Boolean).join(' ');
}
