import type { PipelineStageKind } from '@nante/model';
import type { Allowed, SourceAge } from './deployments';
import type { HealthWord } from './hosts';

/** How something of a pipeline is, whoever reports it. */
export type PipelineState =
  | 'pending'
  | 'queued'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'skipped'
  | 'unknown';

/** A stage of the chain: commit, build, test, scan, publish, release, and each environment. */
export interface PipelineStage {
  /** `commit` is the first; of `deploy` there is one for each environment. */
  kind: 'commit' | PipelineStageKind;
  /** For a person: `Build`, `dev`. */
  title: string;
  environment?: string;
  state: PipelineState;
  /** What is worth a line: the version, the digest, the finding, who waits for what. */
  detail?: string;
  /** ISO times. */
  startedAt?: string;
  finishedAt?: string;
  /** Job of the workflow run that it is, for its log. */
  jobId?: number;
  /** Run of ours that did it, `/runs/<id>`. */
  runId?: string;
  /** Page outside: the job, the artifact, the release, the deployment. */
  url?: string;
}

export interface PipelineCommit {
  sha: string;
  /** First line. */
  title: string;
  author: string;
  /** ISO. */
  at: string;
  url: string;
}

/** A run of a workflow. */
export interface PipelineRun {
  id: number;
  attempt: number;
  number: number;
  workflow: string;
  /** File name. */
  file: string;
  title: string;
  branch: string;
  commit: string;
  event: string;
  actor: string;
  state: PipelineState;
  /** ISO times. */
  createdAt: string;
  finishedAt?: string;
  seconds?: number;
  url: string;
  /** Nothing runs it: says which labels no free runner has. */
  waitsFor?: string;
}

/** Which version of our workflows a repository calls. */
export interface WorkflowUse {
  /** File of the caller: `ci.yml`. */
  caller: string;
  /** `reusable-ci.yml`. */
  workflow: string;
  /** Commit or name that the caller pins. */
  ref: string;
  /** The version that its comment names. */
  version?: string;
  /** `current`, `behind`, a ref that is no commit of a release (`floating`), or another repository's (`foreign`). */
  state: 'current' | 'behind' | 'floating' | 'foreign';
}

/** `GET /pipelines?entityRef=component:default/shop` */
export interface PipelineResponse {
  /** Why there is no chain; the other fields are then empty. */
  missing?:
    | 'no-connection'
    | 'no-repository'
    | 'no-workflow'
    | 'not-readable'
    | 'nothing-run';
  repository?: { connection: string; name: string; url: string };
  /** Branch that the chain follows. */
  branch?: string;
  commit?: PipelineCommit;
  /** Of the newest commit that a workflow ran for. */
  stages: PipelineStage[];
  /** Newest first. */
  runs: PipelineRun[];
  uses: WorkflowUse[];
  /** Version that callers should name. */
  currentVersion?: string;
  /** Workflows that a person may start here, with their inputs. */
  dispatchable: {
    file: string;
    name: string;
    inputs: {
      name: string;
      description?: string;
      required: boolean;
      default?: string;
      type: 'string' | 'boolean' | 'choice' | 'number' | 'environment';
      options?: string[];
    }[];
  }[];
  /** Whether the signed-in person may start, repeat and cancel. */
  mayRun: Allowed;
  sources: SourceAge[];
  /** GitHub's limit is used up until then (ISO); what is shown was known before. */
  limitedUntil?: string;
}

export interface PipelineJob {
  id: number;
  name: string;
  state: PipelineState;
  startedAt?: string;
  finishedAt?: string;
  runner: string;
  labels: string[];
  url: string;
  steps: {
    number: number;
    name: string;
    state: PipelineState;
    startedAt?: string;
    finishedAt?: string;
  }[];
}

/** `GET /pipelines/runs/:connection/:owner/:repository/:runId` */
export interface PipelineRunResponse {
  run: PipelineRun;
  jobs: PipelineJob[];
  /** Runs of ours that it made, with what they came to. */
  results: { id: string; kind: string; state: string }[];
  mayRun: Allowed;
}

/** `GET /pipelines/jobs/:connection/:owner/:repository/:jobId/log`: text lines, the last 5 000. Absent until the job's end. */
export interface PipelineJobLogResponse {
  lines?: string[];
  /** Lines before them that were left out. */
  omitted: number;
}

/** `POST /pipelines/actions` */
export type PipelineActionRequest = {
  /** Component whose repository it is. */
  entityRef: string;
} & (
  | { action: 'dispatch'; file: string; inputs: Record<string, string> }
  | { action: 'rerun-failed' | 'cancel'; runId: number }
);

export interface PipelineActionResponse {
  /** The run that was started, repeated or cancelled. */
  runId: number;
  url: string;
}

/** One repository of the fleet. */
export interface FleetRepository {
  connection: string;
  /** `owner/name`. */
  repository: string;
  url: string;
  entityRef?: string;
  entityTitle?: string;
  owner?: string;
  uses: WorkflowUse[];
  /** Worst of its uses; `none` where it calls none of ours, `unknown` where it could not be read. */
  state: WorkflowUse['state'] | 'none' | 'unknown';
  /** Open pull request of ours that raises the version. */
  pullRequest?: { number: number; url: string };
  /** Whether the signed-in person may ask for that pull request. */
  mayRaise: Allowed;
}

/** `GET /workflow-fleet` */
export interface WorkflowFleetResponse {
  /** Release that callers should name. */
  current?: {
    repository: string;
    version: string;
    commit: string;
    url: string;
  };
  repositories: FleetRepository[];
  /** What changed since a version, newest first: first lines of commits that touched the workflows, by the version that is behind. */
  changes: Record<string, string[]>;
  sources: SourceAge[];
}

/** `POST /workflow-fleet/raise`: a pull request that names the current version in every caller. */
export interface RaiseWorkflowsRequest {
  connection: string;
  repository: string;
}

export interface RaiseWorkflowsResponse {
  /** `/runs/<id>`. */
  runId: string;
  pullRequestUrl?: string;
}

/** `GET /home`: what Home shows; each part is there only where the person may see it. */
export interface HomeResponse {
  /** Worst first, at most 20. */
  attention: {
    kind: 'run' | 'host' | 'target' | 'pipeline' | 'source' | 'intervention';
    title: string;
    detail?: string;
    /** ISO time of the event, where one is known. */
    at?: string;
    /** Page in the portal. */
    path: string;
  }[];
  /** Hosts of the person's groups, by state, worst first. */
  hosts: { state: HealthWord; count: number }[];
  /** Free capacity of each cluster. */
  capacity: {
    connection: string;
    cpuUsed: number;
    cpuTotal: number;
    memoryUsed: number;
    memoryTotal: number;
    storageUsed: number;
    storageTotal: number;
  }[];
  /** First steps of a new site; undefined once all are done. */
  checklist?: {
    title: string;
    done: boolean;
    detail?: string;
    path?: string;
  }[];
  sources: SourceAge[];
}

/** `GET /templates/durations`: how long runs of a template usually take, from finished ones; by template name. */
export type TemplateDurationsResponse = Record<
  string,
  { usualSeconds: number; runs: number }
>;
