import type { CallOptions } from '../proxmox/types';

/** A repository by owner and name. */
export interface RepositoryName {
  owner: string;
  name: string;
}

export interface GithubAccess {
  /** Login of the user, or slug of the app. */
  login: string;
  /** Scopes of a classic token; undefined where it is of another kind and does not say. */
  scopes?: string[];
  /** Requests that are left in this hour, and when it ends (ISO). */
  remaining: number;
  resetsAt: string;
}

export interface GithubRepository extends RepositoryName {
  id: number;
  description: string;
  defaultBranch: string;
  visibility: 'private' | 'internal' | 'public';
  isArchived: boolean;
  topics: string[];
  /** Page. */
  url: string;
  cloneUrl: string;
  /** ISO; undefined where nothing was ever pushed. */
  pushedAt?: string;
}

export interface GithubCommit {
  sha: string;
  treeSha: string;
  parents: string[];
  message: string;
  author: string;
  /** ISO. */
  at: string;
  url: string;
}

/** A file as the tree of a commit has it. */
export interface GithubFile {
  path: string;
  sha: string;
  mode: '100644' | '100755' | '120000';
}

/** A file that a commit is to have; null takes it away. */
export interface NewFile {
  path: string;
  content: Buffer | null;
  isExecutable?: boolean;
}

export interface GithubPullRequest {
  number: number;
  url: string;
  state: 'open' | 'closed';
  isMerged: boolean;
  title: string;
  body: string;
  head: string;
  base: string;
}

/** How a run or job is, in GitHub's words. */
export type WorkflowStatus =
  'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending';
export type WorkflowConclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'neutral'
  | 'stale'
  | 'startup_failure';

export interface WorkflowRun {
  id: number;
  /** Name of the workflow. */
  name: string;
  /** Path of its file: `.github/workflows/ci.yml`. */
  path: string;
  /** What GitHub shows in the list, such as the commit's first line. */
  title: string;
  runNumber: number;
  attempt: number;
  event: string;
  branch: string;
  sha: string;
  actor: string;
  status: WorkflowStatus;
  conclusion?: WorkflowConclusion;
  /** ISO times. */
  createdAt: string;
  startedAt?: string;
  updatedAt: string;
  url: string;
  /** Reusable workflows that it calls, with the commit that each was taken at. */
  calls: { path: string; sha: string; ref?: string }[];
}

export interface WorkflowStep {
  number: number;
  name: string;
  status: WorkflowStatus;
  conclusion?: WorkflowConclusion;
  startedAt?: string;
  finishedAt?: string;
}

export interface WorkflowJob {
  id: number;
  runId: number;
  /** `ci / Build and publish`: of a reusable workflow both names. */
  name: string;
  status: WorkflowStatus;
  conclusion?: WorkflowConclusion;
  startedAt?: string;
  finishedAt?: string;
  /** Labels that a runner must have. */
  labels: string[];
  /** Empty until a runner took it. */
  runner: string;
  url: string;
  steps: WorkflowStep[];
}

export interface GithubRunner {
  id: number;
  name: string;
  isOnline: boolean;
  isBusy: boolean;
  labels: string[];
}

/** An answer that may be known already: `undefined` says that nothing changed since the tag, which costs no request of the hour's limit. */
export interface Tagged<T> {
  value: T | undefined;
  etag?: string;
}

/** How many requests were sent, for budgets that count them. */
export interface GithubRequestCounts {
  sent: number;
  /** Answers 304, which GitHub does not count. */
  notModified: number;
}

/**
 * What we do with GitHub. Every call has a deadline; a rate limit is waited for where that is short, and refused with its
 * end where it is long.
 *
 * Errors of all calls: NanteError `unreachable`; `unauthorized` (401, and 403 with the scope or right that lacks);
 * `not-found` (also what the token may not see); `conflict` (409, 422 of something there already); `invalid-input` (422);
 * `refused` (a protected branch, a secondary limit).
 */
export interface GithubApi {
  checkAccess(options?: CallOptions): Promise<GithubAccess>;
  requestCounts(): GithubRequestCounts;
  /** Until when GitHub wants no requests, in milliseconds since 1970; undefined while it takes them. Asks nobody. */
  limitedUntil(): number | undefined;
  /** Address of GitHub's pages, without a slash at the end. */
  webUrl: string;

  repository(
    repository: RepositoryName,
    options?: CallOptions,
  ): Promise<GithubRepository | undefined>;
  /** Repositories of an organization or user, newest push first, at most `limit`. */
  repositories(
    owner: string,
    options?: CallOptions & { limit?: number },
  ): Promise<GithubRepository[]>;
  /** Without any commit. */
  createRepository(
    repository: RepositoryName & {
      description: string;
      visibility: GithubRepository['visibility'];
    },
    options?: CallOptions,
  ): Promise<GithubRepository>;
  setTopics(
    repository: RepositoryName,
    topics: readonly string[],
    options?: CallOptions,
  ): Promise<void>;

  /** Newest commit of a branch, tag or sha; undefined where there is none, also in an empty repository. */
  commit(
    repository: RepositoryName,
    ref: string,
    options?: CallOptions,
  ): Promise<GithubCommit | undefined>;
  /** Commits reachable from a ref, newest first. */
  commits(
    repository: RepositoryName,
    ref: string,
    options?: CallOptions & { limit?: number },
  ): Promise<GithubCommit[]>;
  /** All files of a tree. */
  files(
    repository: RepositoryName,
    treeSha: string,
    options?: CallOptions,
  ): Promise<GithubFile[]>;
  /** Text of a file; undefined where there is none. */
  fileText(
    repository: RepositoryName,
    path: string,
    options?: CallOptions & { ref?: string },
  ): Promise<string | undefined>;
  /**
   * Puts files into a commit upon another and moves a branch to it, which is made where it is missing; never by force.
   * Without `parent` it is the first commit of an empty repository.
   *
   * @throws NanteError `conflict` where the branch moved meanwhile, `refused` where it is protected
   */
  commitFiles(
    repository: RepositoryName,
    commit: {
      branch: string;
      message: string;
      files: readonly NewFile[];
      parent?: string;
    },
    options?: CallOptions,
  ): Promise<GithubCommit>;

  /** Open ones, or of any state, whose head is a branch of the same repository. */
  pullRequests(
    repository: RepositoryName,
    query: { head?: string; base?: string; state?: 'open' | 'closed' | 'all' },
    options?: CallOptions,
  ): Promise<GithubPullRequest[]>;
  createPullRequest(
    repository: RepositoryName,
    pull: { title: string; body: string; head: string; base: string },
    options?: CallOptions,
  ): Promise<GithubPullRequest>;

  /** Makes an environment, or leaves it as it is. */
  ensureEnvironment(
    repository: RepositoryName,
    environment: string,
    options?: CallOptions,
  ): Promise<{ isNew: boolean }>;
  variables(
    repository: RepositoryName,
    options?: CallOptions,
  ): Promise<Record<string, string>>;
  setVariable(
    repository: RepositoryName,
    name: string,
    value: string,
    options?: CallOptions,
  ): Promise<void>;
  secretNames(
    repository: RepositoryName,
    options?: CallOptions,
  ): Promise<string[]>;
  /** Sealed for the repository before it leaves this process. */
  setSecret(
    repository: RepositoryName,
    name: string,
    value: string,
    options?: CallOptions,
  ): Promise<void>;
  /** What guards a branch; undefined where nothing does. */
  branchProtection(
    repository: RepositoryName,
    branch: string,
    options?: CallOptions,
  ): Promise<{ requiredChecks: string[]; approvals: number } | undefined>;
  protectBranch(
    repository: RepositoryName,
    branch: string,
    protection: { requiredChecks: readonly string[]; approvals: number },
    options?: CallOptions,
  ): Promise<void>;
  /** Sends events to an address; one that does so already is left alone. */
  ensureWebhook(
    repository: RepositoryName,
    hook: { url: string; secret: string; events: readonly string[] },
    options?: CallOptions,
  ): Promise<{ isNew: boolean }>;

  /** Starts a workflow and says which run that is. */
  dispatchWorkflow(
    repository: RepositoryName,
    dispatch: { workflow: string; ref: string; inputs: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ runId: number; url: string }>;
  /** Newest first. */
  workflowRuns(
    repository: RepositoryName,
    query: {
      branch?: string;
      sha?: string;
      event?: string;
      /** File name of the workflow. */
      workflow?: string;
      limit?: number;
      etag?: string;
    },
    options?: CallOptions,
  ): Promise<Tagged<WorkflowRun[]>>;
  workflowRun(
    repository: RepositoryName,
    runId: number,
    options?: CallOptions & { etag?: string },
  ): Promise<Tagged<WorkflowRun>>;
  jobs(
    repository: RepositoryName,
    runId: number,
    options?: CallOptions & { etag?: string },
  ): Promise<Tagged<WorkflowJob[]>>;
  /** Text; undefined while GitHub has none, which is until the job's end. */
  jobLog(
    repository: RepositoryName,
    jobId: number,
    options?: CallOptions,
  ): Promise<string | undefined>;
  /** Asks a run to end; one that has ended is success. */
  cancelRun(
    repository: RepositoryName,
    runId: number,
    options?: CallOptions,
  ): Promise<void>;
  rerunFailedJobs(
    repository: RepositoryName,
    runId: number,
    options?: CallOptions,
  ): Promise<void>;
  /** Self-hosted runners that a repository may use; undefined where the token may not see them. */
  runners(
    repository: RepositoryName,
    options?: CallOptions,
  ): Promise<GithubRunner[] | undefined>;
}
