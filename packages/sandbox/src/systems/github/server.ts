import type { Tokens } from './access';
import type { GithubFaults } from './faults';
import type { BareRepositories } from './git/repositories';
import type { JobLogs } from './jobLogs';
import type { GithubState } from './model';
import type { RateLimits } from './rateLimits';
import type { Seals } from './seals';
import type { ShortLived } from './shortLived';
import type { WorkflowRuns } from './runs';
import type { Webhooks } from './webhooks/webhooks';

/** What the calls work on. */
export interface Github {
  state: GithubState;
  git: BareRepositories;
  tokens: Tokens;
  faults: GithubFaults;
  logs: JobLogs;
  runs: WorkflowRuns;
  webhooks: Webhooks;
  limits: RateLimits;
  shortLived: ShortLived;
  seals: Seals;
  /** Address of the pages and of git, without a slash at the end; known once the server listens. */
  url: string;
  log(line: string): void;
}

/** The version that the server says it is. */
export const serverVersion = '3.18.0';
