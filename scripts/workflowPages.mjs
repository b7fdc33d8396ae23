// node scripts/workflowPages.mjs [--check]: a page of docs/workflows for each reusable workflow, made from its file; with
// --check it only says which pages differ from their workflow, and ends with 1 where one does.
import fs from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { markdownTable } from './lib/markdown.mjs';
import { root } from './lib/paths.mjs';
import { failures, pictures } from './lib/workflowTexts.mjs';

const workflows = path.join(root, '.github/workflows');
const pages = path.join(root, 'docs/workflows');
const command = 'node scripts/workflowPages.mjs';

/** What a caller gets who leaves an input out, as far as the description does not say it. */
function leftOut({ required, default: value }) {
  if (required) return 'required';
  return value === '' || value === 0 ? '' : `\`${value}\``;
}

/** Rights that the caller's job has to have, as they stand in the file. */
function rightsOf(jobs) {
  const rights = new Set(
    jobs.flatMap(({ permissions }) =>
      Object.entries(permissions ?? {}).map(
        ([name, right]) => `\`${name}: ${right}\``,
      ),
    ),
  );
  return rights.size === 0
    ? "None: nothing is checked out, and nothing is asked of GitHub. The caller's job can have `permissions: {}` too."
    : `${[...rights].join(', ')}, to read the sources. The caller's job has to have it too.`;
}

/** Which runs wait for each other. */
function turnsOf(jobs) {
  const groups = new Set(
    jobs.flatMap(({ concurrency }) =>
      concurrency
        ? [
            concurrency.group.replaceAll(
              /\$\{\{ (?:inputs|github)\.(\w+) \}\}/g,
              '<$1>',
            ),
          ]
        : [],
    ),
  );
  const [group] = groups;
  return `Runs of one \`${group}\` wait for each other; a caller needs no \`concurrency\` of its own, and must not use the same group.`;
}

/** Where to read on. */
function introductionOf(workflow) {
  const needs = '[RUNNER_SETUP.md](../../RUNNER_SETUP.md)';
  return /^(ci|deploy-|full-)/.test(workflow)
    ? `${needs} says what its runner needs, and [octopus-nexus.md](../octopus-nexus.md) what Nante may do in both.`
    : `[USAGE.md](../../USAGE.md) shows the first host by it, and ${needs} what its runner needs.`;
}

/** The example caller, without the remarks at its head. */
function exampleOf(name) {
  const file = path.join(root, 'examples', `${name}.yml`);
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line, index) => index > 3 || !line.startsWith('#'))
    .join('\n')
    .trim();
}

/** Jobs and which waits for which, and what else there is to see, as a picture. */
function pictureOfJobs(own, jobs) {
  const id = name => name.replaceAll('-', '_');
  const titles = Object.entries(jobs).map(([name, job]) => {
    const title = job.name.replaceAll(/\$\{\{ inputs\.(\w+) \}\}/g, '$1');
    const called = job.uses?.replace(/^.*\/|\.yml$/g, '');
    return `  ${id(name)}["${title}${called ? `: ${called}` : ''}"]`;
  });
  const arrows = Object.entries(jobs).flatMap(([name, { needs = [] }]) => {
    const before = [needs].flat();
    return before.length === 0
      ? [`  caller --> ${id(name)}`]
      : before.map(one => `  ${id(one)} --> ${id(name)}`);
  });
  return [
    'flowchart TD',
    '  caller["Workflow of the app"]',
    ...titles,
    ...arrows,
    ...own.map(line => `  ${line}`),
  ].join('\n');
}

/** Steps of the job, and what nante does in its own, as a picture. */
function pictureOf(workflow, jobs) {
  const own = pictures[workflow];
  if (!own)
    throw new Error(
      `scripts/lib/workflowTexts.mjs has no picture of ${workflow}.`,
    );
  if (Object.keys(jobs).length > 1) return pictureOfJobs(own, jobs);
  const [job] = Object.values(jobs);
  const steps = job.steps.map(({ name }, index) => `  s${index}["${name}"]`);
  const last = job.steps.length - 1;
  return [
    'flowchart TD',
    `  caller["Workflow of the app"] --> gate{{"Rules of the GitHub environment, then the turn of ${job.concurrency.group.includes('github.ref') ? 'app and branch' : 'app and environment'}"}}`,
    '  gate --> s0',
    ...steps,
    ...job.steps.slice(1).map((_, index) => `  s${index} --> s${index + 1}`),
    ...own.map(line => `  ${line.replaceAll('LAST', `s${last}`)}`),
  ].join('\n');
}

/** The page of one workflow. */
async function render(file) {
  const text = fs.readFileSync(path.join(workflows, file), 'utf8');
  const { name, on, jobs } = parse(text);
  const { inputs, secrets, outputs } = on.workflow_call;
  const short = file.replace(/^reusable-|\.yml$/g, '');
  const [first] = text.split('\n');
  const page = `# ${name}

<!-- Made by scripts/workflowPages.mjs out of .github/workflows/${file}. Change that, then run: ${command} -->

${first.replace(/^# | Page: .*$/g, '')} It is [\`${file}\`](../../.github/workflows/${file}); ${introductionOf(short)}

## Inputs

${markdownTable(
  ['Input', 'Type', 'What', 'Default'],
  Object.entries(inputs).map(([input, definition]) => [
    `\`${input}\``,
    definition.type,
    definition.description,
    leftOut(definition),
  ]),
)}

## Secrets

${markdownTable(
  ['Secret', 'What', ''],
  Object.entries(secrets).map(([secret, { description, required }]) => [
    `\`${secret}\``,
    description,
    required ? 'required' : '',
  ]),
)}

Which names the Doppler config has to have stands in [secrets.md](../secrets.md). What is missing is said by its name, before anything is changed.

## Outputs

${markdownTable(
  ['Output', 'What'],
  Object.entries(outputs).map(([output, { description }]) => [
    `\`${output}\``,
    description,
  ]),
)}

## Rights

${rightsOf(Object.values(jobs))} ${turnsOf(Object.values(jobs))}

## What happens

\`\`\`mermaid
${pictureOf(short, jobs)}
\`\`\`

## When it fails

${failures[short].map(line => `- ${line}`).join('\n')}

Messages and what to do about them: [TROUBLESHOOTING.md](../TROUBLESHOOTING.md#workflows).

## Example

[\`examples/${short}.yml\`](../../examples/${short}.yml):

\`\`\`yaml
${exampleOf(short)}
\`\`\`
`;
  const target = path.join(pages, file.replace(/\.yml$/, '.md'));
  const options = await resolveConfig(target);
  return [target, await format(page, { ...options, filepath: target })];
}

const made = new Map(
  await Promise.all(
    fs
      .readdirSync(workflows)
      .filter(file => /^reusable-.*\.yml$/.test(file))
      .sort()
      .map(render),
  ),
);

if (process.argv.includes('--check')) {
  const kept = fs.existsSync(pages) ? fs.readdirSync(pages) : [];
  const wrong = [
    ...[...made]
      .filter(
        ([file, text]) =>
          !fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text,
      )
      .map(([file]) => file),
    ...kept
      .map(file => path.join(pages, file))
      .filter(file => /reusable-/.test(file) && !made.has(file)),
  ];
  if (wrong.length > 0) {
    console.error(
      `${wrong.map(file => path.relative(root, file)).join(', ')}: not what the workflow says. Run: ${command}`,
    );
    process.exitCode = 1;
  }
} else {
  fs.mkdirSync(pages, { recursive: true });
  for (const [file, text] of made) fs.writeFileSync(file, text);
}
