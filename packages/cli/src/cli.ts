import type { CommandResult } from '@nante/model';
import { fromAction } from './action';
import type { Call } from './execute';
import { createProgram, parserExitCode } from './program';
import { version } from './version';
import type { World } from './world';

/**
 * Runs the command line.
 *
 * @param args - without the names of Node and of the program
 * @param program - folder that this program lies in; `terraform/` and `ansible/` are looked for above it
 * @returns the exit code
 */
export async function runCli(
  args: readonly string[],
  outer: World,
  program: string,
): Promise<number> {
  const started = fromAction(args, outer.env);
  const world = { ...outer, env: started.env };
  let code = 0;
  const act = async (call: Call) => {
    code = await carryOut(call, world, program);
  };
  try {
    await createProgram(world, version, act).parseAsync(started.args, {
      from: 'user',
    });
    return code;
  } catch (error) {
    const parsed = parserExitCode(error);
    if (parsed === undefined) throw error;
    if (parsed !== 0 && wantsJson(started.args, world.env))
      print(world, wrongUse(started.args, (error as Error).message));
    return parsed;
  }
}

async function carryOut(
  call: Call,
  world: World,
  program: string,
): Promise<number> {
  const { name } = call.command;
  // Loaded when a verb needs them: help has to be there at once.
  if (name === 'completion') {
    const { completionScript } =
      require('./completion') as typeof import('./completion');
    world.stdout.write(completionScript(call.argument!));
    return 0;
  }
  const { execute } = require('./execute') as typeof import('./execute');
  return execute(call, world, program);
}

function wantsJson(args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return (
    args.includes('--json') ||
    ['true', '1', 'yes'].includes(env.NANTE_JSON?.toLowerCase() ?? '')
  );
}

function print({ stdout }: World, result: CommandResult): void {
  stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

/** The JSON document of a command line that cannot be carried out. */
function wrongUse(args: readonly string[], message: string): CommandResult {
  return {
    version: 1,
    verb: args.find(arg => !arg.startsWith('-')) ?? '',
    ok: false,
    exitCode: 2,
    error: { code: 'invalid-input', message },
  };
}
