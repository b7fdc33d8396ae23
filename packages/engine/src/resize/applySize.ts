import { NanteError, type ResizeRequest } from '@nante/model';
import { writeEntry } from '../ledger/ledger';
import { ourHost, type OurHost } from '../ledger/ourHost';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { changePower } from '../power/changePower';
import { moduleAddress } from '../provision/desired';
import { commitHost } from '../store/hosts';
import { assertPlan } from '../terraform/plan';
import type { Terraform } from '../terraform/terraform';
import { systemDisk } from './guestSize';
import type { CallBefore } from './impact';
import { waitingOptions } from './planResize';
import type { SizePlan } from './planSize';

/**
 * Changes the host. A VM that has to restart is asked to shut down first: one that ignores that stays as it was, and the
 * provider, which would cut the power of a VM without agent, finds it off and starts it with its new size.
 */
export async function applySize(
  run: Run,
  request: ResizeRequest,
  given: { lease: Lease; terraform: Terraform; plan: SizePlan },
  step: { skip(text: string): void; detail(text: string): void },
): Promise<void> {
  const { lease, terraform, plan } = given;
  const { context, recorder, signal } = run;
  const { host, action, judgement } = plan;
  const { name } = request;
  if (action === 'no-op' && judgement.impact === 'none') {
    await record(run, request, plan);
    step.skip(`${name} has this size already.`);
    return;
  }
  const restarts = judgement.impact === 'reboot';
  await lease.assertHeld();
  if (restarts && host.guest.kind === 'vm') {
    step.detail(`${name} shuts down for the change`);
    await changePower(run, host, 'shutdown');
    await lease.assertHeld();
  }
  await record(run, request, plan);
  for (const call of judgement.before) await callBefore(run, host, call);
  const still = await stillToApply(run, request, terraform, plan);
  await lease.assertHeld();
  if (still) await terraform.apply({ signal });
  const now = await ourHost(context, request, signal);
  if (host.running && !now.running) await changePower(run, now, 'start');
  await restartIfWaiting(run, request, lease);
  recorder.log('info', `${name} was changed.`);
}

/** Our records first: whoever comes next wants the new size as well. */
async function record(
  { store, recorder }: Run,
  request: ResizeRequest,
  { host, wanted }: SizePlan,
): Promise<void> {
  const { workspace, id: runId } = recorder.document;
  const { app, environment, name } = request;
  await commitHost(store, workspace, app, environment, name, wanted);
  await writeEntry(store, workspace, { ...host.entry, runId });
}

async function callBefore(
  { recorder }: Run,
  { proxmox, at, name }: OurHost,
  call: CallBefore,
): Promise<void> {
  const [node, kind, vmId] = at;
  if (call.what === 'memory') {
    recorder.log('info', `${name} gets its memory while it runs.`);
    await proxmox.setContainerMemory(node, vmId, call.memoryMb);
    return;
  }
  recorder.log(
    'info',
    `The disk of ${name} grows by the API: it is a linked clone, which Terraform's provider does not grow.`,
  );
  const disk = systemDisk[kind];
  const task = await proxmox.growDisk(...at, disk, call.sizeGb);
  if (task) await proxmox.waitForTask(task);
}

/** What the saved plan still has to do; it is made anew when Proxmox was changed since. */
async function stillToApply(
  { signal }: Run,
  { name }: ResizeRequest,
  terraform: Terraform,
  { action, judgement, candidate, wanted }: SizePlan,
): Promise<boolean> {
  if (judgement.before.length === 0) return action !== 'no-op';
  const target = moduleAddress(name, wanted);
  const json = await terraform.plan(candidate, target, signal);
  return assertPlan(json, target, ['update', 'no-op']) !== 'no-op';
}

/** What Proxmox could not give a host that runs takes effect now, where a restart is agreed to. */
async function restartIfWaiting(
  run: Run,
  request: ResizeRequest,
  lease: Lease,
): Promise<void> {
  const { context, signal } = run;
  const host = await ourHost(context, request, signal);
  if (!host.running) return;
  const waiting = await waitingOptions(host, signal);
  if (waiting.length === 0) return;
  if (!request.allowReboot)
    throw new NanteError(
      'refused',
      `${request.name} was changed, but its ${waiting.join(', ')} waits for a restart.`,
      { hint: 'Send the request again, and agree to the restart.' },
    );
  await lease.assertHeld();
  await changePower(run, host, 'reboot');
}
