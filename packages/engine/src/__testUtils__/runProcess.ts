import type {
  DeployDockerRequest,
  DeployRequest,
  DestroyRequest,
  ProvisionRequest,
  RegisterRequest,
} from '@nante/model';
import { labEngine, type LabSetting } from './lab';

/** One request for a process of its own. */
export type ProcessRequest =
  | { verb: 'provision'; request: ProvisionRequest }
  | { verb: 'destroy'; request: DestroyRequest }
  | { verb: 'register'; request: RegisterRequest }
  | { verb: 'deploy'; request: DeployRequest }
  | { verb: 'deploy-docker'; request: DeployDockerRequest };

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
  switch (given.verb) {
    case 'provision':
      return engine.provision(given.request, options);
    case 'destroy':
      return engine.destroy(given.request, options);
    case 'register':
      return engine.register(given.request, options);
    case 'deploy':
      return engine.deploy(given.request, options);
    case 'deploy-docker':
      return engine.deployDocker(given.request, options);
    default:
      return given satisfies never;
  }
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
