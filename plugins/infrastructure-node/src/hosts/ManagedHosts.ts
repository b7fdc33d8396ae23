import type { Engine, ManagedHost } from '@nante/engine';
import { describeError } from './ConnectionSource';

/** How long the bucket's answer serves, in milliseconds. A run that ends makes it stale at once. */
const FRESH_FOR = 10_000;
const READ_DEADLINE = 15_000;

/** What the bucket knows of our hosts, with a short cache. The last good answer is kept while the bucket fails. */
export class ManagedHosts {
  readonly #engine: Pick<Engine, 'managedHosts'>;
  readonly #now: () => number;
  #hosts?: ManagedHost[];
  #lastSuccessAt?: number;
  #triedAt = -Infinity;
  #inFlight?: Promise<void>;
  #latencyMs?: number;
  error?: string;

  constructor(engine: Pick<Engine, 'managedHosts'>, now: () => number) {
    this.#engine = engine;
    this.#now = now;
  }

  /** Undefined when the bucket never answered. */
  async read(): Promise<ManagedHost[] | undefined> {
    if (this.#now() - this.#triedAt >= FRESH_FOR) {
      this.#inFlight ??= this.#fetch().finally(() => {
        this.#inFlight = undefined;
      });
      await this.#inFlight;
    }
    return this.#hosts;
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
      this.#hosts = await this.#engine.managedHosts({
        signal: AbortSignal.timeout(READ_DEADLINE),
      });
      this.#lastSuccessAt = this.#now();
      this.#latencyMs = this.#lastSuccessAt - startedAt;
      this.error = undefined;
    } catch (error) {
      this.error = describeError(error);
    }
  }
}
