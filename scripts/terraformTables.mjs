// node scripts/terraformTables.mjs [--check]: the tables of inputs and outputs in the READMEs of the Terraform modules, made
// from their variables.tf and outputs.tf; with --check it only says which README differs, and ends with 1 where one does.
import fs from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { blocksOf, typeOf } from './lib/terraformFiles.mjs';
import { markdownTable } from './lib/markdown.mjs';
import { root } from './lib/paths.mjs';

const command = 'node scripts/terraformTables.mjs';
const start = `<!-- Inputs and outputs, made by \`${command}\` -->`;
const end = '<!-- End of inputs and outputs -->';

/** Folders whose README has the tables. */
function folders() {
  const modules = path.join(root, 'terraform/modules');
  return [
    ...fs.readdirSync(modules).map(name => path.join(modules, name)),
    path.join(root, 'terraform/examples/adopt'),
  ];
}

const code = text => `\`${text}\``;

/** A default as a reader wants it: most values as they stand, empty ones in a word. */
function defaultText(value) {
  if (value === undefined) return 'required';
  return (
    { null: 'none', '[]': 'none', '{}': 'see below' }[value] ?? code(value)
  );
}

/** @returns tables of inputs, of the fields of those that are objects, and of outputs */
function tablesOf(folder) {
  const read = name => fs.readFileSync(path.join(folder, name), 'utf8');
  const inputs = blocksOf(read('variables.tf'), 'variable').map(variable => ({
    ...variable,
    ...typeOf(variable.type ?? ''),
  }));
  const outputs = blocksOf(read('outputs.tf'), 'output');
  for (const { name, description } of [...inputs, ...outputs])
    if (!description) throw new Error(`${folder}: ${name} has no description.`);
  const parts = [
    '## Inputs',
    markdownTable(
      ['Input', 'Type', 'Default', 'What'],
      inputs.map(input => [
        code(input.name),
        input.title,
        // An object that is empty by default has its fields' defaults; a map has none.
        input.default === '{}' && !input.isObject
          ? 'none'
          : defaultText(input.default),
        input.description,
      ]),
    ),
  ];
  for (const { name, title, fields } of inputs.filter(input => input.fields))
    parts.push(
      title === 'object'
        ? `Fields of ${code(name)}:`
        : `Fields of each entry of ${code(name)}:`,
      markdownTable(
        ['Field', 'Type', 'Default'],
        fields.map(field => [
          code(field.name),
          field.title,
          field.optional
            ? defaultText(field.default ?? 'null')
            : defaultText(undefined),
        ]),
      ),
    );
  parts.push(
    '## Outputs',
    markdownTable(
      ['Output', 'What'],
      outputs.map(output => [code(output.name), output.description]),
    ),
  );
  return parts.join('\n\n');
}

async function main() {
  const check = process.argv.includes('--check');
  let differing = 0;
  for (const folder of folders()) {
    const readme = path.join(folder, 'README.md');
    const before = fs.readFileSync(readme, 'utf8');
    const [from, to] = [before.indexOf(start), before.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(
        `${readme} has no place for the tables: a line "${start}" and one "${end}".`,
      );
    const text = `${before.slice(0, from)}${start}\n\n${tablesOf(folder)}\n\n${before.slice(to)}`;
    const after = await format(text, {
      ...(await resolveConfig(readme)),
      parser: 'markdown',
    });
    if (after === before) continue;
    differing += 1;
    const name = path.relative(root, readme);
    if (check)
      console.error(
        `${name} differs from what its module says: run ${command}.`,
      );
    else {
      fs.writeFileSync(readme, after);
      console.log(`${name} written`);
    }
  }
  if (check && differing > 0) process.exitCode = 1;
}

await main();
