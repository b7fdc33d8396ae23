// npm run verify -- SCENARIO ... [options]: proves whole capabilities, each by a scenario of e2e/scenarios.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './lib/command.mjs';
import { root } from './lib/paths.mjs';
import { ensureAct, ensurePython } from './lib/python.mjs';
import { buildPages } from './lib/portal.mjs';
import { runMain, step, StepError } from './lib/steps.mjs';
import { Summary } from './lib/summary.mjs';
import {
  checkPrerequisites,
  ensureNode,
  ensurePackages,
  ensureTerraform,
} from './lib/tools.mjs';
import { ensureSystemPackages } from './lib/systemPackages.mjs';

const directory = path.join(root, 'e2e/scenarios');
/** Exit code by which a scenario says that this machine cannot run it. */
const skipCode = 77;

/** Names of all scenarios. */
export function scenarioNames() {
  return fs
    .readdirSync(directory)
    .filter(name => name.endsWith('.ts'))
    .map(name => name.slice(0, -3))
    .sort();
}

/**
 * Runs one scenario and adds its outcome.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 * @param {Summary} summary
 */
export async function runScenario(name, args, tools, summary) {
  let reason = 'no reason was given';
  const { code } = await run(
    tools.node,
    ['--import', 'tsx', path.join(directory, `${name}.ts`), ...args],
    {
      cwd: root,
      env: tools.env,
      onLine: line => {
        if (line.startsWith('skip: ')) reason = line.slice(6);
        console.log(`      ${line}`);
      },
    },
  );
  if (code === 0) summary.pass();
  else if (code === skipCode && process.env.NANTE_REQUIRE_LAB !== '1')
    summary.skip(name, reason);
  else summary.fail(name);
}

if (
  process.argv[1] &&
  path.resolve(process.argv[1]) === path.join(root, 'scripts/verify.mjs')
) {
  await runMain(async () => {
    const known = scenarioNames();
    const names = [];
    const args = [];
    for (const word of process.argv.slice(2)) {
      if (args.length === 0 && known.includes(word)) names.push(word);
      else if (args.length === 0 && !word.startsWith('-')) {
        throw new StepError(
          `There is no scenario "${word}".`,
          `choose among: ${known.join(', ')}`,
        );
      } else args.push(word);
    }
    if (names.length === 0 || args.includes('--help')) {
      console.log(
        `npm run verify -- SCENARIO ... [options of the scenario]\n\nScenarios: ${known.join(', ')}`,
      );
      return names.length === 0 && !args.includes('--help') ? 2 : 0;
    }
    await step('Prerequisites', checkPrerequisites);
    const tools = await step('Node and Yarn', ensureNode);
    await step('Packages', progress => ensurePackages(tools, progress));
    await step('Terraform', progress =>
      ensureTerraform(tools.env, progress).then(found => found.version),
    );
    await step('Ansible', async progress => {
      const { version } = await ensurePython(progress);
      return `ansible-core ${version}`;
    });
    await step('act, which runs workflows', ensureAct);
    await step('System packages', progress => ensureSystemPackages(progress));
    await step('Pages', progress => buildPages(tools, progress));
    const summary = new Summary();
    for (const name of names) {
      await step(`Scenario ${name}`, () =>
        runScenario(name, args, tools, summary),
      ).catch(error => {
        console.error(error);
        summary.fail(name);
      });
    }
    return summary.close();
  });
}
