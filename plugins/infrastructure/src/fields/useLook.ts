import { useEffect, useState } from 'react';

/** Pause in typing after which something is looked up, milliseconds. */
const PAUSE_MS = 400;

/** What is known of what was typed. */
export type Look<T> =
  { state: 'idle' | 'checking' | 'unchecked' } | { state: 'known'; answer: T };

/**
 * Looks up what is typed, once the typing pauses.
 *
 * @param text - undefined: there is nothing to look up
 * @param lookUp - the same function as long as it asks the same
 */
export function useLook<T>(
  text: string | undefined,
  lookUp: (text: string, signal: AbortSignal) => Promise<T>,
): Look<T> {
  const [look, setLook] = useState<Look<T>>({ state: 'idle' });
  useEffect(() => {
    if (text === undefined) {
      setLook({ state: 'idle' });
      return undefined;
    }
    const abort = new AbortController();
    setLook({ state: 'checking' });
    const timer = setTimeout(async () => {
      try {
        const answer = await lookUp(text, abort.signal);
        if (!abort.signal.aborted) setLook({ state: 'known', answer });
      } catch {
        if (!abort.signal.aborted) setLook({ state: 'unchecked' });
      }
    }, PAUSE_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [text, lookUp]);
  return look;
}
