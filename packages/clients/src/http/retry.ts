import { DelegateBackoff, handleWhen, retry } from 'cockatiel';

/** An answer or failure after which the same call may succeed. */
export class RetryableFailure extends Error {
  /** What to throw when no repetition is left. */
  readonly failure: Error;
  /** Milliseconds that the server asked us to wait. */
  readonly retryAfterMs?: number;

  constructor(failure: Error, retryAfterMs?: number) {
    super(failure.message, { cause: failure });
    this.name = 'RetryableFailure';
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

/** How often and how patiently a call is repeated. */
export interface RetryOptions {
  /** Repetitions after the first try. */
  repetitions: number;
  /** Milliseconds before the first repetition, doubled each time; the real wait is between half of it and all of it. */
  baseDelayMs: number;
  /** Milliseconds that may still be spent; a longer `Retry-After` ends the call at once. */
  remainingMs: () => number;
}

/**
 * Repeats `call` while it throws {@link RetryableFailure}.
 *
 * Waits are jittered so that many clients that failed together do not come back together, and never shorter than the
 * server's `Retry-After`.
 */
export async function withRetry<T>(
  options: RetryOptions,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  const waitFor = (failure: unknown, attempt: number) => {
    const step = options.baseDelayMs * 2 ** (attempt - 1);
    const jittered = step / 2 + Math.random() * (step / 2);
    const asked =
      failure instanceof RetryableFailure ? (failure.retryAfterMs ?? 0) : 0;
    return Math.max(asked, jittered);
  };
  const policy = retry(
    handleWhen(
      error =>
        error instanceof RetryableFailure &&
        (error.retryAfterMs ?? 0) < options.remainingMs(),
    ),
    {
      maxAttempts: options.repetitions,
      backoff: new DelegateBackoff(context =>
        waitFor(
          'error' in context.result ? context.result.error : undefined,
          context.attempt,
        ),
      ),
    },
  );
  try {
    return await policy.execute(() => call(), signal);
  } catch (error) {
    throw error instanceof RetryableFailure ? error.failure : error;
  }
}

/**
 * Milliseconds of a `Retry-After` header, which holds seconds or a date.
 *
 * @returns undefined when the header is absent or makes no sense
 */
export function parseRetryAfter(
  value: string | null | undefined,
): number | undefined {
  if (!value) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
