import {
  closeSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { RunLogLine } from '@nante/model';
import { parseLog } from './parseLog';

/** A run's log on this machine. It knows where each line begins, so that the newest cost the same however many there are. */
export interface LogFile {
  /** Number of the next line. */
  readonly next: number;
  /** Writes a line; it is in the file when this returns. */
  append(line: RunLogLine): void;
  /** Lines after a line number. */
  after(n: number): RunLogLine[];
  /** The whole text. */
  text(): string;
  /** Gives the file back to the system; a later call opens it again. */
  close(): void;
}

/**
 * Writes the file anew.
 *
 * @param lines - what it begins with, numbered from 0
 */
export function createLogFile(
  file: string,
  lines: readonly RunLogLine[],
): LogFile {
  const begins: number[] = [];
  let end = 0;
  let descriptor: number | undefined;
  const note = (bytes: number) => {
    begins.push(end);
    end += bytes;
  };
  const open = () => (descriptor ??= openSync(file, 'a+', 0o600));
  const read = (from: number): string => {
    const buffer = Buffer.alloc(end - from);
    let filled = 0;
    while (filled < buffer.length) {
      const count = readSync(
        open(),
        buffer,
        filled,
        buffer.length - filled,
        from + filled,
      );
      if (count === 0) break;
      filled += count;
    }
    return buffer.toString('utf8', 0, filled);
  };

  const texts = lines.map(toText);
  writeFileSync(file, texts.join(''), { mode: 0o600 });
  texts.forEach(text => note(Buffer.byteLength(text)));

  return {
    get next() {
      return begins.length;
    },
    append(line) {
      const bytes = Buffer.from(toText(line));
      writeSync(open(), bytes);
      note(bytes.length);
    },
    after(n) {
      const first = Math.max(0, n + 1);
      return first < begins.length ? parseLog(read(begins[first])) : [];
    },
    text: () => read(0),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function toText(line: RunLogLine): string {
  return `${JSON.stringify(line)}\n`;
}
