import { digestOf, type PlacedHost } from './placedHost';
import type { ReleaseWord } from './releaseWord';
import type { ReleaseWork } from './work';

/** Guests that are records say nothing: what our ledger has is what was there. */
export function pretendedWord(
  { request: { version }, image }: Pick<ReleaseWork, 'request' | 'image'>,
  { before }: Pick<PlacedHost, 'before'>,
  isReturn = false,
): ReleaseWord {
  const known = before?.state === 'created' ? before.outsideId : '';
  const isThere = known === version && before?.digest === digestOf(image);
  const word = {
    ...{ version, why: '', log: [], answer: '(pretended)' },
    previous: isThere ? '' : known,
    returnedTo: '',
  };
  if (!isReturn) return { ...word, state: isThere ? 'there' : 'deployed' };
  return word.previous
    ? { ...word, state: 'returned', returnedTo: word.previous }
    : { ...word, state: 'taken-down' };
}
