// node scripts/python.mjs: gets Ansible and its linters into .tools/python and says where they are.
import { ensurePython } from './lib/python.mjs';
import { runMain, step } from './lib/steps.mjs';

await runMain(async () => {
  const tools = await step('Ansible', ensurePython);
  console.log(JSON.stringify(tools, null, 2));
});
