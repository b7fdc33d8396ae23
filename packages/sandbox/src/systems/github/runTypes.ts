import type { JobLogs } from './jobLogs';
import type { GithubState, Job, PlannedJob, Run } from './model';

/** Everything that a runner needs to execute a run. */
export interface TakenRun {
  /** `GITHUB_RUN_ID`; links lead to `<url>/<owner>/<name>/actions/runs/<id>`. */
  id: number;
  repository: { owner: string; name: string };
  /** Folder of the bare repository that has the commit. */
  folder: string;
  /** `GITHUB_SHA`: of a pull request its merge with the base. */
  sha: string;
  /** Full name: `refs/heads/main`, `refs/tags/v1`, `refs/pull/3/merge`. */
  ref: string;
  /** Path of the workflow's file in that commit. */
  path: string;
  name: string;
  number: number;
  attempt: number;
  event: Run['event'];
  /** `github.event`, the inputs of a dispatch included. */
  payload: Record<string, unknown>;
  actor: string;
  triggeringActor: string;
  /** All jobs, callers followed into the workflows that they call. */
  jobs: PlannedJob[];
  /** Of the repository and its organization. */
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** What jobs with such an `environment` have beside and before these, by its name. */
  environments: Record<
    string,
    { secrets: Record<string, string>; variables: Record<string, string> }
  >;
  /** `GITHUB_TOKEN`: of this repository only, gone when the run has ended. */
  token: string;
}

/** Values that only the server can say. */
export interface RunParts {
  state: GithubState;
  logs: JobLogs;
  /** All but what the run's document says by itself. */
  describe(
    run: Run,
  ): Pick<
    TakenRun,
    'repository' | 'folder' | 'secrets' | 'variables' | 'environments' | 'token'
  >;
  /** True while a fault keeps runners away. */
  hasNoRunner(): boolean;
}

/** A run or one of its jobs became something else; `action` is the vendor's word for it. */
export type RunChange =
  | { of: 'run'; action: 'requested' | 'in_progress' | 'completed'; run: Run }
  | {
      of: 'job';
      action: 'queued' | 'waiting' | 'in_progress' | 'completed';
      run: Run;
      job: Job;
    };

/** How a run is asked to end: `force` takes the run from the runner at once. */
export type CancelKind = 'cancel' | 'force';
