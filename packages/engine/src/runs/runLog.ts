import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '@nante/clients';
import { runLogLineSchema, type RunLogLine } from '@nante/model';
import { patiently } from '../store/documents';

const uploadEveryMs = 5_000;

/** Where a run's log lies on the machine that executes it. */
export function localLogFile(workDirectory: string, runId: string): string {
  return join(workDirectory, 'runs', runId, 'log.ndjson');
}

/** Lines of a log file or object. */
export function parseLog(text: string): RunLogLine[] {
  return text.split('\n').flatMap(line => {
    if (!line) return [];
    try {
      const parsed = runLogLineSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      // The last line of a process that was killed while it wrote.
      return [];
    }
  });
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
  /** Uploads what is there; waits for a bucket that is away. */
  finish(deadlineMs: number): Promise<void>;
}

/**
 * Opens the log of a run, going on after the lines that are there from an earlier try, here or on another machine.
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
  if (!existsSync(file)) {
    const earlier = await store.get(key);
    writeFileSync(file, earlier?.body ?? '', { mode: 0o600 });
  }
  let next = (parseLog(readFileSync(file, 'utf8')).at(-1)?.n ?? -1) + 1;
  let uploaded = next;
  let timer: NodeJS.Timeout | undefined;
  let upload: Promise<void> = Promise.resolve();

  const send = async () => {
    const upTo = next;
    if (upTo === uploaded) return;
    await store.put(key, readFileSync(file, 'utf8'), { always: true });
    uploaded = upTo;
  };
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // A bucket that is away loses nothing: the file has every line, and the next upload sends them all.
      upload = upload.then(send).catch(() => {});
    }, uploadEveryMs);
    timer.unref();
  };

  return {
    add(entry) {
      for (const text of entry.text.split('\n')) {
        const line: RunLogLine = {
          n: next,
          time: new Date().toISOString(),
          ...entry,
          text: options.redact(text),
        };
        next += 1;
        appendFileSync(file, `${JSON.stringify(line)}\n`);
        options.onLine?.(line);
      }
      later();
    },
    async finish(deadlineMs) {
      clearTimeout(timer);
      await upload;
      await patiently(send, deadlineMs);
    },
  };
}
