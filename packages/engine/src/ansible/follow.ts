import {
  followFile,
  type DetachedHandle,
  type Redactor,
  redactStrings,
} from '../process';
import {
  describeEvent,
  parsePlayEvent,
  plainLine,
  type PlayEvent,
  type PlayLine,
} from './events';
import { createPlayProgress, type PlayProgress } from './progress';
import { stopPlay } from './stop';

interface FollowOptions {
  redactor: Redactor;
  signal?: AbortSignal;
  timeoutMs?: number;
  graceMs?: number;
  onEvent?: (event: PlayEvent) => void;
  onLine?: (line: PlayLine) => void;
}

export const defaultTimeoutMs = 1_800_000;
export const defaultGraceMs = 15_000;

/** What was seen of a play until its end. */
export interface FollowedPlay {
  progress: PlayProgress;
  /** Why it was asked to end, where it was. */
  stopped?: 'cancel' | 'deadline';
  /** What was at work then. */
  atWork?: ReturnType<PlayProgress['atWork']>;
}

/** Follows a play to its end; a cancel or the deadline is asking it to end, and following it on. */
export async function followPlay(
  handle: DetachedHandle,
  hosts: readonly string[],
  options: FollowOptions,
): Promise<FollowedPlay> {
  const { redactor, signal, onEvent, onLine } = options;
  const progress = createPlayProgress(hosts);
  const followed: FollowedPlay = { progress };
  const ended = new AbortController();
  let ending: Promise<void> | undefined;
  const stop = (why?: 'cancel' | 'deadline') => {
    if (ending) return;
    if (why) {
      followed.stopped = why;
      followed.atWork = progress.atWork();
      onLine?.({
        level: 'warn',
        text: `${why === 'cancel' ? 'Cancelling' : 'It takes too long'}: Ansible was asked to stop.`,
      });
    }
    const graceMs = options.graceMs ?? defaultGraceMs;
    ending = stopPlay(handle, graceMs, ended.signal).catch(error =>
      onLine?.({ level: 'error', text: `It cannot be stopped: ${error}` }),
    );
  };
  const timer = setTimeout(
    () => stop('deadline'),
    options.timeoutMs ?? defaultTimeoutMs,
  );
  const cancel = () => stop('cancel');
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  try {
    for await (const { line } of followFile(handle)) {
      const shown = redactor.redact(line);
      const parsed = parsePlayEvent(shown);
      const event = parsed && redactStrings(parsed, redactor.redact);
      if (event) {
        progress.take(event);
        onEvent?.(event);
      }
      for (const one of event ? describeEvent(event) : [plainLine(shown)])
        if (one.text) onLine?.(one);
    }
  } catch (error) {
    // Nobody watches any more, and what the play needs is about to be removed.
    stop();
    await ending;
    throw error;
  } finally {
    ended.abort();
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    await ending;
  }
  return followed;
}
