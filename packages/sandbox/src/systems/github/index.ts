import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import type { StandIn, StandInContext } from '../../standIn';
import { Tokens } from './access';
import { Api } from './api';
import { answerControl } from './control';
import { describeRun } from './describeRun';
import { GithubFaults } from './faults';
import { writeHooks } from './git/hook';
import { BareRepositories } from './git/repositories';
import { answerGit, isGitPath } from './gitServer';
import { JobLogs } from './jobLogs';

import { answerPage } from './pages';
import { RateLimits } from './rateLimits';
import { WorkflowRuns } from './runs';
import { Seals } from './seals';
import { ownRepository, seedCompany } from './seed/company';
import type { Github } from './server';
import { ShortLived } from './shortLived';
import { GithubState } from './state';
import { tellOfRuns } from './webhooks/runEvents';
import { Webhooks } from './webhooks/webhooks';

/** The self-hosted runner, as the server sees it. */
export interface RunnerStatus {
  isOnline: boolean;
  labels: string[];
  /** Why it is not, in a sentence. */
  problem?: string;
}

/** What a runner gets from the server, once that answers. */
export interface RunnerHost {
  runs: WorkflowRuns;
  /** Address of the pages and of git. */
  url: string;
  /** Login of the organization that it works for. */
  organization: string;
  /** Folder of a bare repository; undefined where there is none. */
  findRepository(owner: string, name: string): string | undefined;
  log(line: string): void;
}

/** A runner at work. */
export interface RunningRunner {
  status: RunnerStatus;
  /** Lets it go away in the middle of a job. */
  die?(): void;
  stop(): Promise<void>;
}

/** What the stand-in is made of beside itself. */
export interface GithubOptions {
  /**
   * Writes our own repository, the same commits for the same files; a small one stands in its place where this is left out.
   *
   * @param folder - a bare repository: empty at the first start
   */
  writeOwnRepository?(
    folder: string,
  ): Promise<{ commit: string; version: string }>;
  /** Starts the self-hosted runner; without it everything stays queued. */
  startRunner?(host: RunnerHost): Promise<RunningRunner>;
}

/** Login of the organization that is ours. */
const organization = 'acme';
const apiPath = '/api/v3';

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
  const github = await createServer(context);
  const { state, runs, tokens, webhooks } = github;
  const portFile = join(context.dataDir, 'port.json');
  const { writeOwnRepository } = options;
  if (state.isEmpty) await seedCompany(github, writeOwnRepository);
  let own = await ownRepository(github, writeOwnRepository);
  runs.recover();
  const api = new Api(github);
  let runner: RunningRunner | undefined;

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === apiPath || pathname.startsWith(`${apiPath}/`))
      return api.fetch(request, pathname.slice(apiPath.length) || '/');
    if (isGitPath(pathname)) return answerGit(github, request);
    return (
      (await github.shortLived.answer(pathname)) ?? answerPage(github, pathname)
    );
  }

  return {
    name: 'github',
    get credentials() {
      const { token, ...others } = tokens.named;
      return {
        apiUrl: `${github.url}${apiPath}`,
        organization,
        token,
        tokens: others,
        webhookSecret: tokens.webhookSecret,
        workflows: own,
        runner: runner?.status ?? { isOnline: false, labels: [] },
      };
    },
    preferredPort: readJsonFile<{ port: number }>(portFile)?.port,
    fetch: answer,
    async listening({ url }) {
      github.url = url;
      writeFileAtomic(portFile, JSON.stringify({ port: +new URL(url).port }));
      github.faults.onRunnerDies = () => runner?.die?.();
      runner = await options.startRunner?.({
        ...{ runs, url, organization, log: context.log },
        findRepository: (owner, name) => folderOf(github, owner, name),
      });
    },
    setFault: (kind, parameters) => github.faults.set(kind, parameters),
    clearFaults: () => github.faults.clear(),
    control: (request, path) => answerControl(github, request, path),
    async reset() {
      await webhooks.settled();
      for (const { id, status } of state.all('runs'))
        if (status !== 'completed') runs.cancel(id, 'force');
      const runners = state.all('runners');
      state.clear();
      github.git.clear();
      github.logs.clear();
      github.limits.reset();
      tokens.resetScopes();
      await seedCompany(github, writeOwnRepository);
      own = await ownRepository(github, writeOwnRepository);
      for (const one of runners) state.insert('runners', one);
    },
    async stop() {
      await runner?.stop();
      await webhooks.stop();
      state.close();
    },
  };
}

async function createServer({ dataDir, log }: StandInContext): Promise<Github> {
  const hooks = join(dataDir, 'hooks');
  writeHooks(hooks);
  const state = new GithubState(join(dataDir, 'github.sqlite'));
  const git = new BareRepositories(join(dataDir, 'repositories'), hooks);
  const logs = new JobLogs(join(dataDir, 'logs'));
  const tokens = new Tokens(join(dataDir, 'tokens.json'));
  const faults = new GithubFaults();
  const limits = new RateLimits(faults);
  const runs = new WorkflowRuns({
    ...{ state, logs },
    hasNoRunner: () => faults.hasNoRunner,
    describe: run => describeRun({ state, git, tokens }, run),
  });
  const github: Github = {
    ...{ state, git, tokens, faults, logs, runs, limits, log },
    webhooks: new Webhooks(state, faults),
    shortLived: new ShortLived(() => github.url),
    seals: await Seals.load(join(dataDir, 'seal.json')),
    url: '',
  };
  runs.onChange = change => tellOfRuns(github, change);
  faults.onChange = () => {
    limits.follow();
    runs.announce();
  };
  return github;
}

function folderOf(
  { state, git }: Github,
  owner: string,
  name: string,
): string | undefined {
  const fullName = `${owner}/${name}`.toLowerCase();
  const found = state.find(
    'repositories',
    one => `${one.owner}/${one.name}`.toLowerCase() === fullName,
  );
  return found && git.folder(found.id);
}
