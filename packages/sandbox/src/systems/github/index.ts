import { join } from 'node:path';
import { DocumentStore } from '../../storage/documentStore';
import type { StandIn, StandInContext } from '../../standIn';
import { Tokens } from './access';
import { describeRun } from './describeRun';
import { GithubFaults } from './faults';
import { BareRepositories } from './git/repositories';
import { JobLogs } from './jobLogs';
import type { Documents } from './model';
import { WorkflowRuns } from './runs';
import type { Github } from './server';

/** The self-hosted runner, as the server sees it. */
export interface RunnerStatus {
  isOnline: boolean;
  labels: string[];
  /** Why it is not, in a sentence. */
  problem?: string;
}

/** How to start the runner, once the server answers. */
export interface RunnerHost {
  runs: WorkflowRuns;
  /** Address of the pages and of git. */
  url: string;
  /** Login of the organization that it works for. */
  organization: string;
  log(line: string): void;
}

/** What the stand-in is made of beside itself. */
export interface GithubOptions {
  /**
   * Writes our own repository as a bare one, the same commits for the same files.
   *
   * @param folder - an empty bare repository
   */
  writeOwnRepository?(
    folder: string,
  ): Promise<{ commit: string; version: string }>;
  /** Starts the self-hosted runner; without it everything stays queued. */
  startRunner?(
    host: RunnerHost,
  ): Promise<{ status: RunnerStatus; stop(): Promise<void> }>;
}

/** Login of the organization that is ours. */
const organization = 'acme';

/**
 * A stand-in for GitHub (as an Enterprise Server: its API lies below `/api/v3`): repositories that real git clones and
 * pushes, the REST API, Actions whose runs a self-hosted runner executes, and webhooks.
 *
 * @returns a stand-in whose credentials are `apiUrl`, `organization`, `token` (of `nante-bot`, who owns it), `tokens` by what
 *   they may, `webhookSecret`, `workflows` (our own repository), and `runner`
 */
export async function createGithub(
  context: StandInContext,
  options: GithubOptions = {},
): Promise<StandIn> {
  const { dataDir, log } = context;
  const state = new DocumentStore<Documents>(join(dataDir, 'github.sqlite'));
  const logs = new JobLogs(join(dataDir, 'logs'));
  const tokens = new Tokens(join(dataDir, 'tokens.json'));
  const faults = new GithubFaults();
  const git = new BareRepositories(
    join(dataDir, 'repositories'),
    join(dataDir, 'hooks'),
  );
  const runs = new WorkflowRuns({
    state,
    logs,
    hasNoRunner: () => faults.hasNoRunner,
    describe: run => describeRun({ state, git, tokens }, run),
  });
  const github: Github = {
    ...{ state, git, tokens, faults, logs, runs, log },
    url: '',
  };
  const own = {
    repository: 'nante/nante',
    commit: '0'.repeat(40),
    version: 'v0.1.0',
  };
  let runner: Awaited<ReturnType<NonNullable<typeof options.startRunner>>>;
  return {
    name: 'github',
    get credentials() {
      const { token, ...others } = tokens.named;
      return {
        apiUrl: `${github.url}/api/v3`,
        organization,
        token,
        tokens: others,
        webhookSecret: tokens.webhookSecret,
        workflows: own,
        runner: runner?.status ?? { isOnline: false, labels: [] },
      };
    },
    async fetch() {
      return Response.json({ message: 'Not Found' }, { status: 404 });
    },
    async listening({ url }) {
      github.url = url;
      if (!options.startRunner) return;
      runner = await options.startRunner({ runs, url, organization, log });
    },
    setFault: (kind, parameters) => faults.set(kind, parameters),
    clearFaults: () => faults.clear(),
    async reset() {
      state.clear();
    },
    async stop() {
      await runner?.stop();
      state.close();
    },
  };
}
