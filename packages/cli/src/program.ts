import { Argument, Command, CommanderError, Option } from 'commander';
import type { Call } from './execute';
import type { GivenFlags } from './inputs';
import { commands, exitCodeTexts } from './table/commands';
import { optionNamed } from './table/options';
import { allOptionsOf } from './table/optionsOf';
import {
  type CommandDefinition,
  type OptionDefinition,
  variableOf,
} from './table/types';
import type { World } from './world';

/**
 * The parser of the command line, made from the table.
 *
 * @param act - told what was called
 */
export function createProgram(
  { stdout, stderr }: World,
  version: string,
  act: (call: Call) => Promise<void>,
): Command {
  const program = new Command('nante')
    .description(
      'Hosts on Proxmox: made, configured, repaired and destroyed by the same engine as the portal and the workflows.',
    )
    .version(version)
    // A verb has a --version of its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
    })
    .addHelpText(
      'after',
      `\nEach option can also be given by the environment: --memory-mb is NANTE_MEMORY_MB.\nExit codes: ${exitCodeTexts.map(([code, text]) => `${code} ${text}`).join('; ')}.`,
    );
  const groups = new Map<string, Command>();
  for (const definition of commands) {
    const [first, second] = definition.name.split(' ');
    let parent = program;
    if (second) {
      const group = groups.get(first) ?? program.command(first);
      if (!groups.has(first)) group.description(groupTitle(first));
      groups.set(first, group);
      parent = group;
    }
    add(parent, second ?? first, definition, act);
  }
  return program;
}

function add(
  parent: Command,
  name: string,
  definition: CommandDefinition,
  act: (call: Call) => Promise<void>,
): void {
  const command = parent.command(name, {}).summary(definition.summary);
  command.description(
    [`${definition.summary}.`, ...(definition.description ?? [])].join('\n\n'),
  );
  const { argument } = definition;
  if (argument) {
    const made = new Argument(`<${argument.name}>`, argument.description);
    command.addArgument(
      argument.choices ? made.choices(argument.choices) : made,
    );
  }
  const made = allOptionsOf(definition).map(option => {
    const { flags, help } = optionHelp(optionNamed(option), definition);
    const built = new Option(flags, help);
    if (optionNamed(option).type === 'list')
      built.argParser((value: string, all: string[] = []) => [...all, value]);
    const { group } = optionNamed(option);
    return group ? built.helpGroup(group) : built;
  });
  made.forEach(option => command.addOption(option));
  if (definition.example)
    command.addHelpText('after', `\nExample:\n  ${definition.example}`);
  command.action(async () => {
    const given = command.opts<GivenFlags>();
    // By the name of the table, not in the parser's spelling.
    const flags = Object.fromEntries(
      made.map(option => {
        const value = given[option.attributeName()];
        // The parser takes `--no-x` for the opposite of a flag `--x` that is on.
        return [option.name(), option.negate ? !value || undefined : value];
      }),
    );
    await act({ command: definition, flags, argument: command.args[0] });
  });
}

/** How an option stands in help. */
export function optionHelp(
  {
    name,
    placeholder,
    description,
    choices,
    whenAbsent,
    alias,
  }: OptionDefinition,
  command?: CommandDefinition,
): { flags: string; help: string } {
  const isRequired = command?.required?.includes(name);
  const more = [
    isRequired ? 'required' : '',
    choices ? choices.join(', ') : '',
    whenAbsent ? `left out: ${whenAbsent}` : '',
    `env: ${[variableOf(name), alias].filter(Boolean).join(', ')}`,
  ].filter(Boolean);
  return {
    flags: placeholder ? `--${name} <${placeholder}>` : `--${name}`,
    help: `${description} (${more.join('; ')})`,
  };
}

const groupTitles: Partial<Record<string, string>> = {
  config: 'The configuration that all doors share',
  project: 'Projects of Octopus Deploy',
  release: 'Releases of Octopus Deploy',
  repository: 'Repositories of Nexus',
};

function groupTitle(name: string): string {
  return groupTitles[name] ?? `Verbs of ${name}`;
}

/** What an error of the parser means as an exit code; undefined for any other error. */
export function parserExitCode(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : 2;
}
