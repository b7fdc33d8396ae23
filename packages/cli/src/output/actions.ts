import { appendFileSync } from 'node:fs';
import type { RunDocument } from '@nante/model';
import { outputsText } from './outputs';
import type { Reporter, ReporterOptions } from './reporter';
import { summary } from './summary';
import { printable, problemLines, runFacts, stepText } from './text';

/** Shorter values would star out half of the log. */
const shortestMask = 4;

/** Groups, annotations, masks, a job summary and outputs, as a runner of GitHub Actions reads them. */
export function createActionsReporter({
  world,
  json,
}: ReporterOptions): Reporter {
  const { env } = world;
  let redact = (text: string) => text;
  let open = '';
  const titles = new Map<string, string>();
  const ended = new Set<string>();
  const target = json ? world.stderr : world.stdout;
  const command = (text: string) => target.write(`${text}\n`);
  const say = (text: string) => command(harmless(printable(redact(text))));
  const annotate = (level: 'error' | 'warning', title: string, text: string) =>
    command(
      `::${level} title=${escapeProperty(redact(title))}::${escapeData(redact(text))}`,
    );
  const group = (title: string) => {
    if (open === title) return;
    if (open) command('::endgroup::');
    if (title) command(`::group::${escapeData(redact(title))}`);
    open = title;
  };
  return {
    run(run: RunDocument) {
      for (const step of run.steps) {
        titles.set(step.title, step.id);
        if (['pending', 'running'].includes(step.state) || ended.has(step.id))
          continue;
        ended.add(step.id);
        group('');
        say(`${step.state}: ${stepText(step)}`);
      }
      group(run.steps.find(({ state }) => state === 'running')?.title ?? '');
    },
    log({ text, level }) {
      if (titles.has(text)) return;
      say(level === 'info' ? text : `${level}: ${text}`);
      if (level === 'warn') annotate('warning', 'nante', text);
    },
    note: say,
    learnSecrets(values, masked) {
      redact = masked;
      // The runner masks line by line.
      const lines = values
        .flatMap(value => value.split('\n'))
        .map(line => line.trim())
        .filter(line => line.length >= shortestMask && line !== 'true');
      for (const line of new Set(lines))
        command(`::add-mask::${escapeData(line)}`);
    },
    redact: text => redact(text),
    end(result, lines) {
      group('');
      const { run, error } = result;
      if (json)
        world.stdout.write(`${redact(JSON.stringify(result, null, 2))}\n`);
      else if (lines.length > 0) lines.forEach(say);
      else if (run && !error)
        for (const [name, value] of runFacts(run)) say(`${name}: ${value}`);
      if (error) {
        annotate('error', `nante ${result.verb}`, error.message);
        problemLines(result).forEach(say);
      }
      if (env.GITHUB_STEP_SUMMARY)
        appendFileSync(env.GITHUB_STEP_SUMMARY, redact(summary(result, lines)));
      if (env.GITHUB_OUTPUT)
        appendFileSync(env.GITHUB_OUTPUT, redact(outputsText(result)));
    },
  };
}

/** A line that no runner takes for a command: `::` at its beginning, and the older `##[` anywhere. */
export function harmless(text: string): string {
  return text
    .split('\n')
    .map(line => line.replaceAll('##[', '## [').replace(/^\s*::/, '  : :'))
    .join('\n');
}

function escapeData(text: string): string {
  return text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
