// npm run sandbox: the stand-ins alone, for any client.
import { run } from './lib/command.mjs';
import { root } from './lib/paths.mjs';
import { runMain, step } from './lib/steps.mjs';
import {
  checkPrerequisites,
  ensureNode,
  ensurePackages,
} from './lib/tools.mjs';

await runMain(async () => {
  await step('Prerequisites', checkPrerequisites);
  const tools = await step('Node and Yarn', ensureNode);
  await step('Packages', progress => ensurePackages(tools, progress));
  // Ctrl-C reaches the sandbox too, which stops by itself; this process waits for it.
  process.on('SIGINT', () => {});
  const { code } = await run(
    tools.node,
    [
      '--import',
      'tsx',
      'packages/sandbox/src/main.ts',
      ...process.argv.slice(2),
    ],
    { cwd: root, env: tools.env, inherit: true },
  );
  return code;
});
