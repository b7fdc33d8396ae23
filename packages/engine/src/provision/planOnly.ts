import type { CallOptions } from '@nante/clients';
import {
  connectionNamed,
  NanteError,
  workspaceName,
  type DesiredHost,
  type PlanSummary,
  type ProvisionInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import { withScratchTerraform } from '../operation/scratchTerraform';
import { addressKey, isFree, vmIdKey } from '../reservations/reservations';
import { poolAddresses } from '../reservations/addresses';
import { readHosts, withHost } from '../store/hosts';
import { summarizePlan } from '../terraform/plan';
import { checkRequest, checksError, type CheckedRequest } from './checkRequest';
import { completeRequest, type CompletedRequest } from './completeRequest';
import { desiredHost, moduleAddress } from './desired';
import { askedSize, changedHost } from './difference';
import { environmentFor } from './network';

/** See `Engine.plan`: a real plan in a folder of its own, without a lock, without a claim, without a workspace made for it. */
export async function planOnly(
  context: EngineContext,
  input: ProvisionInput,
  options: CallOptions = {},
): Promise<{ plan: PlanSummary; host: DesiredHost }> {
  const { signal } = options;
  const completed = await completeRequest(context, input, options);
  const { request } = completed;
  const checked = await checkRequest(context, completed, options);
  if (checked.checks.some(({ ok }) => !ok)) throw checksError(checked.checks);
  const workspace = workspaceName(request.app, request.environment);
  const document = await readHosts(
    await context.store(),
    workspace,
    request.app,
    request.environment,
    options,
  );
  const host = await draft(
    context,
    completed,
    checked,
    document.hosts[request.name],
  );
  const run = {
    id: request.requestId,
    workspace,
    environment: request.environment,
  };
  return withScratchTerraform(context, run, async terraform => {
    await terraform.prepare(signal);
    const json = await terraform.plan(
      withHost(document, request.name, host),
      moduleAddress(request.name, host),
      signal,
    );
    return { plan: summarizePlan(json), host };
  });
}

/** The host as a run would want it now; id and address are only likely, since nothing is claimed. */
async function draft(
  context: EngineContext,
  { input, request }: CompletedRequest,
  { size, placement, resources }: CheckedRequest,
  existing: DesiredHost | undefined,
): Promise<DesiredHost> {
  if (!size)
    throw new NanteError(
      'invalid-input',
      `There is no size "${request.size}".`,
    );
  const config = await context.config();
  if (existing)
    return changedHost(request.name, existing, input, askedSize(config, input));
  if (!placement || !resources)
    throw new NanteError('failed', 'No place for the host could be found.');
  const environment = environmentFor(config, request);
  const { connection } = environment;
  const { from } = connectionNamed(config, 'proxmox', connection)!.vmIds;
  const used = new Set(resources.guests.map(({ vmId }) => vmId));
  const store = await context.store();
  // An id may belong to a host that never came into being, or is about to.
  let vmId = from;
  while (used.has(vmId) || !(await isFree(store, vmIdKey(connection, vmId))))
    vmId += 1;
  let address: string | null = null;
  for (const candidate of poolAddresses(environment)) {
    if (await isFree(store, addressKey(request.environment, candidate))) {
      address = candidate;
      break;
    }
  }
  return desiredHost(config, request, size, placement, vmId, address, []);
}
