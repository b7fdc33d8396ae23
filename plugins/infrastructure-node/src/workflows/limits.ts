import type { GithubApi } from '@nante/clients';
import { NanteError } from '@nante/model';

/** How often a call that is under way is looked at, in milliseconds: the client itself would wait for a limit's end. */
const LOOK = 250;

/**
 * When GitHub's limit ends, where that is why a call failed.
 *
 * @returns milliseconds since 1970; undefined for every other failure
 */
export function limitEndOf(error: unknown): number | undefined {
  if (!NanteError.is(error) || error.details?.status !== 429) return undefined;
  const end = error.details.resetsAt;
  const at = typeof end === 'string' ? Date.parse(end) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Makes a call that does not wait for the end of a limit: whoever looks is told of it at once.
 *
 * @throws NanteError `refused` whose end `limitEndOf` reads, and what the call fails with
 */
export async function unlessLimited<T>(
  api: Pick<GithubApi, 'limitedUntil'>,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const refuse = () => {
    const until = api.limitedUntil();
    if (until !== undefined) throw limited(until);
  };
  refuse();
  const stop = new AbortController();
  const timer = setInterval(() => {
    if (api.limitedUntil() !== undefined) stop.abort();
  }, LOOK);
  try {
    return await work(
      signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    );
  } catch (error) {
    refuse();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function limited(until: number): NanteError {
  const resetsAt = new Date(until).toISOString();
  return new NanteError(
    'refused',
    `GitHub takes no more requests with our token until ${resetsAt}.`,
    {
      hint: 'Its limit is used up; what is shown was known before.',
      details: { status: 429, resetsAt },
    },
  );
}
