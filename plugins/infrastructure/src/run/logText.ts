import type { RunLogLine } from '@nante/model';

/** The least that a line has to be to be shown. */
export type Level = RunLogLine['level'];

const ranks: Record<Level, number> = { info: 0, warn: 1, error: 2 };

/**
 * Made once: `toLocaleTimeString` makes one a line, which for 100,000 lines takes longer than all the rest of the page.
 */
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

function lineText(line: RunLogLine, time: string): string {
  const mark = line.level === 'info' ? '' : `${line.level.toUpperCase()} `;
  return `${time} ${mark}${line.text}`;
}

/** The text of a log that only grows: a call writes what came since the call before, and no line twice. */
export class LogText {
  readonly #level: Level;
  #lines = 0;
  #first: RunLogLine | undefined;
  #text = '';
  #second = { of: '', time: '' };

  /** @param level - lines below it are left out */
  constructor(level: Level) {
    this.#level = level;
  }

  /** The text of all lines so far; a log that is another one is written anew. */
  of(lines: readonly RunLogLine[]): string {
    if (lines[0] !== this.#first || lines.length < this.#lines) {
      this.#lines = 0;
      this.#text = '';
    }
    const fresh: string[] = [];
    for (let at = this.#lines; at < lines.length; at += 1) {
      const line = lines[at];
      if (ranks[line.level] >= ranks[this.#level]) {
        fresh.push(lineText(line, this.#time(line.time)));
      }
    }
    if (fresh.length > 0) {
      this.#text += `${this.#text === '' ? '' : '\n'}${fresh.join('\n')}`;
    }
    this.#first = lines[0];
    this.#lines = lines.length;
    return this.#text;
  }

  /** Lines come in bunches: those of one second share its time. */
  #time(iso: string): string {
    const of = iso.slice(0, 19);
    if (of !== this.#second.of) {
      this.#second = { of, time: clock.format(new Date(iso)) };
    }
    return this.#second.time;
  }
}
