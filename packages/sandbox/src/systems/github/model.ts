/** What the stand-in keeps. Times are ISO; fields that hold ids are named after what they point at. */
export interface Documents {
  users: User;
  repositories: Repository;
  protections: Protection;
  hooks: Hook;
  deliveries: Delivery;
  pulls: Pull;
  secrets: Setting;
  variables: Setting;
  environments: Environment;
  statuses: CommitStatus;
  workflows: Workflow;
  runs: Run;
  jobs: Job;
  runners: Runner;
}

export type { GithubState } from './state';

/** What one may do in a repository, from little to much. */
export type Permission = 'none' | 'read' | 'write' | 'admin';

export interface User {
  id: number;
  login: string;
  type: 'User' | 'Organization';
  name: string;
  email: string;
  createdAt: string;
  /** Of an organization: what its members may do in its repositories, by login. Who is not named is no member. */
  members?: Record<string, Permission>;
}

export interface Repository {
  id: number;
  /** Login. */
  owner: string;
  name: string;
  description: string;
  visibility: 'private' | 'internal' | 'public';
  isArchived: boolean;
  defaultBranch: string;
  topics: string[];
  createdAt: string;
  updatedAt: string;
  /** Undefined while nothing was ever pushed. */
  pushedAt?: string;
  /** The repository that this one is a fork of. */
  forkOf?: number;
  /** What others than the members of the organization may do, by login. */
  collaborators: Record<string, Permission>;
  /** Everything else that may be set, under the vendor's names. */
  settings: Record<string, unknown>;
}

export interface Protection {
  id: number;
  repository: number;
  branch: string;
  /** Undefined: no check is required. */
  checks?: { contexts: string[]; strict: boolean };
  /** Undefined: no pull request is required. */
  approvals?: number;
  enforceAdmins: boolean;
  allowForcePushes: boolean;
  allowDeletions: boolean;
}

export interface Hook {
  id: number;
  repository: number;
  url: string;
  contentType: 'json' | 'form';
  secret?: string;
  insecureSsl: string;
  events: string[];
  isActive: boolean;
  createdAt: string;
  updatedAt: string;
  lastResponse: { code: number | null; status: string; message: string | null };
}

export interface Delivery {
  id: number;
  hook: number;
  guid: string;
  event: string;
  action: string | null;
  deliveredAt: string;
  isRedelivery: boolean;
  /** Seconds. */
  duration: number;
  status: string;
  /** 0 where no answer came. */
  statusCode: number;
  url: string;
  request: { headers: Record<string, string>; body: string };
  response: { headers: Record<string, string>; body: string };
}

export interface Pull {
  id: number;
  repository: number;
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  isDraft: boolean;
  /** Login. */
  user: string;
  head: { repository: number; ref: string; sha: string };
  base: { ref: string; sha: string };
  createdAt: string;
  updatedAt: string;
  closedAt?: string;
  mergedAt?: string;
  mergedBy?: string;
  mergeSha?: string;
}

/** A secret or variable of a repository, of one of its environments, or of an organization. */
export interface Setting {
  id: number;
  repository?: number;
  environment?: string;
  organization?: string;
  /** In capitals. */
  name: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}

export interface Environment {
  id: number;
  repository: number;
  name: string;
  createdAt: string;
  updatedAt: string;
  /** Logins of which one has to approve; empty: nobody has to. */
  reviewers: string[];
  /** Minutes. */
  waitTimer: number;
  branchPolicy: {
    protected_branches: boolean;
    custom_branch_policies: boolean;
  } | null;
}

export interface CommitStatus {
  id: number;
  repository: number;
  sha: string;
  context: string;
  state: 'error' | 'failure' | 'pending' | 'success';
  description: string | null;
  targetUrl: string | null;
  creator: string;
  createdAt: string;
}

export interface Workflow {
  id: number;
  repository: number;
  path: string;
  name: string;
  state: 'active' | 'disabled_manually' | 'deleted';
  createdAt: string;
  updatedAt: string;
}

export type RunStatus =
  'queued' | 'pending' | 'waiting' | 'in_progress' | 'completed';
export type Conclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'startup_failure';

export interface Run {
  id: number;
  repository: number;
  workflow: number;
  /** Path of the workflow's file. */
  path: string;
  /** Name of the workflow. */
  name: string;
  title: string;
  number: number;
  attempt: number;
  event: 'push' | 'pull_request' | 'workflow_dispatch';
  /** What the event says, as a webhook of it would: `github.event`. */
  payload: Record<string, unknown>;
  /** Full name, for example `refs/heads/main`. */
  ref: string;
  /** Name of the branch or tag, as the list shows it. */
  headBranch: string;
  sha: string;
  /** The commit that is executed: that one, or for a pull request its merge with the base. */
  checkout: string;
  /** The repository that the commit comes from: another one for the pull request of a fork. */
  headRepository: number;
  actor: string;
  /** Who started this attempt. */
  triggeringActor: string;
  inputs: Record<string, string | boolean | number>;
  status: RunStatus;
  conclusion?: Conclusion;
  createdAt: string;
  startedAt?: string;
  updatedAt: string;
  /** Reusable workflows that it calls, with the commit each was taken at. */
  referenced: { path: string; sha: string; ref?: string }[];
  concurrency?: { group: string; cancelInProgress: boolean; queue: number };
  pulls: number[];
  /** What the workflow says that its jobs are, once callers are followed. */
  plan: PlannedJob[];
  /** Environments whose reviewers have not agreed yet. */
  waitsFor: string[];
  /** Which runner took it. */
  runner?: number;
  cancel?: { how: 'cancel' | 'force'; at: string };
  /** Why it could not start, in a sentence. */
  problem?: string;
  /** Logins by environment that have agreed or refused. */
  approvals: {
    environment: string;
    user: string;
    state: string;
    comment: string;
  }[];
}

/** A job as the workflow's files have it. */
export interface PlannedJob {
  /** Ids of the jobs from the caller down, joined by slashes: `ci/build`. */
  key: string;
  /** As GitHub shows it: `ci / Build and publish`. */
  name: string;
  labels: string[];
  /** Keys of the jobs that have to end before. */
  needs: string[];
  /** Its condition, or that of a job that calls it, is false whatever other jobs come to. */
  isRuledOut?: boolean;
  environment?: string;
}

export interface Job {
  id: number;
  run: number;
  attempt: number;
  /** Of the plan; empty for one that the runner added, such as a leg of a matrix. */
  key: string;
  name: string;
  labels: string[];
  environment?: string;
  status: 'queued' | 'waiting' | 'in_progress' | 'completed';
  conclusion?: Conclusion;
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  runner?: { id: number; name: string };
  steps: Step[];
}

export interface Step {
  number: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion?: Conclusion;
  startedAt?: string;
  completedAt?: string;
}

export interface Runner {
  id: number;
  /** Login of the organization that it works for. */
  organization: string;
  name: string;
  os: string;
  labels: string[];
  isOnline: boolean;
  isBusy: boolean;
}
