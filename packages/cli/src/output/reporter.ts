import type { CommandResult, RunDocument, RunLogLine } from '@nante/model';
import { isWorkflow, type World } from '../world';
import { createActionsReporter } from './actions';
import { createPlainReporter } from './plain';
import { createTerminalReporter } from './terminal';

/** Shows a call to whoever watches. */
export interface Reporter {
  /** After each change of a run's document. */
  run(run: RunDocument): void;
  log(line: RunLogLine): void;
  /** Something to know that belongs to no run. */
  note(text: string): void;
  /** From now on these values are masked in everything that is shown. */
  learnSecrets(
    values: readonly string[],
    redact: (text: string) => string,
  ): void;
  /** Text without the secrets that were learned. */
  redact(text: string): string;
  /** The end, told once. */
  end(result: CommandResult, lines: readonly string[]): void;
}

/** What every kind of reporter is made from. */
export interface ReporterOptions {
  world: World;
  /** Standard output belongs to the JSON document. */
  json: boolean;
  /** Every line of the run, also on a terminal. */
  verbose: boolean;
}

/** Colour and progress on a terminal, annotations in GitHub Actions, plain lines elsewhere. */
export function createReporter(options: ReporterOptions): Reporter {
  const { env, stderr } = options.world;
  if (isWorkflow(env)) return createActionsReporter(options);
  return stderr.isTTY && !env.CI && env.TERM !== 'dumb'
    ? createTerminalReporter(options)
    : createPlainReporter(options);
}
