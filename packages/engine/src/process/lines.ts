/** A program that prints no newline must not fill our memory. */
const longestLine = 256 * 1024;

/** Cuts a stream of pieces into lines; `\r\n` ends a line like `\n`. */
export interface LineSplitter {
  push(piece: string): string[];
  /** The last line, when it had no newline. */
  end(): string[];
}

/** Makes a splitter. A line longer than 256 Ki characters is given out in parts. */
export function createLineSplitter(): LineSplitter {
  let rest = '';
  const without = (line: string) =>
    line.endsWith('\r') ? line.slice(0, -1) : line;
  return {
    push(piece) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) {
        lines.push(rest);
        rest = '';
      }
      return lines.map(without);
    },
    end() {
      const last = rest;
      rest = '';
      return last === '' ? [] : [without(last)];
    },
  };
}
