import { useEffect, useState } from 'react';

/** What a field has loaded. */
export interface Loaded<T> {
  data?: T;
  error?: Error;
}

/**
 * Data that a field needs once; a form isn't redrawn under the hands of a person who fills it in.
 *
 * @param load - has to be stable (`useCallback`); undefined loads nothing
 */
export function useLoaded<T>(
  load: ((signal: AbortSignal) => Promise<T>) | undefined,
): Loaded<T> {
  const [state, setState] = useState<Loaded<T>>({});
  useEffect(() => {
    setState({});
    if (!load) return undefined;
    const abort = new AbortController();
    load(abort.signal).then(
      data => !abort.signal.aborted && setState({ data }),
      error => !abort.signal.aborted && setState({ error }),
    );
    return () => abort.abort();
  }, [load]);
  return state;
}
