import { noCommit } from '../git/read';
import type { Job, Repository, Run, Runner, Workflow } from '../model';
import type { Github } from '../server';
import { apiOf, nodeId, numberOf, simpleUser, time } from './basics';
import { simpleCommit } from './commits';
import { minimalRepository, repositoryApi, repositoryPage } from './repository';

export function workflow(
  github: Github,
  repository: Repository,
  document: Workflow,
) {
  const page = repositoryPage(github, repository);
  const file = document.path.split('/').at(-1);
  return {
    id: document.id,
    node_id: nodeId('Workflow', document.id),
    name: document.name,
    path: document.path,
    state: document.state,
    created_at: time(document.createdAt),
    updated_at: time(document.updatedAt),
    url: `${repositoryApi(github, repository)}/actions/workflows/${document.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${document.path}`,
    badge_url: `${page}/actions/workflows/${file}/badge.svg`,
  };
}

/** Page of a run, which our links lead to. */
export function runPage(github: Github, repository: Repository, id: number) {
  return `${repositoryPage(github, repository)}/actions/runs/${id}`;
}

export async function workflowRun(
  github: Github,
  repository: Repository,
  run: Run,
) {
  const api = repositoryApi(github, repository);
  const own = `${api}/actions/runs/${run.id}`;
  const head = github.state.get('repositories', run.headRepository);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    head_branch: run.headBranch,
    head_sha: run.sha,
    path: run.path,
    display_title: run.title,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion ?? null,
    workflow_id: run.workflow,
    url: own,
    html_url: runPage(github, repository, run.id),
    pull_requests: run.pulls.map(number =>
      pullOfRun(github, repository, number),
    ),
    created_at: time(run.createdAt),
    updated_at: time(run.updatedAt),
    run_started_at: time(run.startedAt ?? run.createdAt),
    actor: simpleUser(github, run.actor),
    triggering_actor: simpleUser(github, run.triggeringActor),
    referenced_workflows: run.referenced,
    jobs_url: `${own}/jobs`,
    logs_url: `${own}/logs`,
    check_suite_url: `${api}/check-suites/${run.id}`,
    artifacts_url: `${own}/artifacts`,
    cancel_url: `${own}/cancel`,
    rerun_url: `${own}/rerun`,
    previous_attempt_url:
      run.attempt > 1 ? `${own}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflow}`,
    head_commit: await headCommit(github, run),
    repository: minimalRepository(github, repository),
    head_repository: minimalRepository(github, head ?? repository),
  };
}

async function headCommit({ git }: Github, { repository, sha }: Run) {
  try {
    return simpleCommit(await git.commit(repository, sha));
  } catch {
    // The branch went, and git has swept it away; the run stays.
    const nobody = { name: '', email: '', date: '1970-01-01T00:00:00Z' };
    return simpleCommit({
      ...{ sha, tree: noCommit, parents: [], message: '' },
      ...{ author: nobody, committer: nobody },
    });
  }
}

function pullOfRun(github: Github, repository: Repository, number: number) {
  const pull = github.state.find(
    'pulls',
    one => one.repository === repository.id && one.number === number,
  )!;
  const from = github.state.get('repositories', pull.head.repository);
  const side = (of: Repository, ref: string, sha: string) => ({
    ref,
    sha,
    repo: { id: of.id, url: repositoryApi(github, of), name: of.name },
  });
  return {
    id: pull.id,
    number,
    url: `${repositoryApi(github, repository)}/pulls/${number}`,
    head: side(from ?? repository, pull.head.ref, pull.head.sha),
    base: side(repository, pull.base.ref, pull.base.sha),
  };
}

const orNull = (iso: string | undefined) => (iso ? time(iso) : null);

export function job(
  github: Github,
  repository: Repository,
  run: Run,
  document: Job,
) {
  const api = repositoryApi(github, repository);
  const { id } = document;
  return {
    id,
    run_id: run.id,
    workflow_name: run.name,
    head_branch: run.headBranch,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: document.attempt,
    node_id: nodeId('CheckRun', id),
    head_sha: run.sha,
    url: `${api}/actions/jobs/${id}`,
    html_url: `${runPage(github, repository, run.id)}/job/${id}`,
    status: document.status,
    conclusion: jobConclusion(document),
    created_at: time(document.createdAt),
    // GitHub has a time here even while a job waits.
    started_at: time(document.startedAt ?? document.createdAt),
    completed_at: orNull(document.completedAt),
    name: document.name,
    steps: document.steps.map(step => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion ?? null,
      number: step.number,
      started_at: orNull(step.startedAt),
      completed_at: orNull(step.completedAt),
    })),
    check_run_url: `${api}/check-runs/${id}`,
    labels: document.labels,
    runner_id: document.runner?.id ?? null,
    runner_name: document.runner?.name ?? null,
    runner_group_id: document.runner ? 1 : null,
    runner_group_name: document.runner ? 'Default' : null,
  };
}

/** Jobs know fewer words than runs. */
function jobConclusion({ conclusion }: Job) {
  return conclusion === 'startup_failure' ? 'failure' : (conclusion ?? null);
}

/** A job as a check of its commit, under the same number. */
export function checkRun(
  github: Github,
  repository: Repository,
  run: Run,
  document: Job,
) {
  const api = repositoryApi(github, repository);
  const { id } = document;
  const page = `${runPage(github, repository, run.id)}/job/${id}`;
  return {
    id,
    name: document.name,
    node_id: nodeId('CheckRun', id),
    head_sha: run.sha,
    external_id: String(id),
    url: `${api}/check-runs/${id}`,
    html_url: page,
    details_url: page,
    status: document.status,
    conclusion: jobConclusion(document),
    started_at: orNull(document.startedAt),
    completed_at: orNull(document.completedAt),
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: 0,
      annotations_url: `${api}/check-runs/${id}/annotations`,
    },
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  };
}

/** @param isAway - a fault keeps it off-line */
export function runner(document: Runner, isAway: boolean) {
  return {
    id: document.id,
    runner_group_id: 1,
    name: document.name,
    os: document.os,
    status: document.isOnline && !isAway ? 'online' : 'offline',
    busy: document.isBusy,
    labels: document.labels.map(name => ({
      id: numberOf(name) % 10_000,
      name,
      type: ['self-hosted', 'linux', 'x64', 'arm64'].includes(
        name.toLowerCase(),
      )
        ? ('read-only' as const)
        : ('custom' as const),
    })),
  };
}

/** Answer of a dispatch that wants to know its run. */
export function dispatched(github: Github, repository: Repository, run: Run) {
  return {
    workflow_run_id: run.id,
    run_url: `${apiOf(github)}/repos/${repository.owner}/${repository.name}/actions/runs/${run.id}`,
    html_url: runPage(github, repository, run.id),
  };
}
