import type { CommandResult } from '@nante/model';
import { duration, printable, problemLines, runFacts } from './text';

/** Job summary of GitHub Actions, Markdown. */
export function summary(
  result: CommandResult,
  lines: readonly string[],
): string {
  const { run, error, verb, ok } = result;
  const title = `### ${ok ? '✅' : '❌'} nante ${verb}${run ? ` ${inline(run.host || run.app)}` : ''}`;
  const facts = run
    ? [
        '| | |',
        '|---|---|',
        ...runFacts(run).map(
          ([name, value]) => `| ${inline(name)} | ${inline(value)} |`,
        ),
      ]
    : [];
  const steps = run?.steps.length
    ? [
        '| Step | State | Took | |',
        '|---|---|---|---|',
        ...run.steps.map(
          ({ title: name, state, startedAt, finishedAt, detail }) =>
            `| ${inline(name)} | ${state} | ${duration(startedAt, finishedAt)} | ${inline(detail ?? '')} |`,
        ),
      ]
    : [];
  const problem = error
    ? [
        `**${inline(error.message)}**`,
        '',
        ...problemLines(result).map(line => `- ${inline(line)}`),
      ]
    : [];
  const problems = (run?.deployment ?? run?.appDeployment)?.problems ?? [];
  const log =
    problems.length > 0
      ? ['Log of what failed:', '', '```text', ...problems.map(fenced), '```']
      : [];
  // Of a check they are what somebody has to look at: host keys, and what would change.
  const text = lines.length > 0 ? ['```text', ...lines.map(fenced), '```'] : [];
  return `${[title, problem, facts, log, steps, text]
    .map(part => [part].flat().join('\n'))
    .filter(Boolean)
    .join('\n\n')}\n`;
}

/** Text of others inside a table: nothing of it is Markdown or HTML. */
function inline(text: string): string {
  return printable(text)
    .replace(/\s+/g, ' ')
    .replace(
      /[\\`*_{}[\]<>()#+!|~&]/g,
      character => `&#${character.charCodeAt(0)};`,
    );
}

/** A line inside a fence that it cannot close. */
function fenced(line: string): string {
  return printable(line).replaceAll('`', "'");
}
