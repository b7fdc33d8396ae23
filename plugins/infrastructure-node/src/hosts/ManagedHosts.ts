import type {
  Engine,
  ManagedHost,
  ManagedServer,
  ManagedTarget,
} from '@nante/engine';
import { finalRunStates } from '@nante/model';
import { describeError } from './ConnectionSource';

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
  #records?: BucketRecords;
  #lastSuccessAt?: number;
  #triedAt = -Infinity;
  #inFlight?: Promise<void>;
  #latencyMs?: number;
  /** What the last run of a host found, by the run's id: an ended run doesn't change any more. */
  #found = new Map<string, string | null>();
  error?: string;
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
  }

  /** Address that a host without a fixed one had at the end of its last run. */
  readonly leased = (host: ManagedHost): string | undefined =>
    (host.lastRunId && this.#found.get(host.lastRunId)) || undefined;

  /** Undefined when the bucket never answered. */
  async read(): Promise<BucketRecords | undefined> {
    if (this.#now() - this.#triedAt >= FRESH_FOR) {
      this.#inFlight ??= this.#fetch().finally(() => {
        this.#inFlight = undefined;
      });
      await this.#inFlight;
    }
    return this.#records;
  }

  /** Asks the bucket now; undefined when it does not answer, whatever it said before. */
  async readAnew(): Promise<BucketRecords | undefined> {
    // What is under way began before the caller asked.
    await this.#inFlight;
    this.invalidate();
    const records = await this.read();
    return this.error ? undefined : records;
  }

  /** The next read asks again. */
  invalidate(): void {
    this.#triedAt = -Infinity;
  }

  get lastSuccessAt(): string | undefined {
    return this.#lastSuccessAt === undefined
      ? undefined
      : new Date(this.#lastSuccessAt).toISOString();
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  async #fetch(): Promise<void> {
    const startedAt = this.#now();
    this.#triedAt = startedAt;
    try {
      const signal = AbortSignal.timeout(READ_DEADLINE);
      // Only shown: nothing else depends on it.
      this.url ??= await this.#readUrl?.().catch(() => undefined);
      const [hosts, servers, targets] = await Promise.all([
        this.#engine.managedHosts({ signal }),
        this.#engine.managedServers({ signal }),
        // Where there is no Octopus, the ledgers would be read for nothing.
        this.#hasTargets ? this.#engine.managedTargets({ signal }) : [],
      ]);
      this.#records = { hosts, servers, targets };
      await this.#readLeases(hosts, signal);
      this.#lastSuccessAt = this.#now();
      this.#latencyMs = this.#lastSuccessAt - startedAt;
      this.error = undefined;
    } catch (error) {
      this.error = describeError(error);
    }
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
