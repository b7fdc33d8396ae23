import type { ProvisionRequest } from '@nante/model';
import { configurableHosts } from '../configure/targets';
import { octopusFor } from '../connections';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { endTargets } from '../register/deregister';
import { registerHost } from '../register/registerHost';
import type { StepTitle } from '../runs/recorder';

/** The step of a request that speaks of a deployment target, or whose host is one. */
export function targetSteps({
  target,
}: Pick<ProvisionRequest, 'target'>): readonly StepTitle[] {
  if (target === undefined) return [];
  return [
    target
      ? ['register', 'Register the deployment target, and have it checked']
      : ['register', 'Remove the deployment target'],
  ];
}

/** Makes the host a deployment target, keeps it one, or ends that. */
export async function settleTarget(
  run: Run,
  lease: Lease,
  request: Pick<ProvisionRequest, 'name' | 'target' | 'roles' | 'initScript'>,
): Promise<void> {
  const { recorder, store, config } = run;
  const { name, target: choice, roles, initScript } = request;
  if (choice === undefined) return;
  await recorder.step('register', async step => {
    if (choice === null) {
      const count = await endTargets(run, lease, { name });
      if (count === 0) step.skip('It is no deployment target.');
      return;
    }
    const { workspace, app, environment } = recorder.document;
    const octopus = octopusFor(config, { environment }, { change: true });
    const [host] = await configurableHosts(store, workspace, {
      ...{ app, environment },
      names: [name],
    });
    // Roles and first-boot script have seen to Python; nothing else has.
    const fresh = initScript ? 'fit' : 'bare';
    const isNew = roles?.length ? undefined : fresh;
    await registerHost(run, lease, { host, choice, octopus, isNew }, step);
  });
}
