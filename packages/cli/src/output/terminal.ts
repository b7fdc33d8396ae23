import { styleText } from 'node:util';
import type { RunDocument, RunStep } from '@nante/model';
import type { Reporter, ReporterOptions } from './reporter';
import { printable, problemLines, runFacts, stepText } from './text';

const clearLine = '\r\u001b[2K';
const marks = {
  succeeded: ['✔', 'green'],
  skipped: ['–', 'gray'],
  failed: ['✘', 'red'],
  cancelled: ['✘', 'yellow'],
} as const;

/** A line for each step, the last one alive; the run's own lines only where something is odd, or asked for. */
export function createTerminalReporter({
  world,
  json,
  verbose,
}: ReporterOptions): Reporter {
  let redact = (text: string) => text;
  let current = '';
  const ended = new Set<string>();
  const isColoured = !world.env.NO_COLOR;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const clean = (text: string) => printable(redact(text));
  const say = (text: string) => {
    world.stderr.write(`${current ? clearLine : ''}${text}\n`);
    if (current) world.stderr.write(current);
  };
  const finished = (step: RunStep) => {
    const mark = marks[step.state as keyof typeof marks];
    if (!mark || ended.has(step.id)) return;
    ended.add(step.id);
    say(`${paint(mark[1], mark[0])} ${clean(stepText(step))}`);
  };
  const showCurrent = (step: RunStep | undefined) => {
    const next = step ? paint('dim', `… ${clean(step.title)}`) : '';
    if (next === current) return;
    if (current) world.stderr.write(clearLine);
    current = next;
    if (current) world.stderr.write(current);
  };
  return {
    run(run: RunDocument) {
      run.steps.forEach(finished);
      showCurrent(run.steps.find(({ state }) => state === 'running'));
    },
    log({ text, level }) {
      if (level === 'info' && !verbose) return;
      const style = { info: 'dim', warn: 'yellow', error: 'red' } as const;
      say(paint(style[level], `  ${clean(text)}`));
    },
    note: text => say(clean(text)),
    learnSecrets(_values, masked) {
      redact = masked;
    },
    redact: text => redact(text),
    end(result, lines) {
      showCurrent(undefined);
      const { run, error } = result;
      const out = (text: string) => world.stdout.write(`${clean(text)}\n`);
      if (json)
        world.stdout.write(`${redact(JSON.stringify(result, null, 2))}\n`);
      else if (lines.length > 0) lines.forEach(out);
      else if (run && !error)
        for (const [name, value] of runFacts(run))
          out(`${name.padEnd(14)}${value}`);
      if (!error) return;
      say(`${paint('red', '✘')} ${paint('bold', clean(error.message))}`);
      for (const line of problemLines(result)) say(`  ${clean(line)}`);
    },
  };
}
