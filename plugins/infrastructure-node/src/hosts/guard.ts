/** Fewest removals that are believed without a question, however small the source. */
const ALWAYS_BELIEVED = 5;
/** Share of a source that may vanish at once. */
const BELIEVED_SHARE = 0.2;

/**
 * Says why an answer that lacks things is not believed. A token without rights gets an empty list with status 200, so a
 * short answer alone proves nothing.
 *
 * @param known - how many there were
 * @param missing - how many of those the answer lacks
 * @param what - for the sentence, plural, for example `guests of lab`
 * @returns a sentence, or undefined when the answer can be believed
 */
export function removalProblem(
  known: number,
  missing: number,
  what: string,
): string | undefined {
  const limit = Math.max(ALWAYS_BELIEVED, Math.floor(known * BELIEVED_SHARE));
  if (missing <= limit) return undefined;
  return `${missing} of ${known} ${what} are missing from the answer at once (at most ${limit} are believed); what was known is kept`;
}

/**
 * Says which rights a token lost since last time.
 *
 * @param before - privileges by path
 * @param now - privileges by path
 * @returns a sentence, or undefined when nothing was lost
 */
export function lostPrivileges(
  before: Record<string, string[]> | undefined,
  now: Record<string, string[]>,
): string | undefined {
  if (!before) return undefined;
  const lost = Object.entries(before)
    .filter(([path]) => !isGone(path, now))
    .flatMap(([path, privileges]) =>
      privileges
        .filter(privilege => !now[path]?.includes(privilege))
        .map(privilege => `${privilege} on ${path}`),
    );
  if (!lost.length) return undefined;
  const named = lost.slice(0, 3).join(', ');
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : '';
  return `the API token lost rights since the last look: ${named}${more}; what was known is kept`;
}

const guestPath = /^\/vms\/\d+$/;

/** A guest of a pool has a path of its own, which goes with the guest: that is no right that was taken. */
function isGone(path: string, now: Record<string, string[]>): boolean {
  return guestPath.test(path) && !(path in now);
}

/**
 * How many privileges a token holds, those on single guests left out: a number that outlives a restart, since an earlier
 * process can't say which they were.
 */
export function countPrivileges(held: Record<string, string[]>): number {
  return Object.entries(held)
    .filter(([path]) => !guestPath.test(path))
    .reduce((sum, [, privileges]) => sum + privileges.length, 0);
}

/**
 * Says that a token holds fewer privileges than an earlier process saw.
 *
 * @param before - number of privileges; undefined when nobody looked before
 * @param now - privileges by path
 */
export function fewerPrivileges(
  before: number | undefined,
  now: Record<string, string[]>,
): string | undefined {
  const count = countPrivileges(now);
  if (before === undefined || count >= before) return undefined;
  return `the API token holds ${count} privileges, and held ${before} before the portal was restarted; what was known is kept`;
}
