import { parseDocument } from 'yaml';

type Fields = Record<string, unknown>;

/** A job as its file has it. */
export interface FileJob {
  id: string;
  name?: string;
  needs: string[];
  /** Condition, as it is written. */
  if?: string;
  runsOn?: unknown;
  /** Reusable workflow that it calls. */
  uses?: string;
  with: Fields;
  environment?: unknown;
  hasMatrix: boolean;
}

export interface InputDefinition {
  type: string;
  isRequired: boolean;
  default?: unknown;
  options?: string[];
}

/** A workflow as its file has it. */
export interface WorkflowFile {
  name: string;
  runName?: string;
  /** What is said of each event; an event without more is an empty object. */
  on: Record<string, Fields>;
  /** Of `workflow_dispatch`, else of `workflow_call`. */
  inputs: Record<string, InputDefinition>;
  concurrency?: { group: string; cancelInProgress: unknown; queue: number };
  jobs: FileJob[];
}

/** A file that GitHub would not take. */
export class InvalidWorkflow extends Error {}

/**
 * Reads a workflow's file.
 *
 * @param path - its name where the file has none
 * @throws InvalidWorkflow
 */
export function parseWorkflow(text: string, path: string): WorkflowFile {
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error)
    throw new InvalidWorkflow(
      `You have an error in your yaml syntax on line ${error.linePos?.[0].line ?? 1}`,
    );
  const root = document.toJS({ maxAliasCount: 100 }) as unknown;
  if (!isFields(root)) throw new InvalidWorkflow('The file is no mapping');
  const on = readEvents(root.on);
  const call = on.workflow_dispatch?.inputs ?? on.workflow_call?.inputs;
  return {
    name: typeof root.name === 'string' ? root.name : path,
    ...(typeof root['run-name'] === 'string'
      ? { runName: root['run-name'] }
      : {}),
    on,
    inputs: readInputs(call),
    ...readConcurrency(root.concurrency),
    jobs: readJobs(root.jobs),
  };
}

/** Inputs of one event alone: a file may be dispatched and called. */
export function readInputs(value: unknown): Record<string, InputDefinition> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, definition]) => {
      const fields = isFields(definition) ? definition : {};
      return [
        name,
        {
          type: typeof fields.type === 'string' ? fields.type : 'string',
          isRequired: fields.required === true,
          ...(fields.default === undefined ? {} : { default: fields.default }),
          ...(Array.isArray(fields.options)
            ? { options: fields.options.map(String) }
            : {}),
        },
      ];
    }),
  );
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEvents(value: unknown): Record<string, Fields> {
  if (typeof value === 'string') return { [value]: {} };
  if (Array.isArray(value))
    return Object.fromEntries(value.map(name => [String(name), {}]));
  if (!isFields(value))
    throw new InvalidWorkflow('Required property is missing: on');
  return Object.fromEntries(
    Object.entries(value).map(([name, more]) => [
      name,
      isFields(more) ? more : {},
    ]),
  );
}

function readConcurrency(value: unknown): Pick<WorkflowFile, 'concurrency'> {
  if (typeof value === 'string')
    return {
      concurrency: { group: value, cancelInProgress: false, queue: 1 },
    };
  if (!isFields(value) || typeof value.group !== 'string') return {};
  return {
    concurrency: {
      group: value.group,
      cancelInProgress: value['cancel-in-progress'] ?? false,
      queue: value.queue === 'max' ? 100 : 1,
    },
  };
}

function readJobs(value: unknown): FileJob[] {
  if (!isFields(value) || Object.keys(value).length === 0)
    throw new InvalidWorkflow('Required property is missing: jobs');
  const jobs = Object.entries(value).map(([id, job]) => readJob(id, job));
  for (const { id, needs } of jobs) {
    const unknown = needs.find(need => !jobs.some(job => job.id === need));
    if (unknown)
      throw new InvalidWorkflow(
        `Job '${id}' depends on unknown job '${unknown}'.`,
      );
  }
  if (jobs.every(({ needs }) => needs.length > 0))
    throw new InvalidWorkflow(
      'The workflow must contain at least one job with no dependencies.',
    );
  return jobs;
}

function readJob(id: string, job: unknown): FileJob {
  if (!isFields(job)) throw new InvalidWorkflow(`Job '${id}' is no mapping`);
  const isCaller = typeof job.uses === 'string';
  if (!isCaller && job['runs-on'] === undefined)
    throw new InvalidWorkflow(
      `Required property is missing: runs-on (job '${id}')`,
    );
  if (!isCaller && !Array.isArray(job.steps))
    throw new InvalidWorkflow(`Job '${id}' has no steps`);
  const { needs = [], strategy } = job;
  return {
    id,
    ...(typeof job.name === 'string' ? { name: job.name } : {}),
    needs: [needs].flat().map(String),
    ...(job.if === undefined ? {} : { if: String(job.if) }),
    ...(isCaller ? { uses: String(job.uses) } : { runsOn: job['runs-on'] }),
    with: isFields(job.with) ? job.with : {},
    environment: job.environment,
    hasMatrix: isFields(strategy) && strategy.matrix !== undefined,
  };
}
