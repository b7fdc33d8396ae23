import type { RepairRequest, RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import { closeEntriesOf, guestEntryId, writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { leaveDevicesAlone, leaveMesh } from '../mesh/leaveMesh';
import { forgetServer } from '../onboard/records';
import type { Run } from '../operation/executeRun';
import { removeEmptyWorkspace } from '../provision/cleanUp';
import { leaveTargetsAlone, removeTargets } from '../register/removeTargets';
import { releaseHost } from '../provision/reserve';
import type { StepTitle } from '../runs/recorder';
import { commitHost } from '../store/hosts';
import type { Terraform } from '../terraform/terraform';
import type { RunOptions } from '../types';
import { valueOf } from './fact';
import { connectionName, type HostFindings } from './hostFindings';
import { removalByHand } from './judge';
import {
  closeInterrupted,
  executeRepair,
  lookAgain,
  noteRepair,
} from './repairRun';
import { guestTitle } from './things';

const steps: readonly StepTitle[] = [
  ['lock', 'Take the lock, see what our records know'],
  ['forget', 'Take the host out of state and records'],
  ['record', 'Record the result'],
];

/**
 * Takes a host out of state and records and leaves it alone. While its guest exists, its id and its address stay claimed.
 *
 * @param remedy - `undo` for a server: it was never ours to destroy, so that taking it back is all that undoing can mean
 */
export function forget(
  context: EngineContext,
  repaired: RunDocument,
  request: RepairRequest,
  options: RunOptions,
): Promise<RunDocument> {
  return executeRepair(context, repaired, request, options, {
    ...{ kind: 'forget', steps },
    body: run => forgetHost(run, repaired, request.remedy),
  });
}

async function forgetHost(
  run: Run,
  repaired: RunDocument,
  remedy: RepairRequest['remedy'],
): Promise<Partial<RunDocument>> {
  const { recorder } = run;
  const { lease, terraform, host, isDone } = await recorder.step(
    'lock',
    async () => {
      const opened = await run.lock();
      const { findings, isDone: nothing } = await lookAgain(
        run,
        repaired,
        remedy,
      );
      await closeInterrupted(run.store, repaired, recorder.document.id);
      return { ...opened, host: findings.hosts[0], isDone: nothing };
    },
  );
  const inMesh = await recorder.step('forget', async step => {
    if (isDone) {
      step.skip('Our records know nothing of it any more.');
      return [];
    }
    await forgetServer(run, lease, { ...repaired, name: repaired.host });
    return forgetGuest(run, repaired, host, { lease, terraform });
  });
  return recorder.step('record', async () => {
    const isLeft =
      host.identity && (!host.guest.known || host.guest.value.guest);
    const leftovers = [
      ...inMesh,
      ...(isLeft
        ? [
            `${guestTitle(host)} is left alone; Nante does not take care of it any more.`,
            removalByHand(host),
          ]
        : []),
    ];
    await noteRepair(run.store, repaired, recorder.document.id, leftovers);
    return { leftovers };
  });
}

async function forgetGuest(
  run: Run,
  repaired: RunDocument,
  host: HostFindings,
  { lease, terraform }: { lease: Lease; terraform: Terraform },
): Promise<string[]> {
  const { store, recorder, config, signal } = run;
  const { workspace, app, environment } = repaired;
  const { identity, name } = host;
  const addresses = (valueOf(host.inState) ?? []).map(({ address }) => address);
  const isGone = host.guest.known && !host.guest.value.guest;
  await lease.assertHeld();
  if (identity && !isGone) {
    const connection = connectionName(config, repaired);
    // Before anything is forgotten: the ledger is what then still knows of the guest.
    await writeEntry(store, workspace, {
      id: guestEntryId(connection, identity.kind, identity.vm_id),
      system: 'proxmox',
      connection,
      kind: identity.kind,
      outsideId: String(identity.vm_id),
      host: name,
      requestId: identity.request_id,
      runId: recorder.document.id,
      state: 'left behind',
      undo: `Destroy the host ${name} of ${app} in ${environment}. ${removalByHand(host)}`,
    });
  }
  await terraform.prepare(signal);
  if (addresses.length > 0) await terraform.forget(addresses);
  if (!host.takenBy)
    await commitHost(store, workspace, app, environment, name, undefined);
  const left =
    identity && isGone
      ? [...(await leaveMesh(run, name)), ...(await removeTargets(run, name))]
      : [];
  if (identity && !isGone) {
    await leaveDevicesAlone(run, name);
    await leaveTargetsAlone(run, name);
  }
  if (identity && isGone) {
    await closeEntriesOf(store, workspace, name, recorder.document.id);
    await releaseHost(
      run,
      { workspace, host: name, requestId: identity.request_id },
      environment,
      { vmId: identity.vm_id, address: host.address ?? null },
    );
  }
  await removeEmptyWorkspace(run, { app, environment }, terraform);
  return left;
}
