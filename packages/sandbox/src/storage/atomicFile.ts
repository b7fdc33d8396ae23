import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';

/**
 * Writes a file so that a reader, or a start after a crash, sees the old content or the new one and never a part.
 *
 * @param path - file to write; its folder is made when missing
 * @param content - bytes, or text in UTF-8
 * @param mode - permissions; 0600 unless told, because most of what a stand-in keeps is a credential
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, content, { mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Reads a JSON file.
 *
 * @returns its value, or undefined when the file is not there
 * @throws when the file is there and is no JSON: starting with an empty state would lose what a person had
 */
export function readJsonFile<T>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as T;
}

/** Keeps a stand-in's state in one JSON file. */
export interface StateFile<T> {
  /** What was kept by an earlier start; undefined at the first. */
  load(): T | undefined;
  /** Remembers that something changed; the file is written soon, many changes at once. */
  changed(): void;
  /** Writes now what is still waiting. */
  flush(): void;
}

/**
 * A JSON file that follows a state in memory.
 *
 * @param path - the file
 * @param snapshot - gives the state to write, as plain JSON
 * @param delayMs - longest time between a change and its write, 50 ms unless told
 */
export function createStateFile<T>(
  path: string,
  snapshot: () => T,
  delayMs = 50,
): StateFile<T> {
  let timer: NodeJS.Timeout | undefined;
  function flush() {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    writeFileAtomic(path, JSON.stringify(snapshot()));
  }
  return {
    load: () => readJsonFile<T>(path),
    changed() {
      timer ??= setTimeout(flush, delayMs);
    },
    flush,
  };
}
