import type { TakenRun } from '../../runs';
import {
  parseDocument,
  stepName,
  type JobDocument,
  type StepDocument,
  type WorkflowDocument,
} from './documents';
import { environmentOf, handedOn, withEnvironment } from './environments';
import { asExpression } from './expressions';
import { readSource, resolveUses, type Source } from './sources';
import {
  plainShell,
  program,
  refused,
  rewriteStep,
  type RewriteContext,
} from './steps';

/** What act gets to execute a run, and how its words lead back to the workflow's. */
export interface ActWorkflows {
  /** Text of the run's workflow. */
  workflow: string;
  /** Workflows that it calls, each call a file of its own, by file name. */
  called: Map<string, string>;
  /** Jobs that have steps, by the key of the plan. */
  jobs: Map<string, ActJob>;
}

/** A job as its log shows it. */
export interface ActJob {
  /** With expressions, for a job that never got so far as to say it. */
  name: string;
  steps: ActStep[];
}

export interface ActStep {
  /** Of act, unique in its job. */
  id: string;
  name: string;
  /** Begin of its part of the log: `Run go test`. */
  title: string;
  /** Steps that run whatever happened before are not interrupted. */
  isAlways: boolean;
  script?: string;
  shell?: string;
}

/** Repository under which act finds the called workflows; no other can be called so. */
export const calledRepository = 'nante-runner/called@run';

/** How deep calls may go, as on GitHub. */
const deepest = 10;

interface Options extends RewriteContext {
  environments: TakenRun['environments'];
  /** Goes before a job's key in its name; no text of a workflow can contain it. */
  mark: string;
}

class Rewriter {
  readonly #options: Options;
  readonly #result: ActWorkflows;
  readonly #workflowName: string;

  constructor(options: Options, result: ActWorkflows, workflowName: string) {
    this.#options = options;
    this.#result = result;
    this.#workflowName = workflowName;
  }

  /** @param parents - ids of the jobs that led here */
  async rewrite(
    document: WorkflowDocument,
    from: Source,
    parents: readonly string[],
  ): Promise<string> {
    const jobs: Record<string, JobDocument> = {};
    for (const [id, job] of Object.entries(document.jobs ?? {})) {
      const path = [...parents, id];
      const name = `${this.#options.mark}${path.join('/')}:${job.name ?? id}`;
      jobs[id] = {
        ...(job.uses === undefined
          ? await this.#job(job, document, from, path)
          : await this.#call(job, job.uses, from, path)),
        name,
      };
    }
    const calls = Object.values(jobs).some(job => job.uses !== undefined);
    if (parents.length > 0 && calls)
      jobs['nante-end'] = collector(Object.keys(jobs), this.#options, parents);
    // In a called workflow, github.workflow is still the caller's.
    return JSON.stringify({ ...document, name: this.#workflowName, jobs });
  }

  async #call(
    job: JobDocument,
    uses: string,
    from: Source,
    path: readonly string[],
  ): Promise<JobDocument> {
    const { caller, find, changes, environments } = this.#options;
    if (path.length > deepest)
      throw new Error(`${uses}: workflows are called ${deepest} levels deep.`);
    const used = await resolveUses(uses, from, caller, find);
    if (!used)
      throw new Error(
        `${uses} is not reachable here: the sandbox's GitHub has no such repository or ref.`,
      );
    const called = await load(used.source, used.path);
    const file = `called-${this.#result.called.size + 1}.yml`;
    // Its place first: a workflow that it calls takes the next number.
    this.#result.called.set(file, '');
    const text = await this.rewrite(called, used.source, path);
    this.#result.called.set(file, text);
    if (/^\$\//.test(uses))
      changes.add(
        `"uses: $/…" became "uses: ${used.source.repository}/…@${used.source.sha}"`,
      );
    const [repository, ref] = calledRepository.split('@');
    const { secrets: given } = job;
    const named = {
      ...(given as Record<string, unknown>),
      GITHUB_TOKEN: '${{ secrets.GITHUB_TOKEN }}',
      ...handedOn(environments),
    };
    // `inherit` is the only word that there is.
    const all = typeof given === 'string';
    const place = `${repository}/.github/workflows/${file}@${ref}`;
    return { ...job, uses: place, ...(all ? {} : { secrets: named }) };
  }

  async #job(
    job: JobDocument,
    document: WorkflowDocument,
    from: Source,
    path: readonly string[],
  ): Promise<JobDocument> {
    const { environments, changes, tools } = this.#options;
    const { container, services, concurrency, ...rest } = withEnvironment(
      job,
      environments,
    );
    const shell =
      job.defaults?.run?.shell ?? document.defaults?.run?.shell ?? undefined;
    const shown: ActStep[] = [];
    const steps: StepDocument[] = [this.#begin(job)];
    const originals = job.steps ?? [];
    if ((container ?? services) !== undefined)
      steps.push(
        refused(
          { name: 'Containers' },
          `The sandbox's runner has no containers for jobs and services (pretended GitHub).`,
          { tools },
        ),
      );
    for (const [index, step] of (rest.steps ?? []).entries()) {
      const id = step.id ?? `nante-${index}`;
      const written = originals[index];
      steps.push({
        ...(await rewriteStep(step, from, shell, this.#options)),
        id,
      });
      shown.push({
        id,
        name: stepName(written),
        title: stepName({ ...written, name: undefined }),
        isAlways: runsAlways(written.if),
        ...(written.run === undefined
          ? {}
          : {
              script: String(written.run),
              shell: plainShell(written.shell ?? shell),
            }),
      });
    }
    if (JSON.stringify(concurrency ?? '').includes('"queue"'))
      changes.add(
        '"queue" of a concurrency group was left out: the runner itself keeps the groups of jobs',
      );
    this.#result.jobs.set(path.join('/'), {
      name: job.name ?? path[path.length - 1],
      steps: shown,
    });
    return { ...rest, steps };
  }

  /** Tells the runner what only act can evaluate, and waits until the group of the job is free. */
  #begin(job: JobDocument): StepDocument {
    const { tools, mark } = this.#options;
    const group =
      typeof job.concurrency === 'string'
        ? job.concurrency
        : job.concurrency?.group;
    const facts = {
      name: job.name === undefined ? undefined : asExpression(job.name),
      environment: environmentOf(job),
      timeout: asExpression(String(job['timeout-minutes'] ?? 360)),
      group: group === undefined ? undefined : asExpression(group),
    };
    const json = Object.entries(facts)
      .filter(([, expression]) => expression !== undefined)
      .map(([name, expression]) => `"${name}":\${{ toJSON(${expression}) }}`);
    return {
      id: beginId(mark),
      name: 'Set up job',
      run: 'exit 0',
      shell: `${program(tools, 'begin')} {0}`,
      'working-directory': '/',
      env: {
        NANTE_JOB: `{${json.join(',')}}`,
        NANTE_GROUP: group ?? '',
      },
    };
  }
}

/**
 * Puts a run's workflows into the words of act: jobs carry their key in the name, called workflows are files beside the first
 * one, actions are pinned to commits of the stand-in.
 *
 * @param path - of the run's workflow in the caller's commit
 * @throws Error with a sentence for the person who wrote it
 */
export async function rewriteWorkflows(
  path: string,
  options: Options,
): Promise<ActWorkflows> {
  const result: ActWorkflows = {
    workflow: '',
    called: new Map(),
    jobs: new Map(),
  };
  const document = await load(options.caller, path);
  const name = document.name ?? path;
  const rewriter = new Rewriter(options, result, name);
  result.workflow = await rewriter.rewrite(document, options.caller, []);
  return result;
}

/**
 * A last job of a called workflow that itself calls others: act hands result and outputs on to the caller at the end of a job
 * with steps alone.
 */
function collector(
  needs: string[],
  { mark }: Pick<Options, 'mark'>,
  parents: readonly string[],
): JobDocument {
  const plain = { shell: 'bash -e {0}', 'working-directory': '/' };
  return {
    name: `${mark}${parents.join('/')}/nante-end:`,
    needs,
    if: 'always()',
    'runs-on': 'self-hosted',
    steps: [
      { ...plain, run: 'exit 0' },
      { ...plain, run: 'exit 1', if: "contains(needs.*.result, 'failure')" },
    ],
  };
}

/** Id of the step with which each job begins. */
export function beginId(mark: string): string {
  return `begin-${mark.replace(/\W/g, '')}`;
}

function runsAlways(condition: unknown): boolean {
  const text = String(condition ?? '');
  return /\balways\(\)/.test(text) || /(^|[^!])\bcancelled\(\)/.test(text);
}

async function load(source: Source, path: string): Promise<WorkflowDocument> {
  const text = await readSource(source, path);
  const where = `${source.repository}/${path}@${source.sha.slice(0, 7)}`;
  if (text === undefined) throw new Error(`${where} is not there.`);
  const document = parseDocument<WorkflowDocument>(text);
  if (!document?.jobs) throw new Error(`${where} is no workflow with jobs.`);
  return document;
}
