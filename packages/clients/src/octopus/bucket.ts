import { setTimeout as sleep } from 'node:timers/promises';

/** Lets calls pass one after the other, at most so many a minute, and learns from a server that refuses one. */
export interface Bucket {
  /** Waits for one's turn; those who came first go first. */
  take(signal?: AbortSignal): Promise<void>;
  /**
   * The server said "too many": nobody passes for a while, and then fewer a minute.
   *
   * @returns milliseconds until somebody passes again
   */
  refused(retryAfterMs?: number): number;
  /** The server took a call: the rate grows slowly, up to what was configured. */
  accepted(): void;
  /** Milliseconds that all calls together have waited here. */
  readonly waitedMs: number;
}

/** However much is refused, so many a minute are tried. */
const leastPerMinute = 10;
/** First pause where the server does not say how long; doubled each time. */
const firstPauseMs = 2_000;
const longestPauseMs = 30_000;

/**
 * A token bucket with room for the calls of a minute.
 *
 * Others share the server's bucket under the same user: after a refusal the rate is halved, and won back call by call, so
 * that a slower server is met at its own pace.
 *
 * @param perMinute - also how many may pass at once after a rest
 */
export function createBucket(perMinute: number): Bucket {
  let rate = perMinute;
  let tokens = perMinute;
  let filledAt = performance.now();
  let pausedUntil = 0;
  let refusals = 0;
  let waitedMs = 0;
  let line: Promise<unknown> = Promise.resolve();

  const fill = () => {
    const now = performance.now();
    const gained = (Math.max(0, now - filledAt) * rate) / 60_000;
    tokens = Math.min(perMinute, tokens + gained);
    filledAt = Math.max(filledAt, now);
  };

  async function turn(signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (signal?.aborted) return;
      fill();
      const pause = pausedUntil - performance.now();
      const missing = tokens >= 1 ? 0 : ((1 - tokens) * 60_000) / rate;
      const wait = Math.max(pause, missing);
      if (wait <= 0) {
        tokens -= 1;
        return;
      }
      await sleep(Math.ceil(wait), undefined, { signal }).catch(() => {});
    }
  }

  return {
    async take(signal) {
      const began = performance.now();
      const mine = line.then(() => turn(signal));
      line = mine;
      try {
        await untilAborted(mine, signal);
      } finally {
        waitedMs += performance.now() - began;
      }
    },
    refused(retryAfterMs) {
      const now = performance.now();
      // Of many that were under way together, only the first tells something new.
      if (now >= pausedUntil) {
        rate = Math.max(Math.min(leastPerMinute, perMinute), rate / 2);
        refusals += 1;
      }
      const step = Math.min(longestPauseMs, firstPauseMs * 2 ** (refusals - 1));
      const asked = retryAfterMs ?? step / 2 + Math.random() * (step / 2);
      pausedUntil = Math.max(pausedUntil, now + asked);
      // One call finds out whether the server takes calls again.
      tokens = 1;
      filledAt = pausedUntil;
      return pausedUntil - now;
    },
    accepted() {
      if (performance.now() < pausedUntil) return;
      refusals = 0;
      rate = Math.min(perMinute, rate + 1);
    },
    get waitedMs() {
      return Math.round(waitedMs);
    },
  };
}

/** Settles as the promise does, or rejects with the signal's reason as soon as that aborts. */
export async function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
