import type { RunDocument } from '@nante/model';
import type { Reporter, ReporterOptions } from './reporter';
import { printable, problemLines, runFacts, stepText } from './text';

/** One line for each thing that happens: for logs, pipes and other CI systems. */
export function createPlainReporter({
  world,
  json,
}: ReporterOptions): Reporter {
  let redact = (text: string) => text;
  const say = (text: string) =>
    world.stderr.write(`${printable(redact(text))}\n`);
  const titles = new Set<string>();
  const ended = new Set<string>();
  return {
    run(run: RunDocument) {
      for (const step of run.steps) {
        titles.add(step.title);
        if (step.state === 'pending') continue;
        if (step.state === 'running') continue;
        if (ended.has(step.id)) continue;
        ended.add(step.id);
        say(`${step.state}: ${stepText(step)}`);
      }
    },
    log({ text, level }) {
      if (titles.has(text)) say(`running: ${text}`);
      else say(level === 'info' ? `  ${text}` : `  ${level}: ${text}`);
    },
    note: say,
    learnSecrets(_values, masked) {
      redact = masked;
    },
    redact: text => redact(text),
    end(result, lines) {
      const { run, error } = result;
      const out = (text: string) =>
        world.stdout.write(`${printable(redact(text))}\n`);
      if (json)
        world.stdout.write(`${redact(JSON.stringify(result, null, 2))}\n`);
      else if (lines.length > 0) lines.forEach(out);
      else if (run && !error)
        for (const [name, value] of runFacts(run)) out(`${name}: ${value}`);
      if (!error) return;
      say(`error: ${error.message}`);
      for (const line of problemLines(result)) say(`  ${line}`);
    },
  };
}
