import {
  type RunDocument,
  type RunLogLine,
  finalRunStates,
} from '@nante/model';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import type { Engine, RunEvents } from '@nante/plugin-infrastructure-node';

/** How long the bucket's list serves, in milliseconds; runs of this process show at once. */
const FRESH_FOR = 5_000;
/** Most runs that are kept in memory. */
const KEPT = 500;
/** How often a waiting log reader asks the engine for lines of another door, in milliseconds. */
const LOG_POLL = 2_000;

/** A run of several hosts is a run of each. */
function concerns(run: RunDocument, host: string): boolean {
  return run.host === host || (run.hosts?.includes(host) ?? false);
}

/** Filters of the runs page. */
export interface RunFilter {
  /** Entity ref of who asked. */
  requestedBy?: string;
  state?: string;
  /** One of these. */
  kind?: RunDocument['kind'][];
  door?: RunDocument['door'];
  host?: string;
  app?: string;
  limit: number;
}

/**
 * Runs for the pages: the bucket's list, read at most every five seconds however many people look, with the runs of this
 * process laid over it live. It is rebuilt from the bucket, so it needs no table.
 */
export class RunIndex {
  readonly #engine: Engine;
  readonly #events: RunEvents;
  readonly #now: () => number;
  #listed: RunDocument[] = [];
  #loadedAt = -Infinity;
  #inFlight?: Promise<void>;
  /** Runs of this process by id, newer than any list. */
  readonly #live = new Map<string, RunDocument>();

  constructor(options: {
    engine: Engine;
    events: RunEvents;
    now?: () => number;
  }) {
    this.#engine = options.engine;
    this.#events = options.events;
    this.#now = options.now ?? (() => Date.now());
    this.#events.subscribe(event => {
      if (event.type === 'run') this.#live.set(event.run.id, event.run);
    });
  }

  /**
   * Newest first. While the bucket fails the last list is served; only with none at all it throws.
   */
  async list(filter: RunFilter): Promise<RunDocument[]> {
    return (await this.#all())
      .filter(
        run =>
          (!filter.requestedBy || run.requestedBy === filter.requestedBy) &&
          (!filter.state || run.state === filter.state) &&
          (!filter.kind || filter.kind.includes(run.kind)) &&
          (!filter.door || run.door === filter.door) &&
          (!filter.host || concerns(run, filter.host)) &&
          (!filter.app || run.app === filter.app),
      )
      .slice(0, filter.limit);
  }

  /**
   * Runs that a workflow run made, or that are about a commit of an app; newest first. None while the bucket fails.
   *
   * @param of - `links`: pages of workflow runs, as the command line notes them
   */
  async ofWorkflows(of: {
    links: ReadonlySet<string>;
    commit?: { app: string; sha: string };
  }): Promise<RunDocument[]> {
    const { links, commit } = of;
    return (await this.#all().catch(() => [])).filter(
      ({ link, app, inputs }) =>
        (link !== undefined && links.has(link)) ||
        (commit && app === commit.app && inputs.commit === commit.sha),
    );
  }

  async get(id: string): Promise<RunDocument | undefined> {
    return this.#live.get(id) ?? this.#engine.getRun(id);
  }

  /**
   * How the last run ended that configured a host; undefined where no run that is still known did. A dry run configures
   * nothing, and neither does one on guests that are records.
   */
  async lastConfiguration(host: {
    name: string;
    app?: string;
    environment?: string;
  }): Promise<HostDetail['configured']> {
    const run = (await this.#all().catch(() => [])).find(
      candidate =>
        candidate.configuration &&
        !candidate.configuration.dryRun &&
        !candidate.configuration.pretended &&
        finalRunStates.includes(candidate.state) &&
        candidate.app === host.app &&
        candidate.environment === host.environment &&
        concerns(candidate, host.name),
    );
    if (!run?.configuration) return undefined;
    const recap = run.configuration.recap.find(
      ({ host: name }) => name === host.name,
    );
    return {
      runId: run.id,
      at: run.finishedAt ?? run.createdAt,
      state: run.state,
      changed: recap?.changed ?? 0,
    };
  }

  /** Median seconds of the successful runs like this one; undefined before the first. */
  async usualSeconds(run: RunDocument): Promise<number | undefined> {
    const seconds = (await this.#all().catch(() => []))
      .filter(
        other =>
          other.state === 'succeeded' &&
          other.kind === run.kind &&
          other.hostKind === run.hostKind &&
          other.startedAt &&
          other.finishedAt,
      )
      .map(
        other =>
          (Date.parse(other.finishedAt!) - Date.parse(other.startedAt!)) / 1000,
      )
      .sort((a, b) => a - b);
    return seconds.length
      ? Math.round(seconds[Math.floor(seconds.length / 2)])
      : undefined;
  }

  /**
   * Lines after `after`. With `waitMs` it answers as soon as there is one, when the run ends, or when the time is over.
   */
  async log(
    id: string,
    after: number,
    options: { waitMs: number; signal: AbortSignal },
  ): Promise<RunLogLine[]> {
    const until = this.#now() + options.waitMs;
    for (;;) {
      // Subscribed before looking: a line in between must not be slept over.
      const nudge = this.#nextEventOf(id);
      try {
        const lines = await this.#engine.runLog(id, after, {
          signal: options.signal,
        });
        const left = until - this.#now();
        if (lines.length || left <= 0) return lines;
        const run = await this.get(id);
        if (run && finalRunStates.includes(run.state)) return lines;
        await nudge.within(Math.min(left, LOG_POLL), options.signal);
        if (options.signal.aborted) return [];
      } finally {
        nudge.end();
      }
    }
  }

  async #all(): Promise<RunDocument[]> {
    if (this.#now() - this.#loadedAt >= FRESH_FOR) {
      this.#inFlight ??= this.#load().finally(() => {
        this.#inFlight = undefined;
      });
      try {
        await this.#inFlight;
      } catch (error) {
        if (!this.#listed.length && !this.#live.size) throw error;
      }
    }
    const byId = new Map(this.#listed.map(run => [run.id, run]));
    for (const [id, run] of this.#live) byId.set(id, run);
    return [...byId.values()].sort((a, b) =>
      b.createdAt.localeCompare(a.createdAt),
    );
  }

  async #load(): Promise<void> {
    this.#listed = await this.#engine.listRuns({ limit: KEPT });
    this.#loadedAt = this.#now();
    // What ended here and stands in the list no longer needs its own copy.
    for (const run of this.#listed) {
      if (finalRunStates.includes(run.state)) this.#live.delete(run.id);
    }
  }

  #nextEventOf(id: string) {
    let wake = () => {};
    const woken = new Promise<void>(resolve => {
      wake = resolve;
    });
    const end = this.#events.subscribe(event => {
      const runId = event.type === 'log' ? event.runId : undefined;
      if (runId === id || (event.type === 'run' && event.run.id === id)) wake();
    });
    return {
      end,
      within: async (milliseconds: number, signal: AbortSignal) => {
        const timer = setTimeout(wake, milliseconds);
        signal.addEventListener('abort', wake, { once: true });
        await woken;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
      },
    };
  }
}
