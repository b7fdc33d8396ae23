import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '@nante/clients';
import type { RunLogLine } from '@nante/model';
import { patiently } from '../store/documents';
import { createLogFile } from './logFile';
import { parseLog } from './parseLog';

const uploadEveryMs = 5_000;
/** The whole log is uploaded each time: a long one less often, by so many bytes for each five seconds. */
const uploadBytes = 2 * 1024 ** 2;

/** Where a run's log lies on the machine that executes it. */
export function localLogFile(workDirectory: string, runId: string): string {
  return join(workDirectory, 'runs', runId, 'log.ndjson');
}

/** Lines of a run on this machine; undefined when it never ran here. */
export function readLocalLog(
  workDirectory: string,
  runId: string,
): RunLogLine[] | undefined {
  const file = localLogFile(workDirectory, runId);
  return existsSync(file) ? parseLog(readFileSync(file, 'utf8')) : undefined;
}

/** A run's log: written at once to a file of this machine, and every few seconds to the bucket. */
export interface RunLog {
  add(line: Omit<RunLogLine, 'n' | 'time'>): void;
  /** Lines after a line number; -1 for all. */
  after(n: number): RunLogLine[];
  /** Uploads what is there; waits for a bucket that is away. */
  finish(deadlineMs: number): Promise<void>;
}

/**
 * One log out of the lines that this machine has and those of the bucket. A try that was killed here leaves lines that
 * were never uploaded, and a later try elsewhere may have gone on without them: then both are kept, in order of time.
 */
export function mergeLogs(
  local: readonly RunLogLine[],
  remote: readonly RunLogLine[],
): RunLogLine[] {
  const same = (index: number) =>
    index < local.length &&
    index < remote.length &&
    local[index].time === remote[index].time &&
    local[index].text === remote[index].text;
  let common = 0;
  while (same(common)) common += 1;
  const name = ({ time, text }: RunLogLine) => `${time} ${text}`;
  const theirs = remote.slice(common);
  const known = new Set(theirs.map(name));
  const ours = local.slice(common).filter(line => !known.has(name(line)));
  const rest = [...ours, ...theirs].sort((a, b) =>
    a.time < b.time ? -1 : Number(a.time > b.time),
  );
  return [...local.slice(0, common), ...rest].map((line, n) => ({
    ...line,
    n,
  }));
}

/**
 * Opens the log of a run, going on after the lines that are there from earlier tries, here or on another machine.
 */
export async function openRunLog(options: {
  store: ObjectStore;
  key: string;
  workDirectory: string;
  runId: string;
  redact: (line: string) => string;
  onLine?: (line: RunLogLine) => void;
}): Promise<RunLog> {
  const { store, key, runId } = options;
  const file = localLogFile(options.workDirectory, runId);
  mkdirSync(dirname(file), { recursive: true });
  const here = existsSync(file) ? parseLog(readFileSync(file, 'utf8')) : [];
  const there = parseLog((await store.get(key))?.body ?? '');
  const lines = mergeLogs(here, there);
  // Written anew, because a process that was killed while it wrote leaves half a line.
  const log = createLogFile(file, lines);
  let uploaded = there.length === lines.length ? log.next : -1;
  let pauseMs = uploadEveryMs;
  let timer: NodeJS.Timeout | undefined;
  let upload: Promise<void> = Promise.resolve();

  const send = async () => {
    const upTo = log.next;
    if (upTo === uploaded) return;
    const text = log.text();
    pauseMs = uploadEveryMs * Math.ceil(text.length / uploadBytes);
    await store.put(key, text, { always: true });
    uploaded = upTo;
  };
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // A bucket that is away loses nothing: the file has every line, and the next upload sends them all.
      upload = upload.then(send).catch(() => {});
    }, pauseMs);
    timer.unref();
  };

  return {
    add(entry) {
      for (const text of entry.text.split('\n')) {
        const line: RunLogLine = {
          n: log.next,
          time: new Date().toISOString(),
          ...entry,
          text: options.redact(text),
        };
        log.append(line);
        options.onLine?.(line);
      }
      later();
    },
    after: n => log.after(n),
    async finish(deadlineMs) {
      clearTimeout(timer);
      timer = undefined;
      await upload;
      await patiently(send, deadlineMs);
      log.close();
    },
  };
}
