// npm test: types, lint, dead code, Terraform, unit and integration tests, one host in a browser.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './lib/command.mjs';
import { root } from './lib/paths.mjs';
import { buildPages } from './lib/portal.mjs';
import { ensurePython } from './lib/python.mjs';
import { runMain, step } from './lib/steps.mjs';
import { Summary } from './lib/summary.mjs';
import { ensureSystemPackages } from './lib/systemPackages.mjs';
import {
  checkPrerequisites,
  ensureNode,
  ensurePackages,
  ensureTerraform,
} from './lib/tools.mjs';
import { runScenario } from './verify.mjs';

const help = `npm test -- [options]

  --quick   without the browser and the lab
  --help    this text
`;

/** Lines that a failed check prints. */
const shownLines = 80;

/** Runs a program as one check. */
async function check(name, file, args, { env, summary }) {
  await step(name, async progress => {
    const { code, output } = await run(file, args, {
      cwd: root,
      env,
      onLine: progress,
    });
    if (code === 0) {
      summary.pass();
      return;
    }
    summary.fail(name);
    console.log(output.split('\n').slice(-shownLines).join('\n'));
  });
}

/** Runs jest over all packages and takes its counts. */
async function runJest(tools, summary) {
  const report = path.join(
    fs.mkdtempSync(path.join(os.tmpdir(), 'nante-test-')),
    'jest.json',
  );
  await step('Unit and integration tests', async progress => {
    const { output } = await run(
      tools.node,
      [
        ...[
          '--max-old-space-size=6144',
          tools.yarn,
          'backstage-cli',
          'repo',
          'test',
        ],
        ...[
          '--ci',
          '--watchAll=false',
          '--maxWorkers=2',
          '--silent',
          '--passWithNoTests',
          '--json',
        ],
        `--outputFile=${report}`,
      ],
      { cwd: root, env: { ...tools.env, CI: 'true' }, onLine: progress },
    );
    if (!fs.existsSync(report)) {
      summary.fail('jest');
      console.log(output);
      return undefined;
    }
    const { testResults } = JSON.parse(fs.readFileSync(report, 'utf8'));
    let count = 0;
    for (const file of testResults) {
      const place = path.relative(root, file.name);
      if (file.assertionResults.length === 0 && file.status === 'failed') {
        summary.fail(place);
        console.log(file.message);
      }
      for (const {
        status,
        fullName,
        failureMessages,
      } of file.assertionResults) {
        count += 1;
        if (status === 'passed') summary.pass();
        // A test that is left out says in its name what it would need.
        else if (status === 'pending') summary.skip(place, fullName);
        else {
          summary.fail(`${place}: ${fullName}`);
          console.log(`${place}: ${fullName}\n${failureMessages.join('\n')}`);
        }
      }
    }
    return `${count} tests in ${testResults.length} files`;
  });
}

/** Linters of workflows, shell, Ansible and YAML, and the search for secrets. */
async function lintChecks(summary) {
  // Not before the packages are there, one of which it needs.
  const { linters, prepareLinters } = await import('./lint/index.mjs');
  const lint = await step('Linters', prepareLinters);
  for (const name of Object.keys(linters))
    await step(`Lint: ${name}`, async () => {
      const lines = await lint(name);
      if (!lines) summary.skip(name, 'needs Python 3.11 or newer');
      else if (lines.length === 0) summary.pass();
      else {
        summary.fail(`Lint: ${name}`);
        console.log(lines.slice(0, shownLines).join('\n'));
      }
    });
}

/** Whether roles, specifications and READMEs agree. */
async function roleTables(tools, summary) {
  const python = await step('Ansible', ensurePython);
  await check(
    'Ansible: arguments of the roles',
    python.python,
    ['scripts/tools/role_tables.py'],
    { env: { ...tools.env, ...python.env, NO_COLOR: '1' }, summary },
  );
}

/** `terraform test` needs the provider's schema: the sandbox's stand-in serves it. */
async function terraformTests(tools, summary) {
  const name = 'Terraform: validations of the modules';
  await step(name, async progress => {
    const { code, output } = await run(
      tools.node,
      ['--import', 'tsx', 'e2e/terraformTests.ts'],
      {
        cwd: root,
        env: tools.env,
        onLine: progress,
      },
    );
    const counts = /(\d+) passed, (\d+) failed/.exec(output);
    if (counts) {
      summary.pass(Number(counts[1]));
      summary.fail(name, Number(counts[2]));
    }
    if (code !== 0) {
      if (!counts || counts[2] === '0') summary.fail(name);
      console.log(output.split('\n').slice(-shownLines).join('\n'));
    }
  });
}

/** Repositories that templates make: they have to be as good as this one. */
async function generatedRepositories(tools, summary) {
  const name = 'Repositories that templates make';
  await step(name, async progress => {
    const { code, output } = await run(
      tools.node,
      ['--import', 'tsx', 'scripts/generated/index.mjs'],
      { cwd: root, env: tools.env, onLine: progress },
    );
    const counts = /(\d+) passed, (\d+) failed/.exec(output);
    if (counts) {
      summary.pass(Number(counts[1]));
      summary.fail(name, Number(counts[2]));
    } else summary.fail(name);
    for (const [, left, reason] of output.matchAll(/^skipped {2}(.+): (.+)$/gm))
      summary.skip(left, reason);
    if (code !== 0)
      console.log(output.split('\n').slice(-shownLines).join('\n'));
  });
}

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const summary = new Summary();
  await step('Prerequisites', checkPrerequisites);
  const tools = await step('Node and Yarn', ensureNode);
  await step('Packages', progress => ensurePackages(tools, progress));
  const { tool } = await step('Terraform', async progress => {
    const found = await ensureTerraform(tools.env, progress);
    return found;
  });
  await step('System packages', progress => ensureSystemPackages(progress));

  const context = { env: tools.env, summary };
  const yarn = (name, ...args) =>
    check(name, tools.node, [tools.yarn, ...args], context);
  await yarn('Types', 'tsc', '--noEmit');
  await yarn('Lint', 'backstage-cli', 'repo', 'lint', '--max-warnings=0');
  await yarn('Format', 'prettier', '--check', '--log-level=warn', '.');
  await yarn('Dead code', 'knip', '--no-progress');
  await check(
    'Bundle of the command line',
    tools.node,
    ['--import', 'tsx', 'packages/cli/scripts/bundle.ts', '--check'],
    context,
  );
  await check(
    'Pages of the workflows',
    tools.node,
    ['scripts/workflowPages.mjs', '--check'],
    context,
  );
  await check(
    'Terraform: format',
    tool,
    ['fmt', '-check', '-recursive', 'terraform'],
    context,
  );
  await check(
    'Terraform: tables of the modules',
    tools.node,
    ['scripts/terraformTables.mjs', '--check'],
    context,
  );
  await terraformTests(tools, summary);
  await lintChecks(summary);
  await generatedRepositories(tools, summary);
  await roleTables(tools, summary);
  // First, since it builds the base image of the lab that other tests share.
  if (values.quick) {
    summary.skip('first-host', 'left out by --quick');
    summary.skip('provider', 'left out by --quick');
    summary.skip('configured-host', 'left out by --quick');
  } else {
    await step('Pages', progress => buildPages(tools, progress));
    const scenarios = [
      ['provider', []],
      ['first-host', ['--no-images']],
      // How long it takes depends on what else the machine does: `npm run verify` judges that.
      ['configured-host', ['--no-images', '--no-limits']],
    ];
    for (const [name, args] of scenarios)
      await step(`Scenario ${name}`, () =>
        runScenario(name, args, tools, summary),
      );
  }
  await runJest(tools, summary);
  return summary.close();
});
