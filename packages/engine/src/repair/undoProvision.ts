import type { RepairRequest, RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import { applyDestroy, clean, planDestroy } from '../destroy/destroySteps';
import { knownHost } from '../destroy/knownHost';
import type { Run } from '../operation/executeRun';
import { removeTargets } from '../register/removeTargets';
import { releaseHost } from '../provision/reserve';
import type { StepTitle } from '../runs/recorder';
import { patiently } from '../store/documents';
import type { RunOptions } from '../types';
import { valueOf } from './fact';
import { findOut } from './findings';
import {
  closeInterrupted,
  executeRepair,
  lookAgain,
  noteRepair,
  terraformByHand,
} from './repairRun';
import { guestTitle } from './things';

const steps: readonly StepTitle[] = [
  ['lock', 'Take the lock, see what the run left'],
  ['plan', 'Plan the destruction of this host only'],
  ['destroy', 'Destroy what was made'],
  ['clean', 'Take it out of our records, give back what was claimed'],
];

/** Destroys what a run made; where nothing was made, gives back what it claimed. */
export function undoProvision(
  context: EngineContext,
  repaired: RunDocument,
  request: RepairRequest,
  options: RunOptions,
): Promise<RunDocument> {
  return executeRepair(context, repaired, request, options, {
    ...{ kind: 'destroy', steps, byHand: terraformByHand(repaired) },
    body: (run, onFailure) =>
      destroyWhatWasMade(run, repaired, request, onFailure),
  });
}

async function destroyWhatWasMade(
  run: Run,
  repaired: RunDocument,
  request: RepairRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, store, context } = run;
  const { workspace, app, environment, host: name, reserved } = repaired;
  const target = { ...request, app, environment, name, confirm: name };
  const { lease, terraform, host } = await recorder.step('lock', async () => {
    const opened = await run.lock();
    const { findings } = await lookAgain(run, repaired, 'undo');
    await closeInterrupted(run.store, repaired, recorder.document.id);
    return { ...opened, host: findings.hosts[0] };
  });
  onFailure(async () => {
    const { hosts } = await findOut(context, repaired);
    return valueOf(hosts[0].guest)?.guest
      ? [
          `${guestTitle(hosts[0])} still exists in Proxmox. Finish this run to destroy it.`,
        ]
      : [
          `${guestTitle(hosts[0])} is not in Proxmox; our records of it may remain. Finish this run.`,
        ];
  });
  // A name that another request has by now stays untouched; only the claims of this run are given back.
  const known = host.takenBy
    ? undefined
    : await knownHost(store, workspace, target);
  const work = await recorder.step('plan', async step => {
    if (known) return planDestroy(run, target, terraform, known);
    step.skip(`${name} belongs to request ${host.takenBy}.`);
    return undefined;
  });
  const registered = await recorder.step('destroy', async step => {
    if (!known || !work) {
      step.skip('This run made nothing of it.');
      return [];
    }
    await lease.assertHeld();
    const still = await removeTargets(run, name);
    await applyDestroy(run, target, { lease, terraform, known, work }, step);
    return still;
  });
  const leftovers = await recorder.step('clean', async () => {
    const left = [
      ...registered,
      ...(known ? await clean(run, target, terraform, known) : []),
    ];
    const owner = { workspace, host: name, requestId: repaired.id };
    if (reserved)
      await patiently(
        () => releaseHost(run, owner, environment, reserved),
        5 * context.timing.lockTtlMs,
      );
    await noteRepair(run.store, repaired, recorder.document.id, left);
    return left;
  });
  return { leftovers };
}
