import { NanteError } from '@nante/model';
import { tooSlow } from './failures';

/** What a call is about, for messages. */
export interface CallTarget {
  /** Name of the outside system, for example `Proxmox`. */
  system: string;
  url: string | URL;
}

/**
 * Runs a call under a deadline and the caller's signal. The signal handed to `call` aborts for either; the promise
 * settles then even if `call` does not listen.
 *
 * @param timeoutMs - milliseconds for the whole call, repetitions and the body included
 * @throws NanteError `unreachable` after the deadline, `cancelled` when the caller's signal aborted
 */
export async function withDeadline<T>(
  target: CallTarget,
  timeoutMs: number,
  callerSignal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const signal = callerSignal
    ? AbortSignal.any([callerSignal, deadline.signal])
    : deadline.signal;
  const ended = (): NanteError => {
    if (deadline.signal.aborted || isTimeout(callerSignal?.reason)) {
      return tooSlow(target.system, target.url, timeoutMs);
    }
    return new NanteError(
      'cancelled',
      `The call to ${target.system} was cancelled.`,
      { cause: callerSignal?.reason },
    );
  };
  let onAbort: () => void = () => {};
  try {
    if (signal.aborted) throw ended();
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(ended());
      signal.addEventListener('abort', onAbort, { once: true });
    });
    return await Promise.race([call(signal), aborted]);
  } catch (error) {
    throw signal.aborted && !NanteError.is(error) ? ended() : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function isTimeout(reason: unknown): boolean {
  return (reason as Error | undefined)?.name === 'TimeoutError';
}
