import { labEngine, type LabSetting } from './lab';
import type { ProvisionRequest } from '@nante/model';

/** Runs one request in a process of its own, so that a test can kill it. */
async function main() {
  const {
    setting,
    request,
  }: { setting: LabSetting; request: ProvisionRequest } = JSON.parse(
    process.argv[2],
  );
  await labEngine(setting, []).provision(request, {
    door: 'cli',
    onRun: run =>
      process.stdout.write(
        `${run.steps.findLast(step => step.state === 'running')?.id ?? ''}\n`,
      ),
  });
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
