import { describeError } from '../hosts/ConnectionSource';

/**
 * A value of an outside system with a short cache. Callers at the same time share one request; while the system fails, or
 * says something that isn't believed, the last good value is kept with its age.
 */
export class Refreshed<T> {
  readonly #fetch: (signal: AbortSignal, before: T | undefined) => Promise<T>;
  readonly #now: () => number;
  readonly #deadlineMs: number;
  #value?: T;
  #at?: number;
  #triedAt = -Infinity;
  #inFlight?: Promise<void>;
  #failure?: unknown;

  /**
   * @param options - `fetch`: gets the last good value, and throws what it doesn't believe; `deadlineMs`: longest time of
   *   one fetch, in milliseconds
   */
  constructor(options: {
    fetch: (signal: AbortSignal, before: T | undefined) => Promise<T>;
    now: () => number;
    deadlineMs: number;
  }) {
    this.#fetch = options.fetch;
    this.#now = options.now;
    this.#deadlineMs = options.deadlineMs;
  }

  /** The last good value, however old; undefined before the first. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Milliseconds since 1970 of the last good value. */
  get at(): number | undefined {
    return this.#at;
  }

  /** Milliseconds since the last try, good or not. */
  get age(): number {
    return this.#now() - this.#triedAt;
  }

  /** Why the last try failed, one sentence. */
  get error(): string | undefined {
    return this.#failure === undefined
      ? undefined
      : describeError(this.#failure);
  }

  /** The last good value, renewed when the last try is older than `maxAge` milliseconds; never throws. */
  async read(maxAge: number): Promise<T | undefined> {
    if (this.#now() - this.#triedAt >= maxAge) await this.#refresh();
    // Whoever comes while an old value is renewed waits with the others.
    else if (this.#now() - (this.#at ?? -Infinity) >= maxAge) {
      await this.#inFlight;
    }
    return this.#value;
  }

  /**
   * As `read`.
   *
   * @throws what the last try failed with, where there never was a good value
   */
  async require(maxAge: number): Promise<T> {
    const value = await this.read(maxAge);
    if (value === undefined) throw this.#failure;
    return value;
  }

  /**
   * Asks now, but where the last good value is no older than `maxAge` milliseconds.
   *
   * @throws when the system fails or isn't believed
   */
  async renew(maxAge = 0): Promise<T> {
    // What is under way began before the caller asked.
    await this.#inFlight;
    if (this.#failure !== undefined || this.age >= maxAge) {
      await this.#refresh();
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#value!;
  }

  /** The next read asks again. */
  invalidate(): void {
    this.#triedAt = -Infinity;
  }

  #refresh(): Promise<void> {
    this.#inFlight ??= this.#load().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #load(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      this.#value = await this.#fetch(
        AbortSignal.timeout(this.#deadlineMs),
        this.#value,
      );
      this.#at = this.#now();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error ?? new Error('It failed without a reason');
    }
  }
}
