import { writeFileSync } from 'node:fs';
import {
  exitCodes,
  NanteError,
  type CommandResult,
  type RunDocument,
} from '@nante/model';
import { Inputs, type GivenFlags } from './inputs';
import { createReporter, type Reporter } from './output/reporter';
import { createSession, type Answer } from './session';
import { allOptionsOf } from './table/optionsOf';
import type { CommandDefinition } from './table/types';
import { verbs } from './verbs';
import type { World } from './world';

/** What the parser made of a command line. */
export interface Call {
  command: CommandDefinition;
  flags: GivenFlags;
  argument?: string;
}

/**
 * Carries a verb out and shows how it ended.
 *
 * @public loaded by `cli.ts` when it is needed
 * @param program - folder that this program lies in
 * @returns the exit code
 */
export async function execute(
  { command, flags, argument }: Call,
  world: World,
  program: string,
): Promise<number> {
  const isOn = (name: string, variable: string) =>
    flags[name] === true ||
    ['true', '1', 'yes'].includes(world.env[variable]?.toLowerCase() ?? '');
  const watched = watch(
    createReporter({
      world,
      json: isOn('json', 'NANTE_JSON'),
      verbose: isOn('verbose', 'NANTE_VERBOSE'),
    }),
  );
  const { reporter } = watched;
  const cancel = new AbortController();
  const stopListening = world.onSignal(signal => {
    if (cancel.signal.aborted) {
      reporter.note(
        'Still cancelling: Terraform ends what it has begun, which can take minutes. Cutting it off would leave machines that no state knows; it would go on even if this program were killed, and the next run would wait for it.',
      );
      return;
    }
    reporter.note(`Cancelling (${signal}) …`);
    cancel.abort();
  });
  const result: CommandResult = {
    version: 1,
    verb: command.name,
    ok: true,
    exitCode: 0,
  };
  let lines: string[] = [];
  try {
    const inputs = new Inputs(
      command,
      flags,
      world.env,
      allOptionsOf(command),
      argument,
    );
    const session = createSession(
      inputs,
      world,
      reporter,
      cancel.signal,
      program,
    );
    const answer: Answer = await verbs[command.name]!(session);
    lines = answer.lines ?? [];
    Object.assign(result, { run: answer.run, data: answer.data });
    if (answer.problem) fail(result, answer.problem);
  } catch (error) {
    result.run = watched.lastRun();
    fail(result, error);
  } finally {
    stopListening();
  }
  writeResult(result, flags, world, reporter);
  reporter.end(result, lines);
  return result.exitCode;
}

/** Remembers the run, which an error does not bring along. */
function watch(inner: Reporter) {
  let last: RunDocument | undefined;
  const reporter: Reporter = {
    ...inner,
    run(run) {
      last = run;
      inner.run(run);
    },
  };
  return { reporter, lastRun: () => last };
}

function fail(result: CommandResult, error: unknown): void {
  const known = NanteError.is(error) ? error : undefined;
  const code = known?.code ?? 'failed';
  result.ok = false;
  result.exitCode = exitCodes[code];
  result.error = {
    code,
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint,
  };
}

function writeResult(
  result: CommandResult,
  flags: GivenFlags,
  { env }: World,
  reporter: Reporter,
): void {
  const file = (flags.result as string | undefined) || env.NANTE_RESULT;
  if (!file) return;
  try {
    writeFileSync(
      file,
      `${reporter.redact(JSON.stringify(result, null, 2))}\n`,
    );
  } catch (error) {
    reporter.note(`The result could not be written to ${file}: ${error}`);
    if (result.ok)
      fail(
        result,
        new NanteError('failed', `The result could not be written to ${file}.`),
      );
  }
}
