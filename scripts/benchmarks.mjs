// npm run bench [-- NAME ...] [options of the benchmark]: figures of this machine. Counts and ratios have limits; times are told.
import path from 'node:path';
import { run } from './lib/command.mjs';
import { root } from './lib/paths.mjs';
import { buildPages } from './lib/portal.mjs';
import { runMain, step, StepError } from './lib/steps.mjs';
import {
  checkPrerequisites,
  ensureNode,
  ensurePackages,
  ensureTerraform,
} from './lib/tools.mjs';

const directory = path.join(root, 'benchmarks/src');
const known = [
  'entry-size',
  'submit-to-host',
  'second-start',
  'ansible-output',
  'quiet-sync',
  'deployments',
  'publish',
  'follow',
  'pipeline',
];

/**
 * Runs one benchmark.
 *
 * @returns {Promise<object | undefined>} its result, or undefined when it failed without one
 */
async function runBenchmark(name, args, tools) {
  let result;
  await run(
    tools.node,
    ['--import', 'tsx', path.join(directory, `${name}.ts`), ...args],
    {
      cwd: root,
      env: tools.env,
      onLine: line => {
        if (line.startsWith('{"benchmark":')) result = JSON.parse(line);
        else console.log(`      ${line}`);
      },
    },
  );
  return result;
}

function row(result, name, value, limit, verdict) {
  return [result.benchmark, name, value, limit, verdict];
}

function rowsOf(result) {
  const withUnit = (value, unit) => `${value}${unit ? ` ${unit}` : ''}`;
  return [
    ...result.gates.map(({ name, value, unit, limit, ok }) =>
      row(
        result,
        name,
        withUnit(value, unit),
        `at most ${limit}`,
        ok ? 'kept' : 'MISSED',
      ),
    ),
    ...result.figures.map(({ name, value, unit, goal }) =>
      row(
        result,
        name,
        withUnit(value, unit),
        goal === undefined ? '' : `goal ${goal}`,
        'told',
      ),
    ),
  ];
}

function printTable(rows) {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map(cells => String(cells[column]).length)),
  );
  for (const cells of rows) {
    console.log(
      cells
        .map((cell, column) => String(cell).padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
}

await runMain(async () => {
  const names = [];
  const args = [];
  for (const word of process.argv.slice(2)) {
    if (args.length === 0 && known.includes(word)) names.push(word);
    else if (args.length === 0 && !word.startsWith('-')) {
      throw new StepError(
        `There is no benchmark "${word}".`,
        `choose among: ${known.join(', ')}`,
      );
    } else args.push(word);
  }
  if (args.includes('--help')) {
    console.log(
      `npm run bench -- [NAME ...] [options of the benchmark]\n\nBenchmarks: ${known.join(', ')}; all of them unless named. benchmarks/README.md says what each measures.`,
    );
    return 0;
  }
  await step('Prerequisites', checkPrerequisites);
  const tools = await step('Node and Yarn', ensureNode);
  await step('Packages', progress => ensurePackages(tools, progress));
  await step('Terraform', progress =>
    ensureTerraform(tools.env, progress).then(found => found.version),
  );
  await step('Pages', progress => buildPages(tools, progress));

  const results = [];
  const failed = [];
  for (const name of names.length > 0 ? names : known) {
    await step(`Benchmark ${name}`, async () => {
      const result = await runBenchmark(name, args, tools);
      if (result) results.push(result);
      if (!result || result.gates.some(({ ok }) => !ok)) failed.push(name);
    });
  }
  if (results.length > 0) {
    console.log('');
    printTable([
      ['BENCHMARK', 'FIGURE', 'VALUE', 'MARK', ''],
      ...results.flatMap(rowsOf),
    ]);
    console.log('');
    for (const result of results) console.log(JSON.stringify(result));
  }
  if (failed.length > 0) {
    console.log(`failed: ${failed.join(', ')}`);
    return 1;
  }
  return 0;
});
