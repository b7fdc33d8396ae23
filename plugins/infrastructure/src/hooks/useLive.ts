import { useApiHolder } from '@backstage/frontend-plugin-api';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  INFRASTRUCTURE_CHANNEL,
  type InfrastructureSignal,
} from '@nante/plugin-infrastructure-common';
import { useCallback, useEffect, useRef, useState } from 'react';

/** Signals that come in a bunch are one reason to look again; milliseconds. */
const SIGNAL_PAUSE_MS = 400;

export interface LiveOptions {
  /** Milliseconds between two looks without a signal; 0 stops looking. */
  intervalMs: number;
  /** Signals that are a reason to look at once. */
  signal?: { kind: InfrastructureSignal['kind']; id?: string };
}

export interface Live<T> {
  /** Newest good answer; stays while a later look fails. */
  data?: T;
  /** Why the newest look failed; undefined after a good one. */
  error?: Error;
  /** True until the first answer, good or bad. */
  isLoading: boolean;
  /** Time of the newest good answer, milliseconds. */
  updatedAt?: number;
  reload(): void;
}

/**
 * Data that stays fresh: by the backend's signals, and by looking again every while where signals don't come through.
 * A hidden tab doesn't look.
 *
 * @param load - one look; has to be stable (`useCallback`), a new one starts over
 */
export function useLive<T>(
  load: (signal: AbortSignal) => Promise<T>,
  options: LiveOptions,
): Live<T> {
  const { intervalMs } = options;
  const signalKind = options.signal?.kind;
  const signalId = options.signal?.id;
  const signals = useApiHolder().get(signalApiRef);
  const [state, setState] = useState<Omit<Live<T>, 'reload'>>({
    isLoading: true,
  });
  const lookNow = useRef<() => void>(() => {});

  useEffect(() => {
    setState({ isLoading: true });
  }, [load]);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    let again = false;

    async function look() {
      if (running) {
        again = true;
        return;
      }
      running = true;
      clearTimeout(timer);
      try {
        const data = await load(abort.signal);
        if (abort.signal.aborted) return;
        setState({ data, isLoading: false, updatedAt: Date.now() });
      } catch (cause) {
        if (abort.signal.aborted) return;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        setState(previous => ({ ...previous, error, isLoading: false }));
      } finally {
        running = false;
      }
      if (again) {
        again = false;
        schedule(SIGNAL_PAUSE_MS);
      } else if (intervalMs > 0) {
        schedule(intervalMs);
      }
    }
    function schedule(ms: number) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.hidden) schedule(ms);
        else look();
      }, ms);
    }

    lookNow.current = look;
    look();
    const subscription =
      signalKind &&
      signals?.subscribe<InfrastructureSignal & { kind: string }>(
        INFRASTRUCTURE_CHANNEL,
        message => {
          if (message.kind !== signalKind) return;
          if (signalId && message.id !== signalId) return;
          schedule(SIGNAL_PAUSE_MS);
        },
      );
    return () => {
      abort.abort();
      clearTimeout(timer);
      if (subscription) subscription.unsubscribe();
    };
  }, [load, intervalMs, signalKind, signalId, signals]);

  const reload = useCallback(() => lookNow.current(), []);
  return { ...state, reload };
}
