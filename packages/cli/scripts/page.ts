import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { actionInputs, actionVerbs } from '../src/action';
import { actionOutputs } from '../src/output/actionOutputs';
import { commands, exitCodeTexts } from '../src/table/commands';
import { commonOptions, optionNamed, options } from '../src/table/options';
import {
  type CommandDefinition,
  type OptionDefinition,
  variableOf,
} from '../src/table/types';

const root = resolve(__dirname, '../../..');

/** What is made from the table, by path in the repository. */
export const generatedFiles: Record<string, () => string> = {
  'docs/command-line.md': renderPage,
  '.github/actions/nante/action.yml': renderAction,
};

/** Absolute path of a file in the repository. */
export const inRepository = (path: string) => join(root, path);

const madeBy =
  'Made by packages/cli/scripts/page.ts out of packages/cli/src/table. Change the table, then run: npx tsx packages/cli/scripts/page.ts';

/** `docs/command-line.md`. */
function renderPage(): string {
  return `${[
    '# The command line nante',
    `<!-- ${madeBy} -->`,
    'One of three doors to the same engine: what it makes stands in the portal too, and the other way round. How it is started, who may do what and where it keeps its work says [its README](../packages/cli/README.md).',
    '## Verbs',
    table(
      ['Verb', 'What it does'],
      commands.map(({ name, summary }) => [
        `[\`${name}\`](#${anchor(name)})`,
        summary,
      ]),
    ),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      exitCodeTexts.map(([code, text]) => [String(code), text]),
    ),
    '## Inputs',
    `Every input has one name: \`--memory-mb\` is the variable \`NANTE_MEMORY_MB\` and the input \`memory-mb\` of the action. A flag rules over a variable; an empty variable counts as left out. A list is given by repeating its flag, or one line each in the variable. Secrets are no inputs: their names stand in [secrets.md](secrets.md).`,
    table(
      ['Option', 'Variable', 'What', 'Left out'],
      options.map((option: OptionDefinition) => [
        `\`--${option.name}${option.placeholder ? ` ${option.placeholder}` : ''}\``,
        [variableOf(option.name), option.alias]
          .filter(Boolean)
          .map(name => `\`${name}\``)
          .join(', '),
        [
          option.description,
          option.choices ? ` (${option.choices.join(', ')})` : '',
        ].join(''),
        option.whenAbsent ?? '',
      ]),
    ),
    ...commands.flatMap(section),
  ].join('\n\n')}\n`;
}

function section(command: CommandDefinition): string[] {
  const { name, summary, description = [], argument, example } = command;
  const list = (names: readonly string[]) =>
    names.map(option => `\`--${option}\``).join(', ');
  const { required = [], optional = [] } = command;
  return [
    `## nante ${name}`,
    `${summary}.`,
    ...description,
    [
      ...(argument
        ? [`- Behind the verb: ${argument.name}, ${argument.description}.`]
        : []),
      ...(required.length > 0 ? [`- Required: ${list(required)}.`] : []),
      ...(optional.length > 0 ? [`- Optional: ${list(optional)}.`] : []),
      ...(name === 'completion'
        ? []
        : [`- As every verb: ${list(commonOptions)}.`]),
    ].join('\n'),
    ...(example ? [`\`\`\`sh\n${example}\n\`\`\``] : []),
  ];
}

/** `action.yml` of the action that the workflows share. */
function renderAction(): string {
  const inputs = actionInputs.map(name => {
    const { description, choices, whenAbsent } = optionNamed(name);
    const more = [
      choices ? `One of ${choices.join(', ')}.` : '',
      whenAbsent ? `Left out: ${whenAbsent}.` : '',
    ].filter(Boolean);
    return [
      `  ${name}:`,
      `    description: ${yaml([`${description}.`, ...more].join(' '))}`,
    ].join('\n');
  });
  const outputs = Object.entries(actionOutputs).map(
    ([name, description]) =>
      `  ${name}:\n    description: ${yaml(`${description}.`)}`,
  );
  return `${[
    `# ${madeBy}`,
    'name: nante',
    `description: ${yaml('The command line nante: hosts on Proxmox, made, configured, repaired and destroyed.')}`,
    'author: Nante',
    'inputs:',
    '  verb:',
    `    description: ${yaml(`What to do: ${actionVerbs.join(', ')}.`)}`,
    '    required: true',
    ...inputs,
    'outputs:',
    ...outputs,
    'runs:',
    '  using: node24',
    '  main: dist/index.js',
  ].join('\n')}\n`;
}

/** A string of YAML that is nothing else, in the quotes that prettier chooses. */
function yaml(text: string): string {
  return text.includes("'") && !/["\\]/.test(text)
    ? `"${text}"`
    : `'${text.replaceAll("'", "''")}'`;
}

function anchor(name: string): string {
  return `nante-${name.replaceAll(' ', '-')}`;
}

/** A Markdown table as prettier leaves it. */
function table(head: readonly string[], rows: readonly string[][]): string {
  const all = [head, ...rows].map(row =>
    row.map(cell => cell.replaceAll('|', '\\|')),
  );
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map(row => row[column].length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [first, ...others] = all.map(row =>
    line(row.map((cell, column) => cell.padEnd(widths[column]))),
  );
  return [first, line(widths.map(width => '-'.repeat(width))), ...others].join(
    '\n',
  );
}

if (require.main === module) {
  for (const [path, render] of Object.entries(generatedFiles))
    writeFileSync(inRepository(path), render());
}
