import type {
  GithubApi,
  GithubRunner,
  RepositoryName,
  WorkflowConclusion,
  WorkflowJob,
  WorkflowRun,
  WorkflowStep,
} from '@nante/clients';
import { NanteError } from '@nante/model';

/** A run as a test tells it, with what an event would say of it. */
export interface FakeRun {
  run: WorkflowRun;
  jobs: WorkflowJob[];
  logs: Record<number, string>;
}

/** What GitHub is asked for, by the name of the call. */
export type FakeCall = { call: string; repository: string; what?: unknown };

/**
 * A GitHub in memory for tests of what stands on the client: repositories with files, runs that a test drives forward, and
 * counted requests. Answers carry tags as GitHub's do.
 */
export class FakeGithub {
  readonly calls: FakeCall[] = [];
  /** Set: every call fails with it. */
  error?: unknown;
  runners?: GithubRunner[];
  /** Set: its limit is used up until then, in milliseconds since 1970. */
  limitedUntil?: number;
  readonly webUrl: string;
  readonly #repositories = new Map<
    string,
    {
      runs: FakeRun[];
      commits: { sha: string; files: Record<string, string> }[];
    }
  >();
  #nextId = 1_000;
  /** Grows with every change, for tags. */
  #version = 1;

  constructor(webUrl = 'https://github.example') {
    this.webUrl = webUrl;
  }

  /** Requests of a kind since the begin, or all. */
  count(call?: string): number {
    return call
      ? this.calls.filter(one => one.call === call).length
      : this.calls.length;
  }

  /** A commit on `main` with these files, upon the one before. */
  push(repository: string, files: Record<string, string>): string {
    const there = this.#of(repository);
    const sha = String(this.#nextId++).padStart(40, 'a');
    const before = there.commits.at(-1)?.files;
    there.commits.push({ sha, files: { ...before, ...files } });
    this.#version += 1;
    return sha;
  }

  /** A run that waits for a runner. */
  start(
    repository: string,
    changes: Partial<WorkflowRun> & { jobs?: string[]; labels?: string[] } = {},
  ): FakeRun {
    const {
      jobs = ['build'],
      labels = ['self-hosted', 'linux'],
      ...more
    } = changes;
    const id = this.#nextId++;
    const url = `${this.webUrl}/${repository}/actions/runs/${id}`;
    const at = new Date().toISOString();
    const run: WorkflowRun = {
      ...{ id, name: 'CI', path: '.github/workflows/ci.yml' },
      ...{ title: 'A change', runNumber: id, attempt: 1, event: 'push' },
      ...{ branch: 'main', sha: 'a'.repeat(40), actor: 'dana' },
      ...{ status: 'queued', createdAt: at, updatedAt: at, url, calls: [] },
      ...more,
    };
    const fake: FakeRun = {
      run,
      logs: {},
      jobs: jobs.map(name => {
        const jobId = this.#nextId++;
        return {
          ...{ id: jobId, runId: run.id, name, status: 'queued', labels },
          ...{ runner: '', url: `${url}/job/${jobId}`, steps: [] },
        };
      }),
    };
    this.#of(repository).runs.unshift(fake);
    this.#version += 1;
    return fake;
  }

  /** A runner takes a job; these are its steps. */
  begin(fake: FakeRun, index = 0, steps: string[] = ['Build']): void {
    fake.run = { ...fake.run, status: 'in_progress', updatedAt: now() };
    fake.jobs[index] = {
      ...fake.jobs[index],
      ...{ status: 'in_progress', startedAt: now(), runner: 'runner-1' },
      steps: steps.map((name, at): WorkflowStep => ({
        number: at + 1,
        name,
        status: at === 0 ? 'in_progress' : 'queued',
        ...(at === 0 && { startedAt: now() }),
      })),
    };
    this.#version += 1;
  }

  /** A job ends; with the last one its run does. @param failing - name of the step that failed */
  end(
    fake: FakeRun,
    index = 0,
    conclusion: WorkflowConclusion = 'success',
    failing?: string,
  ): void {
    const job = fake.jobs[index];
    const failedAt = job.steps.findIndex(({ name }) => name === failing);
    const endOf = (at: number): WorkflowConclusion => {
      if (failedAt < 0) return conclusion;
      if (at === failedAt) return 'failure';
      return at < failedAt ? 'success' : 'skipped';
    };
    fake.jobs[index] = {
      ...job,
      ...{ status: 'completed', conclusion, finishedAt: now() },
      steps: job.steps.map((step, at) => ({
        ...{ ...step, status: 'completed', conclusion: endOf(at) },
        finishedAt: now(),
      })),
    };
    if (fake.jobs.every(({ status }) => status === 'completed')) {
      const worst = fake.jobs.find(one => one.conclusion !== 'success');
      fake.run = {
        ...{ ...fake.run, status: 'completed', updatedAt: now() },
        conclusion: worst?.conclusion ?? 'success',
      };
    }
    this.#version += 1;
  }

  /** The runner dies: the job ends, and its steps never say that they have. */
  lose(fake: FakeRun, index = 0): void {
    const lost = { status: 'completed', conclusion: 'failure' } as const;
    fake.jobs[index] = { ...fake.jobs[index], ...lost, finishedAt: now() };
    fake.run = { ...fake.run, ...lost, updatedAt: now() };
    this.#version += 1;
  }

  /** Every job is told to end. */
  cancel(fake: FakeRun): void {
    fake.jobs.forEach((_, index) => this.end(fake, index, 'cancelled'));
  }

  newestCommit(repository: string): string {
    return this.#of(repository).commits.at(-1)!.sha;
  }

  /** Newest run of a repository, of a commit where one is named. */
  newest(repository: string, sha?: string): FakeRun | undefined {
    return this.#of(repository).runs.find(
      ({ run }) => sha === undefined || run.sha === sha,
    );
  }

  /** What GitHub's event `workflow_run` says of it now. */
  runEvent({ run }: FakeRun) {
    return {
      event: 'workflow_run',
      payload: {
        action: run.status,
        repository: { full_name: repositoryOf(run) },
        workflow_run: {
          id: run.id,
          name: run.name,
          path: run.path,
          display_title: run.title,
          run_number: run.runNumber,
          run_attempt: run.attempt,
          event: run.event,
          head_branch: run.branch,
          head_sha: run.sha,
          actor: { login: run.actor },
          status: run.status,
          conclusion: run.conclusion ?? null,
          created_at: run.createdAt,
          updated_at: run.updatedAt,
          html_url: run.url,
        },
      },
    };
  }

  /** What GitHub's event `workflow_job` says of one of its jobs now. */
  jobEvent({ run, jobs }: FakeRun, index = 0) {
    const job = jobs[index];
    return {
      event: 'workflow_job',
      payload: {
        action: job.status,
        repository: { full_name: repositoryOf(run) },
        workflow_job: {
          id: job.id,
          run_id: run.id,
          run_attempt: run.attempt,
          name: job.name,
          status: job.status,
          conclusion: job.conclusion ?? null,
          started_at: job.startedAt,
          completed_at: job.finishedAt ?? null,
          labels: job.labels,
          runner_name: job.runner || null,
          html_url: job.url,
          steps: job.steps.map(step => ({
            number: step.number,
            name: step.name,
            status: step.status,
            conclusion: step.conclusion ?? null,
            started_at: step.startedAt ?? null,
            completed_at: step.finishedAt ?? null,
          })),
        },
      },
    };
  }

  /** What an engine answers. */
  api(): GithubApi {
    const ask = async <T>(
      call: string,
      of: RepositoryName,
      answer: () => T,
      what?: unknown,
    ): Promise<T> => {
      this.calls.push({ call, repository: `${of.owner}/${of.name}`, what });
      if (this.error) throw this.error;
      return structuredClone(answer());
    };
    const tagged = <T>(etag: string | undefined, value: T) => {
      const tag = `W/"${this.#version}"`;
      return { value: etag === tag ? undefined : value, etag: tag };
    };
    const find = (of: RepositoryName, id: number): FakeRun => {
      const found = this.#named(of)?.runs.find(({ run }) => run.id === id);
      if (found) return found;
      throw new NanteError(
        'not-found',
        `${of.owner}/${of.name} has no run ${id}`,
      );
    };
    const api: Partial<GithubApi> = {
      webUrl: this.webUrl,
      limitedUntil: () =>
        this.limitedUntil !== undefined && this.limitedUntil > Date.now()
          ? this.limitedUntil
          : undefined,
      checkAccess: async () => ({
        login: 'nante-bot',
        remaining: 5_000,
        resetsAt: now(),
      }),
      repository: of =>
        ask('repository', of, () => {
          if (!this.#named(of)) return undefined;
          const path = `${of.owner}/${of.name}`;
          return {
            ...of,
            ...{ id: 1, description: '', defaultBranch: 'main' },
            ...{ visibility: 'private' as const, isArchived: false },
            ...{ topics: [], url: `${this.webUrl}/${path}` },
            cloneUrl: `${this.webUrl}/${path}.git`,
          };
        }),
      commit: (of, ref) =>
        ask(
          'commit',
          of,
          () => {
            const commit = this.#named(of)?.commits.at(-1);
            return commit && this.#commit(of, commit.sha);
          },
          ref,
        ),
      commits: of =>
        ask('commits', of, () =>
          [...(this.#named(of)?.commits ?? [])]
            .reverse()
            .map(({ sha }) => this.#commit(of, sha)),
        ),
      files: of =>
        ask('files', of, () =>
          Object.entries(this.#named(of)?.commits.at(-1)?.files ?? {}).map(
            ([path, text]) => ({
              path,
              sha: `blob of ${text}`,
              mode: '100644' as const,
            }),
          ),
        ),
      fileText: (of, path) =>
        ask(
          'fileText',
          of,
          () => this.#named(of)?.commits.at(-1)?.files[path],
          path,
        ),
      pullRequests: of => ask('pullRequests', of, () => []),
      workflowRuns: (of, query) =>
        ask(
          'workflowRuns',
          of,
          () => {
            const all = (this.#named(of)?.runs ?? []).map(({ run }) => run);
            const found = all.filter(
              run =>
                (!query.sha || run.sha === query.sha) &&
                (!query.workflow || run.path.endsWith(`/${query.workflow}`)) &&
                (!query.event || run.event === query.event),
            );
            return tagged(query.etag, found.slice(0, query.limit));
          },
          query,
        ),
      workflowRun: (of, id, options) =>
        ask('workflowRun', of, () => tagged(options?.etag, find(of, id).run)),
      jobs: (of, id, options) =>
        ask('jobs', of, () => tagged(options?.etag, find(of, id).jobs)),
      jobLog: (of, jobId) =>
        ask('jobLog', of, () => {
          const runs = this.#named(of)?.runs ?? [];
          return runs.find(({ logs }) => jobId in logs)?.logs[jobId];
        }),
      dispatchWorkflow: (of, dispatch) =>
        ask(
          'dispatchWorkflow',
          of,
          () => {
            const { run } = this.start(`${of.owner}/${of.name}`, {
              path: `.github/workflows/${dispatch.workflow}`,
              event: 'workflow_dispatch',
              actor: 'nante-bot',
            });
            return { runId: run.id, url: run.url };
          },
          dispatch,
        ),
      cancelRun: (of, id) =>
        ask('cancelRun', of, () => this.cancel(find(of, id)), id),
      rerunFailedJobs: (of, id) => ask('rerunFailedJobs', of, () => {}, id),
      runners: of => ask('runners', of, () => this.runners),
    };
    return api as GithubApi;
  }

  #commit(of: RepositoryName, sha: string) {
    return {
      ...{ sha, treeSha: `tree of ${sha}`, parents: [] },
      ...{ message: 'A change\n\nwith a body', author: 'dana', at: now() },
      url: `${this.webUrl}/${of.owner}/${of.name}/commit/${sha}`,
    };
  }

  #of(repository: string) {
    const key = repository.toLowerCase();
    const there = this.#repositories.get(key) ?? { runs: [], commits: [] };
    this.#repositories.set(key, there);
    return there;
  }

  #named({ owner, name }: RepositoryName) {
    return this.#repositories.get(`${owner}/${name}`.toLowerCase());
  }
}

function repositoryOf({ url }: WorkflowRun): string {
  return new URL(url).pathname.split('/').slice(1, 3).join('/');
}

function now(): string {
  return new Date().toISOString();
}
