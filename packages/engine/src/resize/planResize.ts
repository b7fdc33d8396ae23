import type { CallOptions } from '@nante/clients';
import { workspaceName, type ResizeRequest } from '@nante/model';
import type { EngineContext } from '../context';
import { ourHost, type OurHost } from '../ledger/ourHost';
import { withScratchTerraform } from '../operation/scratchTerraform';
import { assertMayChange } from '../policy/policy';
import { moduleAddress } from '../provision/desired';
import { readHosts, withHost } from '../store/hosts';
import { hostChange, summarizePlan, type PlanJson } from '../terraform/plan';
import type { ResizePlan } from '../types';
import { sizeOptions } from './guestSize';
import { judgeResize, type Judgement } from './impact';
import { parseResize, resizedHost } from './wanted';

/** See `Engine.planResize`. */
export async function planResize(
  context: EngineContext,
  input: ResizeRequest,
  options: CallOptions = {},
): Promise<ResizePlan> {
  const request = parseResize(input);
  const { signal } = options;
  const config = await context.config();
  assertMayChange(config, request, 'resize');
  const { name, app, environment } = request;
  const host = await ourHost(context, request, signal);
  const wanted = resizedHost(config, request, host.desired);
  const workspace = workspaceName(app, environment);
  const document = await readHosts(
    await context.store(),
    workspace,
    app,
    environment,
    options,
  );
  const run = { id: request.requestId, workspace, environment };
  return withScratchTerraform(context, run, async terraform => {
    await terraform.prepare(signal);
    const json = await terraform.plan(
      withHost(document, name, wanted),
      moduleAddress(name, wanted),
      signal,
    );
    const { impact, reasons } = await judgePlan(host, json, signal);
    return { plan: summarizePlan(json), impact, reasons };
  });
}

/** What a plan for a host means for it, as it is now. */
export async function judgePlan(
  host: OurHost,
  json: PlanJson,
  signal?: AbortSignal,
): Promise<Judgement> {
  const { name, desired, running, guest } = host;
  return judgeResize(hostChange(json, moduleAddress(name, desired)), {
    ...{ name, running, kind: guest.kind, vmId: guest.vmId },
    pending: running ? await waitingOptions(host, signal) : [],
  });
}

/** Parts of a host's size that take effect at its next restart. */
export async function waitingOptions(
  { proxmox, at }: OurHost,
  signal?: AbortSignal,
): Promise<string[]> {
  const pending = await proxmox.pendingChanges(...at, { signal });
  return pending.filter(option => sizeOptions.includes(option));
}
