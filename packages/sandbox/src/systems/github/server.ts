import type { Tokens } from './access';
import type { GithubFaults } from './faults';
import type { BareRepositories } from './git/repositories';
import type { JobLogs } from './jobLogs';
import type { GithubState } from './model';
import type { WorkflowRuns } from './runs';

/** What the calls work on. */
export interface Github {
  state: GithubState;
  git: BareRepositories;
  tokens: Tokens;
  faults: GithubFaults;
  logs: JobLogs;
  runs: WorkflowRuns;
  /** Address of the pages and of git, without a slash at the end; known once the server listens. */
  url: string;
  log(line: string): void;
}

/** The version that the server says it is. */
export const serverVersion = '3.18.0';
