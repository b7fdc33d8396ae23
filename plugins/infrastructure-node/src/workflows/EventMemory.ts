import { WatchedRun } from './WatchedRun';

/** Events of a repository are believed to arrive for that long after the last one, in milliseconds. */
const HEARS_FOR = 3_600_000;
/** Runs that events told of and nobody follows. */
const REMEMBERED = 2_000;

/** What events told of: one that is started is often told of before it is followed. */
export class EventMemory {
  readonly #now: () => number;
  /** Oldest first. */
  readonly #runs = new Map<string, WatchedRun>();
  readonly #heard = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes that an event of a repository has arrived. */
  hear(repository: string): void {
    this.#heard.set(repository.toLowerCase(), this.#now());
  }

  /** Whether events of a repository have arrived lately. */
  hears(repository: string): boolean {
    const at = this.#heard.get(repository.toLowerCase());
    return at !== undefined && this.#now() - at < HEARS_FOR;
  }

  find(key: string): WatchedRun | undefined {
    return this.#runs.get(key);
  }

  /** What is known of a run, to be added to. */
  remember(key: string): WatchedRun {
    const known = this.#runs.get(key) ?? new WatchedRun();
    this.#runs.delete(key);
    this.#runs.set(key, known);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= REMEMBERED) break;
      this.#runs.delete(oldest);
    }
    return known;
  }
}
