import { commands } from './table/commands';
import { allOptionsOf } from './table/optionsOf';
import { variableOf } from './table/types';

/** Verbs that the action takes: all that need nothing behind them. */
export const actionVerbs = commands
  .filter(({ argument }) => !argument)
  .map(({ name }) => name);

/** Names of all inputs of the action beside `verb`. */
export const actionInputs = [
  ...new Set(
    commands
      .filter(({ name }) => actionVerbs.includes(name))
      .flatMap(allOptionsOf),
  ),
].filter(name => name !== 'json');

/** How a runner hands an input over. */
const inputVariable = (name: string) => `INPUT_${name.toUpperCase()}`;

/**
 * When the program is started as an action, its inputs are variables: they become ours, and the verb the arguments.
 *
 * @returns arguments and environment; those given where it is not started as an action
 */
export function fromAction(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { args: readonly string[]; env: NodeJS.ProcessEnv } {
  const verb = env[inputVariable('verb')]?.trim();
  if (args.length > 0 || env.GITHUB_ACTIONS !== 'true' || !verb)
    return { args, env };
  const given = actionInputs.flatMap((name): [string, string][] => {
    const value = env[inputVariable(name)];
    return value ? [[variableOf(name), value]] : [];
  });
  return {
    args: verb.split(/\s+/),
    env: { ...env, ...Object.fromEntries(given) },
  };
}
