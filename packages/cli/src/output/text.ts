import type { CommandResult, RunDocument, RunStep } from '@nante/model';
import { deploymentFacts } from './deploymentFacts';

/** A duration as `4.2 s` or `3 min 5 s`; empty where it is not known. */
export function duration(from?: string, to?: string): string {
  if (!from || !to) return '';
  const seconds = Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** One line about a step that is over. */
export function stepText({ title, detail, startedAt, finishedAt }: RunStep) {
  const time = duration(startedAt, finishedAt);
  return [title, detail, time].filter(Boolean).join(' · ');
}

/** What there is to know after a run, name and value. */
export function runFacts(run: RunDocument): [string, string][] {
  const { result, plan, configuration, repairs } = run;
  const facts: [string, string | undefined | null | false][] = [
    ['Host', (run.hosts ?? [run.host]).join(', ')],
    ['App', [run.app, run.environment].filter(Boolean).join(', ')],
    ['Guest', result && `${result.kind} ${result.vmId} on ${result.node}`],
    ['Address', result?.address],
    ['Log in', result?.ssh],
    [
      'Plan',
      plan &&
        `${plan.add} to add, ${plan.change} to change, ${plan.destroy} to destroy`,
    ],
    [
      'Configuration',
      configuration &&
        configuration.recap
          .map(
            ({ host, changed, failed }) =>
              `${host}: ${changed} changed, ${failed} failed`,
          )
          .join('; '),
    ],
    ...deploymentFacts(run),
    ['Repairs', repairs],
    ['Run', run.id],
    ['Took', duration(run.startedAt, run.finishedAt)],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

/** What went wrong and what to do about it, a line each. */
export function problemLines({ error, run }: CommandResult): string[] {
  if (!error) return [];
  const failedRun = run?.state === 'failed' || run?.state === 'cancelled';
  const cause = run?.error?.cause;
  return [
    ...(error.hint ? [`What to do: ${error.hint}`] : []),
    ...(cause ? [`Likely cause: ${cause.text} ${cause.remedy}`] : []),
    ...(run?.leftovers ?? []).map(line => `Still there: ${line}`),
    ...(run && failedRun
      ? [`Ways out of it: nante repair --run-id ${run.id}`]
      : []),
  ];
}

/** Columns of equal width. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column].length)),
  );
  return [head, ...rows].map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/** Text of others on a terminal: no control characters. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
