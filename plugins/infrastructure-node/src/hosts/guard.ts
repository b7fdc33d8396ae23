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
  const lost = Object.entries(before).flatMap(([path, privileges]) =>
    privileges
      .filter(privilege => !now[path]?.includes(privilege))
      .map(privilege => `${privilege} on ${path}`),
  );
  if (!lost.length) return undefined;
  const named = lost.slice(0, 3).join(', ');
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : '';
  return `the API token lost rights since the last look: ${named}${more}; what was known is kept`;
}
