import type { SourceAge } from '@nante/plugin-infrastructure-common';
import {
  type GithubApi,
  type GithubCommit,
  type GithubRepository,
  type GithubRunner,
  KeptAnswers,
  Refreshed,
  type RepositoryName,
  type WorkflowJob,
  type WorkflowRun,
  describeWait,
  limitEndOf,
  unlessLimited,
} from '@nante/plugin-infrastructure-node';
import type { CallerFile } from './callers';

const DEADLINE = 15_000;
/** How long what GitHub said serves, in milliseconds. */
const FRESH = {
  /** Name, default branch: they change once in a while. */
  repository: 600_000,
  /** Runs, while one works and while none does; where events arrive, they say when to look. */
  runsAtWork: 5_000,
  runs: 20_000,
  runsWithEvents: 300_000,
  /** Newest commit with the workflows; a run for another commit says that there is a newer one. */
  head: 300_000,
  /** Jobs of a run that works. */
  jobs: 4_000,
  jobsWithEvents: 60_000,
  runners: 30_000,
} as const;
const RUNS = 30;
/** How long something may be queued until that is said, in milliseconds. */
const QUEUED = 5_000;
/** Logs are large, and people look at few. */
const LOGS = 20;

/** Newest commit of the default branch with its workflows. */
export interface Head {
  commit: GithubCommit;
  callers: (CallerFile & { sha: string })[];
}

/**
 * What pages show of one repository, asked of GitHub only where it can have changed: lists with their tags, what has ended
 * once, and what works as often as nobody's events say it.
 */
export class RepositoryView {
  readonly name: RepositoryName;
  readonly #api: () => Promise<GithubApi>;
  readonly #now: () => number;
  readonly #hasEvents: () => boolean;
  readonly #repository: Refreshed<{ found?: GithubRepository }>;
  readonly #runs: Refreshed<{ runs: WorkflowRun[]; etag?: string }>;
  readonly #head: Refreshed<{ head?: Head }>;
  readonly #jobs: KeptAnswers<{ jobs: WorkflowJob[]; isOver: boolean }>;
  readonly #runners: KeptAnswers<GithubRunner[] | undefined>;
  readonly #logs: KeptAnswers<string | undefined>;
  #limitedUntil = -Infinity;

  /**
   * @param deps - `hasEvents`: whether GitHub tells us about this repository
   */
  constructor(deps: {
    name: RepositoryName;
    api: () => Promise<GithubApi>;
    hasEvents: () => boolean;
    now: () => number;
  }) {
    const { name, now } = deps;
    this.name = name;
    this.#now = now;
    this.#hasEvents = deps.hasEvents;
    this.#api = deps.api;
    const refreshed = <T>(
      fetch: (
        api: GithubApi,
        signal: AbortSignal,
        before: T | undefined,
      ) => Promise<T>,
    ) =>
      new Refreshed<T>({
        now,
        deadlineMs: DEADLINE,
        fetch: (signal, before) =>
          this.#asking((api, until) => fetch(api, until, before), signal),
      });
    this.#repository = refreshed<{ found?: GithubRepository }>(
      async (api, signal) => ({
        found: await api.repository(name, { signal }),
      }),
    );
    this.#runs = refreshed<{ runs: WorkflowRun[]; etag?: string }>(
      async (api, signal, before) => {
        const query = { limit: RUNS, etag: before?.etag };
        const { value, etag } = await api.workflowRuns(name, query, { signal });
        return {
          runs: value ?? before?.runs ?? [],
          etag: etag ?? before?.etag,
        };
      },
    );
    this.#head = refreshed<{ head?: Head }>(async (api, signal, before) => ({
      head: await this.#readHead(api, signal, before?.head),
    }));
    this.#jobs = new KeptAnswers({
      now,
      keepFor: ({ isOver }) => {
        if (isOver) return Infinity;
        return this.#hasEvents() ? FRESH.jobsWithEvents : FRESH.jobs;
      },
    });
    this.#runners = new KeptAnswers({ now, keepFor: () => FRESH.runners });
    this.#logs = new KeptAnswers({
      now,
      keepFor: log => (log === undefined ? FRESH.jobs : Infinity),
      limit: LOGS,
    });
  }

  /** ISO time until which GitHub answers nothing more. */
  get limitedUntil(): string | undefined {
    return this.#limitedUntil > this.#now()
      ? new Date(this.#limitedUntil).toISOString()
      : undefined;
  }

  /** What is known of the newest commit, without asking; undefined where it was never read. */
  get knownHead(): { head?: Head } | undefined {
    return this.#head.value;
  }

  /** Where its page is, without asking. */
  get url(): string | undefined {
    return this.#repository.value?.found?.url;
  }

  /** Age of the runs, which are what a page is about; where nobody looked at them, of the newest commit. */
  age(connection: string): SourceAge {
    const at = this.#runs.at ?? this.#head.at;
    const problem =
      this.#repository.error ?? this.#runs.error ?? this.#head.error;
    return {
      connection,
      ok: at !== undefined && problem === undefined,
      lastSuccessAt: at === undefined ? undefined : new Date(at).toISOString(),
      error: problem,
    };
  }

  /**
   * The repository; undefined where the token may not see one.
   *
   * @throws what GitHub failed with, where it never answered
   */
  async repository(): Promise<GithubRepository | undefined> {
    return (await this.#repository.require(this.#wait(FRESH.repository))).found;
  }

  /** Newest runs of its workflows; the last known ones while GitHub fails. @throws as `repository` */
  async runs(): Promise<WorkflowRun[]> {
    return (await this.#runs.require(this.#wait(this.#runsServe()))).runs;
  }

  /** As `runs`, as they were at most some minutes ago: for who looks at many repositories. @throws as `repository` */
  async recentRuns(): Promise<WorkflowRun[]> {
    return (await this.#runs.require(this.#wait(FRESH.runsWithEvents))).runs;
  }

  /** Newest commit of the default branch with its workflows; undefined where nothing was pushed yet. @throws as `repository` */
  async head(): Promise<Head | undefined> {
    const newest = this.#runs.value?.runs.find(
      run => run.branch === this.#repository.value?.found?.defaultBranch,
    );
    const known = this.#head.value?.head?.commit.sha;
    const isOld =
      newest !== undefined &&
      newest.sha !== known &&
      Date.parse(newest.createdAt) > (this.#head.at ?? 0);
    const serves = isOld ? FRESH.runsAtWork : FRESH.head;
    return (await this.#head.require(this.#wait(serves))).head;
  }

  /** A run that is known, or asked for. @throws NanteError `not-found`, and what GitHub fails with */
  async run(id: number): Promise<WorkflowRun | undefined> {
    const known = (await this.runs()).find(run => run.id === id);
    if (known) return known;
    const { value } = await this.#asking((api, signal) =>
      api.workflowRun(this.name, id, { signal }),
    );
    return value;
  }

  /** Jobs of a run; those of one that has ended are asked once. @throws what GitHub fails with */
  async jobs(
    run: Pick<WorkflowRun, 'id' | 'attempt' | 'status'>,
  ): Promise<WorkflowJob[]> {
    const key = `${run.id}/${run.attempt}/${run.status === 'completed'}`;
    const { jobs } = await this.#jobs.get(key, async () => {
      const { value = [] } = await this.#asking((api, signal) =>
        api.jobs(this.name, run.id, { signal }),
      );
      return { jobs: value, isOver: run.status === 'completed' };
    });
    return jobs;
  }

  /** Text of a job's log; undefined until its end. @throws what GitHub fails with */
  async log(jobId: number): Promise<string | undefined> {
    return this.#logs.get(String(jobId), () =>
      this.#asking((api, signal) => api.jobLog(this.name, jobId, { signal })),
    );
  }

  /** Why nothing works on a run, one sentence; undefined where something does, and for one that was only just made. Never throws. */
  async waitsFor(run: WorkflowRun): Promise<string | undefined> {
    const { status, createdAt } = run;
    const age = this.#now() - Date.parse(createdAt);
    if (status === 'completed' || age < QUEUED) return undefined;
    const jobs = await this.jobs(run).catch(() => []);
    const queued = jobs.filter(job => job.status === 'queued');
    const runners = queued.length
      ? await this.#runners
          .get('runners', () =>
            this.#asking((api, signal) => api.runners(this.name, { signal })),
          )
          .catch(() => undefined)
      : undefined;
    return describeWait(run, queued, runners);
  }

  /** The next look asks again for what can have changed. */
  invalidate(): void {
    this.#runs.invalidate();
    this.#jobs.forgetRunning();
  }

  #runsServe(): number {
    if (this.#hasEvents()) return FRESH.runsWithEvents;
    const isAtWork = this.#runs.value?.runs.some(
      ({ status }) => status !== 'completed',
    );
    return isAtWork ? FRESH.runsAtWork : FRESH.runs;
  }

  /** Nobody asks while the limit is used up. */
  #wait(serves: number): number {
    return this.#limitedUntil > this.#now() ? Infinity : serves;
  }

  async #asking<T>(
    work: (api: GithubApi, signal: AbortSignal) => Promise<T>,
    signal = AbortSignal.timeout(DEADLINE),
  ): Promise<T> {
    try {
      const api = await this.#api();
      return await unlessLimited(api, until => work(api, until), signal);
    } catch (error) {
      this.#limitedUntil = limitEndOf(error) ?? this.#limitedUntil;
      throw error;
    }
  }

  async #readHead(
    api: GithubApi,
    signal: AbortSignal,
    before: Head | undefined,
  ): Promise<Head | undefined> {
    const branch = (await this.repository())?.defaultBranch;
    const commit = branch && (await api.commit(this.name, branch, { signal }));
    if (!commit) return undefined;
    if (commit.sha === before?.commit.sha) return before;
    const files = await api.files(this.name, commit.treeSha, { signal });
    const workflows = files.filter(({ path }) =>
      /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
    );
    const callers = await Promise.all(
      workflows.map(async ({ path, sha }) => {
        const file = path.split('/').at(-1)!;
        const same = before?.callers.find(
          one => one.file === file && one.sha === sha,
        );
        const text =
          same?.text ??
          (await api.fileText(this.name, path, { ref: commit.sha, signal })) ??
          '';
        return { file, sha, text };
      }),
    );
    return { commit, callers };
  }
}
