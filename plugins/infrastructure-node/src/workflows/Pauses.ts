const LONGEST = 60_000;

/** Connections that are not asked for a while. Times are milliseconds. */
export class Pauses {
  readonly #now: () => number;
  readonly #first: number;
  readonly #paused = new Map<string, { until: number; failures: number }>();

  /** @param options - `first`: wait after a first failure; it doubles up to a minute */
  constructor(options: { first: number; now: () => number }) {
    this.#now = options.now;
    this.#first = options.first;
  }

  /** Until when it is not asked, since 1970; long ago where it may be. */
  until(connection: string): number {
    return this.#paused.get(connection)?.until ?? -Infinity;
  }

  /** GitHub's limit is used up. */
  limit(connection: string, end: number): void {
    // Clocks differ: a limit that has just ended is not asked about at once.
    const until = Math.max(end, this.#now() + this.#first);
    this.#paused.set(connection, { until, failures: 0 });
  }

  /** It failed once more. */
  fail(connection: string): void {
    const { failures = 0 } = this.#paused.get(connection) ?? {};
    const wait = Math.min(this.#first * 2 ** failures, LONGEST);
    const until = this.#now() + wait;
    this.#paused.set(connection, { until, failures: failures + 1 });
  }

  /** It has answered. */
  clear(connection: string): void {
    this.#paused.delete(connection);
  }
}
