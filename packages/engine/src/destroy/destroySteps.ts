import { NanteError, type DestroyRequest } from '@nante/model';
import { findGuest } from '../ledger/agreement';
import { closeEntriesOf } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { leaveMesh } from '../mesh/leaveMesh';
import type { Run } from '../operation/executeRun';
import { moduleAddress } from '../provision/desired';
import { releaseHost, staticAddress } from '../provision/reserve';
import { patiently } from '../store/documents';
import { commitHost, readHosts, withHost } from '../store/hosts';
import { stateKey, stateLockKey } from '../store/keys';
import { assertPlan, summarizePlan } from '../terraform/plan';
import type { Terraform } from '../terraform/terraform';
import {
  assertDestroyable,
  connectionOf,
  identityOf,
  type KnownHost,
} from './knownHost';

/** What the destroy step has to do. */
export type DestroyWork = 'apply' | 'forget' | 'nothing';

/** Plans the end of this host only, or finds that Terraform has nothing to do. */
export async function planDestroy(
  run: Run,
  request: DestroyRequest,
  terraform: Terraform,
  known: KnownHost,
): Promise<{ kind: DestroyWork; addresses: string[] }> {
  const { recorder, store, signal } = run;
  const { workspace } = recorder.document;
  await assertDestroyable(run, request, known);
  await terraform.prepare(signal);
  const target = moduleAddress(
    request.name,
    known.desired ?? { kind: known.entry?.kind === 'lxc' ? 'lxc' : 'vm' },
  );
  const addresses = (await terraform.stateAddresses(signal)).filter(
    address => address.startsWith(`${target}.`) && !address.includes('.data.'),
  );
  const identity = identityOf(known);
  const proxmox = await connectionOf(run, request);
  const isGone = !identity || (await proxmox.isIdFree(identity.vm_id));
  if (isGone) {
    recorder.log('info', 'The guest is gone from Proxmox already.');
    return { kind: addresses.length > 0 ? 'forget' : 'nothing', addresses };
  }
  if (addresses.length === 0) return { kind: 'nothing', addresses };
  const document = await readHosts(
    store,
    workspace,
    request.app,
    request.environment,
  );
  const json = await terraform.plan(
    withHost(document, request.name, undefined),
    target,
    signal,
  );
  await recorder.update({ plan: summarizePlan(json) });
  assertPlan(json, target, ['delete']);
  return { kind: 'apply', addresses };
}

/** Destroys the guest, and makes sure that it is gone. */
export async function applyDestroy(
  run: Run,
  request: DestroyRequest,
  given: {
    lease: Lease;
    terraform: Terraform;
    known: KnownHost;
    work: { kind: DestroyWork; addresses: string[] };
  },
  step: { skip(text: string): void; detail(text: string): void },
): Promise<void> {
  const { lease, terraform, known, work } = given;
  await lease.assertHeld();
  if (work.kind === 'forget') {
    await terraform.forget(work.addresses);
    step.detail('The state has forgotten the guest.');
    return;
  }
  const proxmox = await connectionOf(run, request);
  const identity = identityOf(known);
  if (work.kind === 'apply') await terraform.apply({ signal: run.signal });
  const guest = identity && (await findGuest(proxmox, identity.vm_id));
  if (guest && work.kind === 'nothing') {
    // Made by us, but cut off before the state knew of it; it was proved to be ours a moment ago.
    step.detail(
      `${guest.kind} ${guest.vmId} is not in the state; removing it by the API.`,
    );
    if (guest.status === 'running')
      await proxmox.waitForTask(
        await proxmox.power(guest.node, guest.kind, guest.vmId, 'stop'),
      );
    await proxmox.waitForTask(
      await proxmox.deleteGuest(guest.node, guest.kind, guest.vmId),
    );
  }
  if (identity && !(await proxmox.isIdFree(identity.vm_id)))
    throw new NanteError(
      'failed',
      `Guest ${identity.vm_id} is still in Proxmox after it was destroyed.`,
      {
        hint: 'Look at its last task in Proxmox, then repeat the request.',
      },
    );
  if (work.kind === 'nothing' && !guest)
    step.skip('There is nothing to destroy.');
}

/**
 * Takes the host out of its mesh and out of our records; the last one takes the Terraform workspace along.
 *
 * @returns what could not be removed, one line each
 */
export async function clean(
  run: Run,
  request: DestroyRequest,
  terraform: Terraform,
  known: KnownHost,
): Promise<string[]> {
  const { store, recorder, context } = run;
  const { workspace } = recorder.document;
  const left = await leaveMesh(run, request.name);
  const record = async () => {
    await commitHost(
      store,
      workspace,
      request.app,
      request.environment,
      request.name,
      undefined,
    );
    const { desired } = known;
    await closeEntriesOf(store, workspace, request.name, recorder.document.id);
    if (desired)
      await releaseHost(
        run,
        { workspace, host: request.name, requestId: desired.request_id },
        request.environment,
        { vmId: desired.vm_id, address: staticAddress(desired) },
      );
    const { hosts } = await readHosts(
      store,
      workspace,
      request.app,
      request.environment,
    );
    return Object.keys(hosts).length;
  };
  const remaining = await patiently(record, 5 * context.timing.lockTtlMs);
  if (remaining > 0) return left;
  const held = await terraform.stateAddresses();
  if (held.length > 0)
    throw new NanteError(
      'failed',
      `The state of ${workspace} still holds ${held.join(', ')}, which no host stands for.`,
      {
        hint: 'Look at the state by hand; it was not deleted.',
      },
    );
  await terraform.deleteWorkspace();
  for (const key of [stateKey(workspace), stateLockKey(workspace)]) {
    if (await store.get(key))
      throw new NanteError(
        'failed',
        `${key} is still in the bucket after the workspace was deleted.`,
      );
  }
  recorder.log(
    'info',
    `${workspace} has no host any more; its Terraform workspace was deleted.`,
  );
  return left;
}
