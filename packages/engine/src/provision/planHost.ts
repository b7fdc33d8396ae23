import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import {
  NanteError,
  type DesiredHost,
  type HostsDocument,
  type ProvisionRequest,
} from '@nante/model';
import { assertOurs, findGuest } from '../ledger/agreement';
import type { Run } from '../operation/executeRun';
import { guestSize, systemDisk } from '../resize/guestSize';
import { readHosts, withHost } from '../store/hosts';
import {
  assertPlan,
  hostAction,
  isTainted,
  planToShow,
  summarizePlan,
  type HostAction,
  type PlanJson,
} from '../terraform/plan';
import type { Terraform } from '../terraform/terraform';
import { moduleAddress, resourceAddress } from './desired';
import type { ReservedHost } from './reserve';

/** A plan that does what was asked, and nothing else. */
export interface HostPlan {
  action: HostAction;
  candidate: HostsDocument;
  /** The guest exists already and is taken over. */
  isAdoption: boolean;
}

/** Plans one host, adopting a guest of ours that the state does not know. */
export async function planHost(
  run: Run,
  terraform: Terraform,
  request: ProvisionRequest,
  host: ReservedHost,
): Promise<HostPlan> {
  const { recorder, store, signal, context, config } = run;
  const { workspace } = recorder.document;
  const { desired } = host;
  const target = moduleAddress(request.name, desired);
  const document = await readHosts(
    store,
    workspace,
    request.app,
    request.environment,
  );
  const candidate = withHost(document, request.name, desired);
  await terraform.prepare(signal);
  let json = await terraform.plan(candidate, target, signal);
  let isAdoption = false;
  if (hostAction(json, target) === 'create') {
    const { connection } = config.environments[request.environment];
    const proxmox = await context.proxmox(connection);
    if (!(await proxmox.isIdFree(desired.vm_id))) {
      json = await adopt(run, terraform, request, host, candidate);
      isAdoption = true;
    }
  }
  const summary = summarizePlan(json);
  await recorder.update({
    plan: isAdoption ? summary : planToShow(recorder.document.plan, summary),
  });
  const action = assertPlan(json, target, allowedActions(json, target, host));
  return { action, candidate, isAdoption };
}

/** Whether a plan replaces only what was never finished, and so was never handed over to anybody. */
function allowedActions(
  json: PlanJson,
  target: string,
  { origin, entry }: ReservedHost,
): HostAction[] {
  const isUnfinished =
    origin === 'new' &&
    isTainted(json, target) &&
    (entry?.state === 'intended' || entry?.state === 'left behind');
  return [
    'create',
    'update',
    'no-op',
    ...(isUnfinished ? (['replace'] as const) : []),
  ];
}

/**
 * A guest with our id is there, but not in the state: an earlier try was cut off between Proxmox's answer and the upload
 * of the state. It is imported when it is provably ours; what cannot be imported without replacing it and never was
 * handed over is removed, and made anew.
 */
async function adopt(
  run: Run,
  terraform: Terraform,
  request: ProvisionRequest,
  { desired, entry, origin }: ReservedHost,
  candidate: HostsDocument,
): Promise<PlanJson> {
  const { recorder, context, config, signal } = run;
  const { connection } = config.environments[request.environment];
  const proxmox = await context.proxmox(connection);
  const guest = await findGuest(proxmox, desired.vm_id);
  if (!guest)
    throw new NanteError(
      'refused',
      `The id ${desired.vm_id} is taken in Proxmox by a guest that our token may not see.`,
      { hint: 'Give the token VM.Audit on it, and repeat the request.' },
    );
  await assertOurs(proxmox, guest, {
    app: request.app,
    environment: request.environment,
    name: request.name,
    desired,
    entry,
  });
  const target = moduleAddress(request.name, desired);
  recorder.log(
    'warn',
    `${guest.kind} ${guest.vmId} on ${guest.node} is ours and not in the state: adopting it.`,
  );
  await growLinkedClone(run, proxmox, guest, desired);
  await terraform.importNext({
    address: resourceAddress(request.name, desired),
    id: `${guest.node}/${guest.vmId}`,
  });
  const imported = await terraform
    .plan(candidate, target, signal)
    .catch(error => {
      if (signal.aborted) throw error;
      return undefined;
    });
  const fits =
    imported && ['no-op', 'update'].includes(hostAction(imported, target));
  if (fits) return imported;
  await terraform.importNext(null);
  if (
    origin !== 'new' ||
    (entry?.state !== 'intended' && entry?.state !== 'left behind')
  )
    throw new NanteError(
      'refused',
      `${guest.kind} ${guest.vmId} cannot be taken into the state without replacing it.`,
      {
        hint: 'Import it by hand, or destroy the host and make a new one.',
      },
    );
  recorder.log(
    'warn',
    `${guest.kind} ${guest.vmId} was left half made; removing it and making it anew.`,
  );
  if (guest.status === 'running')
    await proxmox.waitForTask(
      await proxmox.power(guest.node, guest.kind, guest.vmId, 'stop'),
    );
  await proxmox.waitForTask(
    await proxmox.deleteGuest(guest.node, guest.kind, guest.vmId),
  );
  return terraform.plan(candidate, target, signal);
}

/** A linked clone that never got its size gets it by the API: Terraform's provider grows none that it imported. */
async function growLinkedClone(
  { recorder }: Run,
  proxmox: ProxmoxApi,
  { node, kind, vmId }: ProxmoxGuest,
  desired: DesiredHost,
): Promise<void> {
  if (kind !== 'vm' || desired.image.full_clone) return;
  const config = await proxmox.guestConfig(node, kind, vmId);
  const size = guestSize(kind, config).disk_gb;
  if (config.raw.lock || size === 0 || size >= desired.disk_gb) return;
  recorder.log(
    'info',
    `The disk of ${kind} ${vmId} grows by the API: it is a linked clone, which Terraform's provider does not grow.`,
  );
  const task = await proxmox.growDisk(
    node,
    kind,
    vmId,
    systemDisk[kind],
    desired.disk_gb,
  );
  if (task) await proxmox.waitForTask(task);
}
