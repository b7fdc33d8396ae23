import { matchesFilter } from './globs';
import type { WorkflowFile } from './file';

/** A push of a branch or tag, as filters look at it. */
export interface PushFacts {
  /** Full name. */
  ref: string;
  /** Files that differ; undefined where that is not known, which no filter of paths stops. */
  paths?: readonly string[];
}

export interface PullFacts {
  action: string;
  /** The branch that it is to go into. */
  base: string;
  paths?: readonly string[];
}

const textsOf = (value: unknown): string[] | undefined =>
  value === undefined || value === null
    ? undefined
    : [value].flat().map(String);

/** Whether a push starts this workflow. */
export function startsOnPush({ on }: WorkflowFile, push: PushFacts): boolean {
  if (!on.push) return false;
  const filter = on.push;
  const isTag = push.ref.startsWith('refs/tags/');
  const name = push.ref.replace(/^refs\/(heads|tags)\//, '');
  const of = (kind: string) => ({
    only: textsOf(filter[kind]),
    not: textsOf(filter[`${kind}-ignore`]),
  });
  const branches = of('branches');
  const tags = of('tags');
  const own = isTag ? tags : branches;
  const other = isTag ? branches : tags;
  // Who names branches only means no tags, and the other way round.
  if (!own.only && !own.not && (other.only || other.not)) return false;
  if (!passes(own, name)) return false;
  return isTag || passesPaths(filter, push.paths);
}

const defaultTypes = ['opened', 'synchronize', 'reopened'];

/** Whether a pull request starts this workflow. */
export function startsOnPull({ on }: WorkflowFile, pull: PullFacts): boolean {
  const filter = on.pull_request;
  if (!filter) return false;
  const types = textsOf(filter.types) ?? defaultTypes;
  const branches = {
    only: textsOf(filter.branches),
    not: textsOf(filter['branches-ignore']),
  };
  return (
    types.includes(pull.action) &&
    passes(branches, pull.base) &&
    passesPaths(filter, pull.paths)
  );
}

function passes(
  { only, not }: { only?: string[]; not?: string[] },
  name: string,
): boolean {
  if (only) return matchesFilter(only, name);
  return !not || !matchesFilter(not, name);
}

function passesPaths(
  filter: Record<string, unknown>,
  paths: readonly string[] | undefined,
): boolean {
  if (!paths) return true;
  const only = textsOf(filter.paths);
  const not = textsOf(filter['paths-ignore']);
  if (only) return paths.some(path => matchesFilter(only, path));
  return !not || paths.some(path => !matchesFilter(not, path));
}

/** Whether a commit's message asks for no run. */
export function isSkipped(message: string): boolean {
  return (
    /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/i.test(message) ||
    /^skip-checks: ?true$/im.test(message)
  );
}
