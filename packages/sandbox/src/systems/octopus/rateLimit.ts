import { OctopusError } from './errors';

/** Requests that a key may send: as many at once as a minute gives. */
const defaultPerMinute = 200;

interface Bucket {
  tokens: number;
  /** Milliseconds of the clock at the last look. */
  at: number;
}

/** A token bucket for each key, which fills again all the time. */
export class RateLimit {
  /** Burst is the same number. */
  perMinute = defaultPerMinute;
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now - a clock in milliseconds; the monotonic one unless told */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Back to the vendor's own limit, with full buckets. */
  reset(): void {
    this.set(defaultPerMinute);
  }

  set(perMinute: number): void {
    this.perMinute = perMinute;
    this.#buckets.clear();
  }

  /** @throws OctopusError 429 that says after how many whole seconds there is a token again */
  take(key: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? {
      tokens: this.perMinute,
      at: now,
    };
    const gained = ((now - bucket.at) / 60_000) * this.perMinute;
    bucket.tokens = Math.min(this.perMinute, bucket.tokens + gained);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return;
    }
    const seconds = ((1 - bucket.tokens) / this.perMinute) * 60;
    throw new OctopusError(
      429,
      'Too many requests were sent with this key. Wait before you send the next.',
      [],
      { 'retry-after': String(Math.max(1, Math.ceil(seconds))) },
    );
  }
}
