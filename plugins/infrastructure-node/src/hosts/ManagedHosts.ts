import type {
  Engine,
  ManagedHost,
  ManagedServer,
  ManagedTarget,
} from '@nante/engine';
import { finalRunStates } from '@nante/model';
import { Refreshed } from '../caches/Refreshed';

/** How long the bucket's answer serves, in milliseconds. A run that ends makes it stale at once. */
const FRESH_FOR = 10_000;
const READ_DEADLINE = 15_000;
/** Documents of runs that are read at a time. */
const RUNS_AT_ONCE = 8;

/** Hosts that we made, and servers that we take care of. */
export interface BucketRecords {
  hosts: ManagedHost[];
  servers: ManagedServer[];
  /** Which of them are deployment targets. */
  targets: ManagedTarget[];
}

type Bucket = Pick<
  Engine,
  'managedHosts' | 'managedServers' | 'managedTargets' | 'getRun'
>;

/** What the bucket knows of our hosts, with a short cache. The last good answer is kept while the bucket fails. */
export class ManagedHosts {
  readonly #engine: Bucket;
  readonly #now: () => number;
  readonly #hasTargets: boolean;
  readonly #readUrl?: () => Promise<string>;
  readonly #records: Refreshed<BucketRecords>;
  #latencyMs?: number;
  /** What the last run of a host found, by the run's id: an ended run doesn't change any more. */
  #found = new Map<string, string | null>();
  /** Address of the bucket's server; undefined until it is known. */
  url?: string;

  constructor(
    engine: Bucket,
    now: () => number,
    readUrl?: () => Promise<string>,
    hasTargets = false,
  ) {
    this.#hasTargets = hasTargets;
    this.#engine = engine;
    this.#now = now;
    this.#readUrl = readUrl;
    this.#records = new Refreshed({
      fetch: signal => this.#fetch(signal),
      now,
      deadlineMs: READ_DEADLINE,
    });
  }

  /** Why the bucket's last answer was none, one sentence. */
  get error(): string | undefined {
    return this.#records.error;
  }

  /** Address that a host without a fixed one had at the end of its last run. */
  readonly leased = (host: ManagedHost): string | undefined =>
    (host.lastRunId && this.#found.get(host.lastRunId)) || undefined;

  /** Undefined when the bucket never answered. */
  read(): Promise<BucketRecords | undefined> {
    return this.#records.read(FRESH_FOR);
  }

  /** Asks the bucket now; undefined when it does not answer, whatever it said before. */
  readAnew(): Promise<BucketRecords | undefined> {
    return this.#records.renew().catch(() => undefined);
  }

  /** The next read asks again. */
  invalidate(): void {
    this.#records.invalidate();
  }

  get lastSuccessAt(): string | undefined {
    const { at } = this.#records;
    return at === undefined ? undefined : new Date(at).toISOString();
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  async #fetch(signal: AbortSignal): Promise<BucketRecords> {
    const startedAt = this.#now();
    // Only shown: nothing else depends on it.
    this.url ??= await this.#readUrl?.().catch(() => undefined);
    const [hosts, servers, targets] = await Promise.all([
      this.#engine.managedHosts({ signal }),
      this.#engine.managedServers({ signal }),
      // Where there is no Octopus, the ledgers would be read for nothing.
      this.#hasTargets ? this.#engine.managedTargets({ signal }) : [],
    ]);
    await this.#readLeases(hosts, signal);
    this.#latencyMs = this.#now() - startedAt;
    return { hosts, servers, targets };
  }

  /** A list without some of these addresses is still a list, so a run that can't be read is passed over. */
  async #readLeases(hosts: ManagedHost[], signal: AbortSignal): Promise<void> {
    const wanted = hosts.flatMap(({ desired, lastRunId }) =>
      desired.network.address === 'dhcp' && lastRunId ? [lastRunId] : [],
    );
    // What no host names any more is forgotten.
    this.#found = new Map(
      [...this.#found].filter(([runId]) => wanted.includes(runId)),
    );
    const queue = wanted.filter(runId => !this.#found.has(runId));
    const work = async () => {
      for (let id = queue.shift(); id; id = queue.shift()) {
        const run = await this.#engine
          .getRun(id, { signal })
          .catch(() => undefined);
        if (run && finalRunStates.includes(run.state)) {
          this.#found.set(id, run.result?.address ?? null);
        }
      }
    };
    await Promise.all(Array.from({ length: RUNS_AT_ONCE }, work));
  }
}
