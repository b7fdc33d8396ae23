/** Topic of the repositories that we made; lists show it, and anybody can set it, so that it proves nothing alone. */
export const ownTopic = 'nante';

/** Characters that GitHub takes as a description. */
const longest = 350;

interface Stamp {
  app: string;
  requestId: string;
}

const stampOf = ({ app, requestId }: Stamp) =>
  `[nante app=${app} request=${requestId}]`;

/** A description with our stamp at its end, where both fit. */
export function stamped(description: string, stamp: Stamp): string {
  const whole = [description.trim(), stampOf(stamp)].filter(Boolean).join(' ');
  return whole.length <= longest ? whole : description;
}

/** Whether a description bears the stamp of a request. */
export function isStamped(description: string, stamp: Stamp): boolean {
  return description.endsWith(stampOf(stamp));
}
