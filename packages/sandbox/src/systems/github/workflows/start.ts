import { RepositoryReader } from '../git/read';
import type { Repository, Run, Workflow } from '../model';
import type { Github } from '../server';
import {
  evaluateText,
  interpolate,
  toText,
  type Contexts,
} from './expressions';
import { InvalidWorkflow, parseWorkflow, type WorkflowFile } from './file';
import { workflowFinder } from './findWorkflow';
import { planJobs, type Plan } from './plan';

const folder = '.github/workflows';

/** What starts a run. */
export interface Start {
  repository: Repository;
  /** The commit that the list shows. */
  sha: string;
  /** The one that is executed and that the workflow's file is taken from; `sha` unless told. */
  checkout?: string;
  ref: string;
  headBranch: string;
  event: Run['event'];
  payload: Record<string, unknown>;
  /** Login. */
  actor: string;
  /** What a person reads in the list. */
  title: string;
  /** Other than `repository` for the pull request of a fork. */
  headRepository?: Repository;
  pulls?: number[];
  inputs?: Run['inputs'];
}

/** The workflow files of a commit. */
export async function workflowFiles(
  { git }: Pick<Github, 'git'>,
  { id }: Repository,
  sha: string,
): Promise<{ path: string; text: string }[]> {
  const reader = new RepositoryReader(git.folder(id));
  const entries = (await reader.tree(sha, { path: `${folder}/` })) ?? [];
  const files = entries.filter(
    ({ type, path }) => type === 'blob' && /\.ya?ml$/.test(path),
  );
  return Promise.all(
    files.map(async ({ path, sha: blob }) => ({
      path,
      text: (await reader.blob(blob))?.toString('utf8') ?? '',
    })),
  );
}

/** The record of a workflow, made when its file is first seen. */
export function workflowAt(
  { state }: Pick<Github, 'state'>,
  { id }: Repository,
  path: string,
  name: string,
): Workflow {
  const known = state.find(
    'workflows',
    one => one.repository === id && one.path === path,
  );
  const updatedAt = new Date().toISOString();
  if (!known)
    return state.insert('workflows', {
      ...{ repository: id, path, name, state: 'active' },
      ...{ createdAt: updatedAt, updatedAt },
    });
  const isBack = known.state === 'deleted';
  if (known.name === name && !isBack) return known;
  return state.update('workflows', known.id, {
    ...{ name, updatedAt },
    ...(isBack ? { state: 'active' as const } : {}),
  });
}

/** Reads a file; what is wrong with it instead where GitHub would not take it. */
export function readWorkflow(
  text: string,
  path: string,
): { file: WorkflowFile } | { problem: string } {
  try {
    return { file: parseWorkflow(text, path) };
  } catch (error) {
    if (error instanceof InvalidWorkflow)
      return { problem: `Invalid workflow file: ${path}: ${error.message}` };
    throw error;
  }
}

/** Makes a run of a workflow that cannot be read: it has failed. */
export function startBroken(
  github: Github,
  path: string,
  problem: string,
  start: Start,
): Run {
  const workflow = workflowAt(github, start.repository, path, path);
  return github.runs.create({
    ...common(github, workflow, start),
    name: path,
    title: path,
    status: 'completed',
    conclusion: 'failure',
    problem,
    ...{ plan: [], referenced: [], waitsFor: [] },
  });
}

/** Makes a run of a workflow. */
export async function startRun(
  github: Github,
  path: string,
  file: WorkflowFile,
  start: Start,
): Promise<Run | undefined> {
  const { repository, checkout = start.sha } = start;
  const workflow = workflowAt(github, repository, path, file.name);
  if (workflow.state === 'disabled_manually') return undefined;
  const contexts = contextsOf(github, file, start);
  const fields = {
    ...common(github, workflow, start),
    name: file.name,
  };
  try {
    const origin = {
      repository: `${repository.owner}/${repository.name}`,
      ...{ sha: checkout, path },
    };
    const find = workflowFinder(github, repository);
    const plan = await planJobs(file, origin, contexts, find);
    const isFork = fields.headRepository !== repository.id;
    return github.runs.create({
      ...fields,
      title: file.runName
        ? interpolate(file.runName, contexts) || start.title
        : start.title,
      ...{ plan: plan.jobs, referenced: plan.referenced },
      waitsFor: guarded(github, repository, plan),
      ...groupOf(file, contexts),
      // Somebody has to look first at what a stranger sends.
      ...(isFork
        ? {
            status: 'completed' as const,
            conclusion: 'action_required' as const,
          }
        : { status: 'queued' as const }),
    });
  } catch (error) {
    const isTheirs =
      error instanceof InvalidWorkflow || error instanceof SyntaxError;
    if (!isTheirs) throw error;
    return github.runs.create({
      ...fields,
      title: start.title,
      status: 'completed',
      conclusion: 'startup_failure',
      problem: `Invalid workflow file: ${path}: ${error.message}`,
      ...{ plan: [], referenced: [], waitsFor: [] },
    });
  }
}

function common({ state }: Github, workflow: Workflow, start: Start) {
  const at = new Date().toISOString();
  const { repository, headRepository = repository } = start;
  return {
    repository: repository.id,
    workflow: workflow.id,
    path: workflow.path,
    number: state.next(`runs of workflow ${workflow.id}`),
    attempt: 1,
    event: start.event,
    payload: start.payload,
    ref: start.ref,
    headBranch: start.headBranch,
    sha: start.sha,
    checkout: start.checkout ?? start.sha,
    headRepository: headRepository.id,
    actor: start.actor,
    triggeringActor: start.actor,
    inputs: start.inputs ?? {},
    createdAt: at,
    updatedAt: at,
    pulls: start.pulls ?? [],
    approvals: [],
  };
}

function contextsOf(
  { state, url }: Github,
  file: WorkflowFile,
  start: Start,
): Contexts {
  const { repository, ref, event, payload, actor, inputs = {} } = start;
  const sha = start.checkout ?? start.sha;
  const fullName = `${repository.owner}/${repository.name}`;
  const vars = state.filter(
    'variables',
    one =>
      (one.repository === repository.id && one.environment === undefined) ||
      one.organization === repository.owner,
  );
  const pull = payload.pull_request as
    { head: { ref: string }; base: { ref: string } } | undefined;
  return {
    github: {
      ...{ sha, ref, actor, event: payload },
      event_name: event,
      ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      head_ref: pull?.head.ref ?? '',
      base_ref: pull?.base.ref ?? '',
      repository: fullName,
      repository_owner: repository.owner,
      workflow: file.name,
      server_url: url,
      triggering_actor: actor,
    },
    inputs,
    vars: Object.fromEntries(vars.map(({ name, value }) => [name, value])),
  };
}

function groupOf(
  { concurrency }: WorkflowFile,
  contexts: Contexts,
): Pick<Run, 'concurrency'> {
  if (!concurrency) return {};
  const group = interpolate(concurrency.group, contexts);
  if (group === '') return {};
  const { cancelInProgress, queue } = concurrency;
  const cancels =
    typeof cancelInProgress === 'string'
      ? toText(evaluateText(cancelInProgress, contexts)) === 'true'
      : cancelInProgress === true;
  return { concurrency: { group, cancelInProgress: cancels, queue } };
}

/** Environments of the plan that need somebody's consent. The whole run waits for it, where GitHub lets jobs before it run. */
function guarded(
  { state }: Github,
  { id }: Repository,
  { jobs }: Plan,
): string[] {
  const names = new Set(jobs.map(({ environment }) => environment));
  return state
    .filter(
      'environments',
      one =>
        one.repository === id &&
        one.reviewers.length > 0 &&
        names.has(one.name),
    )
    .map(({ name }) => name);
}
