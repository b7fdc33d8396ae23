import type { PlannedJob, Run } from '../model';
import {
  evaluate,
  evaluateText,
  interpolate,
  toText,
  type Contexts,
} from './expressions';
import {
  InvalidWorkflow,
  isFields,
  parseWorkflow,
  readInputs,
  type FileJob,
  type WorkflowFile,
} from './file';

/** Where a workflow's file was taken from. */
export interface Origin {
  /** `owner/name`. */
  repository: string;
  sha: string;
  path: string;
}

/** A called workflow that was found. */
export interface Found extends Origin {
  text: string;
  /** Full name of the branch or tag that the call names. */
  ref?: string;
}

/** Finds a reusable workflow; undefined where there is none, or it must not be used from here. */
export type FindWorkflow = (
  uses: string,
  from: Origin,
) => Promise<Found | undefined>;

export interface Plan {
  jobs: PlannedJob[];
  referenced: Run['referenced'];
}

/** As github.com has it since November 2025. */
const deepestNesting = 10;

/**
 * Follows a workflow into all that it calls: which jobs there will be, on which runners, in which order.
 *
 * @throws InvalidWorkflow for a call that leads nowhere, or that is nested too deep
 */
export async function planJobs(
  file: WorkflowFile,
  origin: Origin,
  contexts: Contexts,
  find: FindWorkflow,
): Promise<Plan> {
  const referenced: Run['referenced'] = [];

  async function expand(
    jobs: FileJob[],
    from: Origin,
    known: Contexts,
    prefix: {
      keys: string[];
      name: string;
      needs: string[];
      isRuledOut: boolean;
    },
  ): Promise<PlannedJob[]> {
    if (prefix.keys.length > deepestNesting)
      throw new InvalidWorkflow(
        `Workflows are nested deeper than ${deepestNesting} levels.`,
      );
    const made = new Map<string, PlannedJob[]>();
    for (const job of inOrder(jobs)) {
      const needs = [
        ...job.needs.flatMap(id => made.get(id)!.map(({ key }) => key)),
        ...(job.needs.length === 0 ? prefix.needs : []),
      ];
      const name = prefix.name + nameOf(job, known);
      const keys = [...prefix.keys, job.id];
      // What other jobs came to is not known yet.
      const isRuledOut =
        prefix.isRuledOut || (needs.length === 0 && isFalse(job.if, known));
      if (!job.uses) {
        made.set(job.id, [
          {
            key: keys.join('/'),
            name,
            needs,
            labels: labelsOf(job.runsOn, known),
            ...(isRuledOut ? { isRuledOut } : {}),
            ...environmentOf(job.environment, known),
          },
        ]);
        continue;
      }
      const called = await find(job.uses, from);
      if (!called)
        throw new InvalidWorkflow(
          `error parsing called workflow "${job.uses}": workflow was not found.`,
        );
      note(called, job.uses);
      const calledFile = parseCalled(called, job.uses);
      made.set(
        job.id,
        await expand(
          calledFile.jobs,
          called,
          { ...known, inputs: callInputs(calledFile, job, known) },
          { keys, name: `${name} / `, needs, isRuledOut },
        ),
      );
    }
    return jobs.flatMap(({ id }) => made.get(id)!);
  }

  function note({ repository, sha, path, ref }: Found, uses: string) {
    const at = uses.includes('@') ? uses.slice(uses.indexOf('@') + 1) : sha;
    const named = `${repository}/${path}@${at}`;
    if (!referenced.some(one => one.path === named))
      referenced.push({ path: named, sha, ...(ref ? { ref } : {}) });
  }

  const start = { keys: [], name: '', needs: [], isRuledOut: false };
  return {
    jobs: await expand(file.jobs, origin, contexts, start),
    referenced,
  };
}

/** @throws InvalidWorkflow for one that cannot be called */
function parseCalled({ text, path }: Found, uses: string): WorkflowFile {
  const file = parseWorkflow(text, path);
  if (!file.on.workflow_call)
    throw new InvalidWorkflow(
      `error parsing called workflow "${uses}": it has no trigger workflow_call.`,
    );
  return file;
}

function callInputs(
  called: WorkflowFile,
  { with: given, uses }: FileJob,
  contexts: Contexts,
): Record<string, unknown> {
  const defined = readInputs(called.on.workflow_call.inputs);
  const unknown = Object.keys(given).find(name => !defined[name]);
  if (unknown)
    throw new InvalidWorkflow(
      `Invalid input, ${unknown} is not defined in the referenced workflow ${uses}.`,
    );
  return Object.fromEntries(
    Object.entries(defined).map(([name, definition]) => {
      if (given[name] === undefined && definition.isRequired)
        throw new InvalidWorkflow(
          `Input ${name} is required, but not provided while calling ${uses}.`,
        );
      const value = given[name] ?? definition.default;
      const empty = { boolean: false, number: 0 }[definition.type] ?? '';
      return [
        name,
        typeof value === 'string'
          ? evaluateText(value, contexts)
          : (value ?? empty),
      ];
    }),
  );
}

/** Jobs so that those they need come first. */
function inOrder(jobs: FileJob[]): FileJob[] {
  const ordered: FileJob[] = [];
  while (ordered.length < jobs.length) {
    const next = jobs.find(
      job =>
        !ordered.includes(job) &&
        job.needs.every(need => ordered.some(({ id }) => id === need)),
    );
    if (!next)
      throw new InvalidWorkflow('The jobs of the workflow need each other.');
    ordered.push(next);
  }
  return ordered;
}

/** Whether a condition is false; one that we cannot work out is left to the runner. */
function isFalse(condition: string | undefined, contexts: Contexts): boolean {
  if (condition === undefined) return false;
  const [, only = condition] =
    /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(condition) ?? [];
  try {
    return !evaluate(only, contexts);
  } catch {
    return false;
  }
}

function nameOf({ name, id }: FileJob, contexts: Contexts): string {
  return name === undefined ? id : interpolate(name, contexts);
}

function labelsOf(runsOn: unknown, contexts: Contexts): string[] {
  const value =
    typeof runsOn === 'string' ? evaluateText(runsOn, contexts) : runsOn;
  const labels = isFields(value) ? (value.labels ?? []) : value;
  return [labels]
    .flat()
    .map(label => interpolate(toText(label), contexts))
    .filter(Boolean);
}

function environmentOf(
  value: unknown,
  contexts: Contexts,
): { environment?: string } {
  const given = isFields(value) ? value.name : value;
  const name =
    typeof given === 'string' ? interpolate(given, contexts) : undefined;
  return name ? { environment: name } : {};
}
