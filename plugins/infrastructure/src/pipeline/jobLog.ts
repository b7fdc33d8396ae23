/** A line of a job's log as a person reads it. */
export interface LogLine {
  text: string;
  /** Milliseconds since 1970; absent where the line does not say. */
  at?: number;
  isError: boolean;
}

const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?/;
// Colours of the terminal, which a page has no use for.
// eslint-disable-next-line no-control-regex
const colours = /\u001B\[[0-9;]*[A-Za-z]/g;
/** Groups and commands that GitHub's own page folds away. */
const folded = /^##\[(?:endgroup|command)\]$/;
const errorMark = '##[error]';
/** What compilers and test runners of the usual languages write before what went wrong. */
const failures =
  /^(?:\s*--- FAIL|FAIL\b|not ok\b|panic:|fatal:|E {3}|error(?:\[\w+\])?:|Error:|ERROR:?\s)/;

/** Lines without their time, colours and GitHub's marks. */
export function readLog(lines: string[]): LogLine[] {
  return lines.flatMap(line => {
    const time = stamp.exec(line)?.[1];
    const text = line.replace(stamp, '').replace(colours, '');
    if (folded.test(text)) return [];
    return {
      text: text.replace(/^##\[\w+\]/, ''),
      at: time ? Date.parse(time) : undefined,
      isError: text.startsWith(errorMark) || failures.test(text),
    };
  });
}

/**
 * Lines of a stage, which is a step of its job: those that were written while it ran. All of them where the lines do not
 * say when.
 */
export function linesOfStage(
  lines: LogLine[],
  stage: { startedAt?: string; finishedAt?: string },
): LogLine[] {
  if (!stage.startedAt) return lines;
  const from = Date.parse(stage.startedAt);
  // Steps are told to the second, lines to less.
  const to = stage.finishedAt ? Date.parse(stage.finishedAt) + 999 : Infinity;
  const own = lines.filter(
    ({ at }) => at !== undefined && at >= from && at <= to,
  );
  return own.length > 0 ? own : lines;
}

/** The first lines that say what went wrong. */
export function errorLines(lines: LogLine[], most: number): string[] {
  const texts = lines
    .filter(({ isError }) => isError)
    .map(({ text }) => text.trim());
  return [...new Set(texts)].slice(0, most);
}
