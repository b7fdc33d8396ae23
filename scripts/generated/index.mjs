// Repositories that the templates of apps make, with plain answers and with ones that are made to break something: each file
// says what was written as text, all linters are content, their own tests pass, and a second time gives the same.
//
//   node --import tsx scripts/generated/index.mjs [--keep FOLDER] [TEMPLATE ...]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { lintRepository } from '../lint/repository.mjs';
import { runMain, step } from '../lib/steps.mjs';
import { Summary } from '../lib/summary.mjs';
import { runPrograms } from './programs.mjs';
import { appTemplates, filesOf, renderRepository } from './render.mjs';
import { situationsOf } from './situations.mjs';
import { textProblems } from './texts.mjs';

/** Contents by path. */
const contentsOf = folder =>
  JSON.stringify(
    filesOf(folder).map(file => [
      file,
      fs.readFileSync(path.join(folder, file), 'base64'),
      fs.statSync(path.join(folder, file)).mode,
    ]),
  );

/** All checks of one repository. */
async function checkRepository(template, situation, place, summary) {
  const title = `${template}, ${situation.name}`;
  const take = (what, problems) => {
    if (problems.length === 0) {
      summary.pass();
      return;
    }
    summary.fail(`${title}: ${what}`);
    for (const problem of problems) console.log(`${title}: ${problem}`);
  };
  const make = name => {
    const workspace = path.join(place, `${template}-${situation.name}${name}`);
    fs.mkdirSync(workspace, { recursive: true });
    return renderRepository(template, situation.context, workspace);
  };
  const folder = await make('');
  const again = await make('-again');
  take(
    'made again',
    contentsOf(folder) === contentsOf(again) ? [] : ['it is another one'],
  );
  const app = situation.context.steps.check.output;
  take('texts', textProblems(folder, app));
  take('linters', await lintRepository(folder));
  // They write into it.
  for (const { name, problems, reason } of await runPrograms(again, app))
    if (reason) summary.skip(`${title}: ${name}`, reason);
    else take(name, problems);
  return `${filesOf(folder).length} files`;
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    options: { keep: { type: 'string' } },
    allowPositionals: true,
  });
  const place =
    values.keep ??
    fs.mkdtempSync(path.join(os.tmpdir(), 'nante-repositories-'));
  const summary = new Summary();
  try {
    for (const template of positionals.length > 0 ? positionals : appTemplates)
      for (const situation of situationsOf(template))
        await step(`Repository of ${template}, ${situation.name}`, () =>
          checkRepository(template, situation, place, summary),
        );
  } finally {
    if (!values.keep) fs.rmSync(place, { recursive: true, force: true });
  }
  return summary.close();
});
