import type { HttpAnswer } from '../http/client';

/** What GitHub asks for where it refuses for its secondary limit and says no time. */
const secondaryMs = 60_000;

/**
 * Until when a server wants no more calls (milliseconds since 1970); undefined where it refuses nothing, or for another
 * reason. GitHub says both limits by 403 or 429: that of the hour by a remainder of 0, that of calls side by side by
 * `Retry-After` or in words.
 */
export function limitOf(answer: HttpAnswer): number | undefined {
  const { status, headers, text, retryAfterMs } = answer;
  if (status !== 403 && status !== 429) return undefined;
  if (retryAfterMs !== undefined) return Date.now() + retryAfterMs;
  const reset = resetOf(headers);
  if (headers.get('x-ratelimit-remaining') === '0' && reset !== undefined)
    return reset;
  return status === 429 || /secondary rate limit|abuse detection/iu.test(text)
    ? Date.now() + secondaryMs
    : undefined;
}

/** When the hour's limit ends, by our own clock: the server's may be another. */
export function resetOf(headers: HttpAnswer['headers']): number | undefined {
  const reset = Number(headers.get('x-ratelimit-reset'));
  if (!reset) return undefined;
  const there = Date.parse(headers.get('date') ?? '');
  const ahead = Number.isNaN(there) ? 0 : there - Date.now();
  // A whole second, since that is how exact both are.
  return reset * 1000 - ahead + 1000;
}
