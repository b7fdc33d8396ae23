/** Milliseconds of `hh:mm:ss` or `d.hh:mm:ss`; undefined for anything else, and for no time at all. */
export function timeSpan(value: unknown): number | undefined {
  const found = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d{1,7}))?$/.exec(
    typeof value === 'string' ? value : '',
  );
  if (!found) return undefined;
  const [days, hours, minutes, seconds] = found
    .slice(1, 5)
    .map(part => Number(part ?? 0));
  const fraction = Number(`0.${found[5] ?? 0}`);
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds + fraction;
  return total > 0 ? total * 1000 : undefined;
}

/** Longest wait of Node's timers. */
const longest = 2 ** 31 - 1;

/** Sets a timer anew, for the earliest of some times. */
export function wakeAt(
  before: NodeJS.Timeout | undefined,
  times: number[],
  wake: () => void,
): NodeJS.Timeout | undefined {
  clearTimeout(before);
  if (times.length === 0) return undefined;
  const wait = Math.max(1, Math.min(...times) - Date.now());
  return setTimeout(wake, Math.min(wait, longest)).unref();
}

/** Can be closed, and then lets nobody pass until it is opened. */
export class Gate {
  #opened: Promise<void> | undefined;
  #open = () => {};

  set(closed: boolean): void {
    if (closed)
      this.#opened ??= new Promise(resolve => {
        this.#open = resolve;
      });
    else {
      this.#open();
      this.#opened = undefined;
    }
  }

  /** @throws the signal's reason when that is aborted meanwhile */
  async pass(signal: AbortSignal): Promise<void> {
    if (this.#opened) {
      let stop = () => {};
      const aborted = new Promise<void>(resolve => {
        stop = resolve;
        signal.addEventListener('abort', stop);
      });
      await Promise.race([this.#opened, aborted]);
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
  }
}
