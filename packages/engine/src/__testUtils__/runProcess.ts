import type { DestroyRequest, ProvisionRequest } from '@nante/model';
import { labEngine, type LabSetting } from './lab';

/** One request for a process of its own. */
export type ProcessRequest =
  | { verb: 'provision'; request: ProvisionRequest }
  | { verb: 'destroy'; request: DestroyRequest };

/** Runs one request in a process of its own, so that a test can kill it; prints each step as it begins. */
async function main() {
  const given: { setting: LabSetting } & ProcessRequest = JSON.parse(
    process.argv[2],
  );
  const engine = labEngine(given.setting, []);
  const options = {
    door: 'cli' as const,
    onRun: (run: { steps: { id: string; state: string }[] }) =>
      process.stdout.write(
        `${run.steps.findLast(step => step.state === 'running')?.id ?? ''}\n`,
      ),
  };
  process.stdout.write('ready\n');
  await (given.verb === 'provision'
    ? engine.provision(given.request, options)
    : engine.destroy(given.request, options));
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
