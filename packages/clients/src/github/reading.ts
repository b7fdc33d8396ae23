import { z } from 'zod';
import type {
  GithubCommit,
  GithubPullRequest,
  GithubRepository,
  WorkflowConclusion,
  WorkflowJob,
  WorkflowRun,
  WorkflowStatus,
} from './types';

const text = z
  .string()
  .nullish()
  .transform(value => value ?? '');
const optionalText = z
  .string()
  .nullish()
  .transform(value => value || undefined);
const login = z
  .object({ login: z.string() })
  .nullish()
  .transform(value => value?.login ?? '');

export const repositorySchema = z
  .object({
    id: z.number(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    description: text,
    default_branch: z.string(),
    private: z.boolean(),
    visibility: optionalText,
    archived: z.boolean().nullish(),
    topics: z.array(z.string()).nullish(),
    html_url: z.string(),
    clone_url: text,
    pushed_at: optionalText,
  })
  .transform((it): GithubRepository => ({
    ...{ id: it.id, owner: it.owner.login, name: it.name },
    ...{ description: it.description, defaultBranch: it.default_branch },
    visibility: visibilityOf(it),
    isArchived: it.archived ?? false,
    topics: it.topics ?? [],
    url: it.html_url,
    cloneUrl: it.clone_url || `${it.html_url}.git`,
    ...(it.pushed_at && { pushedAt: it.pushed_at }),
  }));

function visibilityOf(it: {
  private: boolean;
  visibility?: string;
}): GithubRepository['visibility'] {
  if (it.visibility === 'internal' || it.visibility === 'public')
    return it.visibility;
  return it.private ? 'private' : 'public';
}

const signatureSchema = z
  .object({ name: text, date: text })
  .nullish()
  .transform(value => value ?? { name: '', date: '' });

/** A commit as the lists of commits have it. */
export const commitSchema = z
  .object({
    sha: z.string(),
    html_url: text,
    author: login,
    commit: z.object({
      message: text,
      author: signatureSchema,
      committer: signatureSchema,
      tree: z.object({ sha: z.string() }),
    }),
    parents: z.array(z.object({ sha: z.string() })),
  })
  .transform(
    ({ sha, html_url: url, author, commit, parents }): GithubCommit => ({
      ...{ sha, url, treeSha: commit.tree.sha, message: commit.message },
      parents: parents.map(parent => parent.sha),
      author: author || commit.author.name,
      at: commit.committer.date || commit.author.date,
    }),
  );

/** A commit as the git database has it. */
export const gitCommitSchema = z
  .object({
    sha: z.string(),
    html_url: text,
    message: text,
    author: signatureSchema,
    committer: signatureSchema,
    tree: z.object({ sha: z.string() }),
    parents: z.array(z.object({ sha: z.string() })),
  })
  .transform((it): GithubCommit => ({
    ...{ sha: it.sha, url: it.html_url, treeSha: it.tree.sha },
    ...{ message: it.message, author: it.author.name },
    parents: it.parents.map(parent => parent.sha),
    at: it.committer.date || it.author.date,
  }));

export const treeSchema = z.object({
  sha: z.string(),
  truncated: z.boolean().nullish(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string(),
      sha: text,
    }),
  ),
});

export const pullRequestSchema = z
  .object({
    number: z.number(),
    html_url: z.string(),
    state: z.enum(['open', 'closed']),
    merged_at: optionalText,
    title: text,
    body: text,
    head: z.object({ ref: z.string() }),
    base: z.object({ ref: z.string() }),
  })
  .transform((it): GithubPullRequest => ({
    ...{ number: it.number, url: it.html_url, state: it.state },
    ...{ isMerged: it.merged_at !== undefined, title: it.title },
    ...{ body: it.body, head: it.head.ref, base: it.base.ref },
  }));

/** Words that GitHub adds are kept as they are: pages show them. */
const status = z
  .string()
  .nullish()
  .transform(value => (value ?? 'queued') as WorkflowStatus);
const conclusion = optionalText.transform(
  value => value as WorkflowConclusion | undefined,
);

export const workflowRunSchema = z
  .object({
    id: z.number(),
    name: text,
    path: text,
    display_title: text,
    run_number: z.number(),
    run_attempt: z.number().nullish(),
    event: z.string(),
    head_branch: text,
    head_sha: z.string(),
    actor: login,
    triggering_actor: login,
    status,
    conclusion,
    created_at: z.string(),
    run_started_at: optionalText,
    updated_at: z.string(),
    html_url: z.string(),
    referenced_workflows: z
      .array(z.object({ path: z.string(), sha: z.string(), ref: optionalText }))
      .nullish(),
  })
  .transform((it): WorkflowRun => ({
    ...{ id: it.id, name: it.name, title: it.display_title },
    // Of a run on another ref GitHub adds it: `….yml@refs/heads/x`.
    path: it.path.split('@')[0],
    ...{ runNumber: it.run_number, attempt: it.run_attempt ?? 1 },
    ...{ event: it.event, branch: it.head_branch, sha: it.head_sha },
    actor: it.triggering_actor || it.actor,
    status: it.status,
    ...(it.conclusion && { conclusion: it.conclusion }),
    createdAt: it.created_at,
    ...(it.run_started_at && { startedAt: it.run_started_at }),
    ...{ updatedAt: it.updated_at, url: it.html_url },
    calls: (it.referenced_workflows ?? []).map(({ path, sha, ref }) => ({
      ...{ path, sha },
      ...(ref && { ref }),
    })),
  }));

const stepSchema = z.object({
  number: z.number(),
  name: text,
  status,
  conclusion,
  started_at: optionalText,
  completed_at: optionalText,
});

export const jobSchema = z
  .object({
    id: z.number(),
    run_id: z.number(),
    name: text,
    status,
    conclusion,
    started_at: optionalText,
    completed_at: optionalText,
    labels: z.array(z.string()).nullish(),
    runner_name: text,
    html_url: text,
    steps: z.array(stepSchema).nullish(),
  })
  .transform((it): WorkflowJob => ({
    ...{ id: it.id, runId: it.run_id, name: it.name },
    ...timesOf(it),
    ...{ labels: it.labels ?? [], runner: it.runner_name, url: it.html_url },
    steps: (it.steps ?? []).map(step => ({
      ...{ number: step.number, name: step.name },
      ...timesOf(step),
    })),
  }));

function timesOf(it: {
  status: WorkflowStatus;
  conclusion?: WorkflowConclusion;
  started_at?: string;
  completed_at?: string;
}) {
  return {
    status: it.status,
    ...(it.conclusion && { conclusion: it.conclusion }),
    ...(it.started_at && { startedAt: it.started_at }),
    ...(it.completed_at && { finishedAt: it.completed_at }),
  };
}
