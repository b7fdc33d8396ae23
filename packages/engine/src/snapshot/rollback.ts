import {
  NanteError,
  type HostResult,
  type SnapshotRequest,
} from '@nante/model';
import { hostTitle, ourHost, type OurHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';
import { changePower, waitUntilBack } from '../power/changePower';
import { guestSize, sizeDifferences } from '../resize/guestSize';
import type { SnapshotEffect } from './effects';

/**
 * Returns to a snapshot. Proxmox cuts the power of a guest that runs, since what it did since is lost anyway, and starts
 * it again in the same task: when we die meanwhile, the host is not left off.
 */
export async function rollbackSnapshot({
  run,
  request,
  lease,
  found,
  step,
}: SnapshotEffect): Promise<void> {
  const { host } = found;
  const { proxmox, at, running } = host;
  await lease.assertHeld();
  try {
    await proxmox.waitForTask(
      await proxmox.rollbackSnapshot(...at, request.snapshot, {
        start: running,
      }),
    );
  } catch (error) {
    await leaveOn(run, host, request);
    throw isNotNewest(error)
      ? new NanteError(
          'failed',
          `The storage can only return to the newest snapshot, and ${request.snapshot} is an older one.`,
          {
            hint: 'Remove the newer snapshots first, if nobody needs them.',
            cause: error,
          },
        )
      : error;
  }
  step.detail(
    running
      ? `${request.name} lost its power, is as it was, and starts`
      : `${request.name} is as it was, and stays off`,
  );
}

/** Reads the host back: ours, on as before, and of the size that our records say, or else that is said. */
export async function verifyRollback(
  run: Run,
  request: SnapshotRequest,
  wasOn: boolean,
  step: { detail(text: string): void },
): Promise<HostResult | undefined> {
  const { context, recorder, signal } = run;
  const host = await ourHost(context, request, signal);
  const { proxmox, at, desired, guest } = host;
  const config = await proxmox.guestConfig(...at, { signal });
  const other = sizeDifferences(guestSize(guest.kind, config), desired);
  if (other.length > 0)
    recorder.log(
      'warn',
      `The size came back with the snapshot: ${other.join(', ')}. Change the size of ${request.name} again to have what our records say.`,
    );
  if (!wasOn) {
    step.detail(`${hostTitle(host)} is off, as before`);
    return undefined;
  }
  return waitUntilBack(run, host, step);
}

/** A host that was on before a return that failed is on after it. */
async function leaveOn(
  run: Run,
  { running }: OurHost,
  request: SnapshotRequest,
): Promise<void> {
  if (!running) return;
  try {
    const now = await ourHost(run.context, request);
    if (!now.running) await changePower(run, now, 'start');
  } catch (problem) {
    run.recorder.log(
      'warn',
      `${request.name} could not be started again: ${problem instanceof Error ? problem.message : String(problem)}`,
    );
  }
}

function isNotNewest(error: unknown): boolean {
  return (
    NanteError.is(error) && /not most recent snapshot/i.test(error.message)
  );
}
