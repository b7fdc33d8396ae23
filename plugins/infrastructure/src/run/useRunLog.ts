import { useApi } from '@backstage/frontend-plugin-api';
import type { RunLogLine } from '@nante/model';
import { useCallback, useEffect, useRef, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { type Live, useLive } from '../hooks/useLive';

/** Pause between two looks; the backend itself waits for new lines. */
const LOOK_MS = 500;

/**
 * The log of a run; asks only for what is new.
 *
 * @param final - the run has ended: its log no longer grows
 */
export function useRunLog(
  id: string,
  final: boolean,
): Pick<Live<RunLogLine[]>, 'data' | 'error' | 'reload'> {
  const api = useApi(infrastructureApiRef);
  const known = useRef<RunLogLine[]>([]);
  const [lines, setLines] = useState<RunLogLine[]>();

  useEffect(() => {
    known.current = [];
    setLines(undefined);
  }, [id]);

  const load = useCallback(
    async (signal: AbortSignal) => {
      const after = known.current.at(-1)?.n ?? -1;
      // The first answer comes at once, and nothing is waited for in a log that no longer grows.
      const wait = after >= 0 && !final;
      const answer = await api.getRunLog(id, { after, wait }, signal);
      const fresh = answer.lines.filter(line => line.n > after);
      if (!signal.aborted) {
        known.current = [...known.current, ...fresh];
        setLines(current =>
          current && fresh.length === 0 ? current : known.current,
        );
      }
      return known.current;
    },
    [api, id, final],
  );
  const { error, reload } = useLive(load, {
    intervalMs: final ? 0 : LOOK_MS,
    signal: { kind: 'run', id },
  });

  return { data: lines, error, reload };
}
