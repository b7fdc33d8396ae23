import type { HostResult, ProvisionRequest } from '@nante/model';
import { applyRoles } from '../configure/applyRoles';
import { configureByHand, firstBootByHand } from '../configure/byHand';
import { recapText } from '../configure/configure';
import { runFirstBoot } from '../configure/firstBoot';
import { secretsByHand } from '../configure/siteSecrets';
import { newHostNeeds, siteVariables } from '../configure/siteVariables';
import { softwareTools } from '../configure/software';
import { configurableHosts } from '../configure/targets';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { awaitFirstSamples } from '../telemetry/firstSamples';

/** What the request wants on the host: the script of the first boot, then the roles, then a sign that it is heard of. */
export async function configureNew(
  run: Run,
  lease: Lease,
  request: ProvisionRequest,
  { address, user }: Pick<HostResult, 'address' | 'user'>,
): Promise<void> {
  const { roles, initScript: script, name, requestId } = request;
  if (!script && !roles?.length) return;
  const { recorder, store, context } = run;
  const { workspace, app, environment } = recorder.document;
  const tools = await softwareTools(context);
  const where = { name, address: address ?? name, user };
  const needs = newHostNeeds(run.config, request);
  const site = siteVariables(run.config, request, name);
  await recorder.update({
    byHand: [
      ...recorder.document.byHand,
      ...(script ? firstBootByHand(where, script, requestId) : []),
      ...(roles?.length
        ? [
            ...secretsByHand(needs),
            ...configureByHand(where, roles, false, site),
          ]
        : []),
    ],
  });
  const find = () =>
    configurableHosts(store, workspace, { app, environment, names: [name] });
  if (script)
    await recorder.step('first-boot', async step => {
      const [host] = await find();
      step.detail(await runFirstBoot(run, lease, { host, script, tools }));
    });
  if (roles?.length)
    await recorder.step('configure', async step => {
      const hosts = await find();
      const done = await applyRoles(run, lease, {
        hosts,
        roles,
        dryRun: false,
        // The playbook of the script has seen to Python.
        isNew: script ? 'fit' : 'bare',
        tools,
      });
      step.detail(recapText(done));
    });
  await awaitFirstSamples(run, needs, 'configure');
}
