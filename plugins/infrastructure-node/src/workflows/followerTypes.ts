import type { WorkflowJob, WorkflowRun } from '@nante/clients';

/** A run of a workflow. */
export interface WorkflowRunName {
  connection: string;
  /** `owner/name` */
  repository: string;
  runId: number;
}

/** What is known of a run that is followed. */
export interface FollowedRun {
  /** Absent until GitHub has said something. */
  run?: WorkflowRun;
  jobs: WorkflowJob[];
  /** Nothing runs it, or it waits for a person or another run: one sentence. */
  waitsFor?: string;
  /** ISO time until which GitHub answers nothing more. */
  limitedUntil?: string;
  /** GitHub does not answer now; it is asked again. */
  problem?: string;
}

/** A run that has ended, with all its jobs. */
export type EndedRun = FollowedRun & { run: WorkflowRun };

/** What GitHub sent, its signature checked. */
export interface GithubDelivery {
  /** Of the header `x-github-event`. */
  event: string;
  payload: unknown;
}

/** Follows runs of workflows for all plugins of this process. */
export interface WorkflowFollower {
  /**
   * Follows a run to its end: by GitHub's events where they arrive, otherwise by asking, within one budget for all. It keeps
   * nothing: after a restart the same call goes on.
   *
   * @param options - `onChange`: told of every change, first of what is known by now
   * @throws what the signal was aborted with; NanteError `not-found`, `unauthorized`, `refused`
   */
  follow(
    name: WorkflowRunName,
    options: {
      signal?: AbortSignal;
      onChange?: (followed: FollowedRun) => void;
    },
  ): Promise<EndedRun>;
  /** Takes an event. The same one twice is harmless, an old one changes nothing, and one that is nothing of ours is passed over. */
  receive(delivery: GithubDelivery): void;
  /** @returns function that ends the subscription */
  subscribe(
    listener: (change: { repository: string; runId: number }) => void,
  ): () => void;
  /** Whether events of a repository have arrived lately. */
  hears(repository: string): boolean;
  /** Why nothing runs a run that is followed, where that is known. */
  waitsFor(name: WorkflowRunName): string | undefined;
}

/** Milliseconds; shorter in tests. */
export interface FollowerTiming {
  /** Between two looks at a run that nobody's events tell of; 3 000. */
  poll: number;
  /** The same where its events arrive; 60 000. */
  quietPoll: number;
  /** How long a first look waits for an event, where the repository's arrive; 3 000. */
  firstLook: number;
  /** How long the events of jobs may come after that of their run; 2 000. */
  grace: number;
  /** How long something may be queued until that is said; 5 000. */
  queued: number;
  /** How long what GitHub says of runners serves; 30 000. */
  runners: number;
  /** How long a run may be unknown after it was started; 60 000. */
  unknown: number;
  /** First wait after a failure; it doubles up to 60 000. */
  retry: number;
}

export const usualTiming: FollowerTiming = {
  poll: 3_000,
  quietPoll: 60_000,
  firstLook: 3_000,
  grace: 2_000,
  queued: 5_000,
  runners: 30_000,
  unknown: 60_000,
  retry: 2_000,
};
