import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ObjectStore } from '@nante/clients';
import { NanteError, type OperationLock } from '@nante/model';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { acquireLock } from '../lock/operationLock';
import type { RunRecorder } from '../runs/recorder';
import { liveChild, waitForChild } from '../terraform/child';
import { workspacePaths } from '../terraform/root';
import { parseState, readState } from '../terraform/stateDocument';
import { removeOwnDeadLock } from '../terraform/stateLock';
import { strandedStateDetail, type Terraform } from '../terraform/terraform';
import type { RunOptions } from '../types';
import { takeOverGuards } from './takeOverGuards';

/**
 * Takes the lock of a run's workspace; the caller ends it with `closeOperation`.
 *
 * @param options.workspace - another one than the run's
 */
export async function openOperation(
  context: EngineContext,
  store: ObjectStore,
  recorder: RunRecorder,
  cancel: AbortController,
  options: RunOptions & { workspace?: string },
): Promise<Lease> {
  const { id } = recorder.document;
  const { workspace = recorder.document.workspace } = options;
  const paths = workspacePaths(context.options.workDirectory, workspace);
  const lease = await acquireLock(
    store,
    {
      workspace,
      runId: id,
      door: options.door,
      holder: `${options.door}:${hostname()}:${process.pid}`,
      link: options.link,
      tool: context.options.terraform.tool,
    },
    takeOverGuards(store, workspace, paths),
    {
      heartbeatMs: context.timing.heartbeatMs,
      ttlMs: context.timing.lockTtlMs,
      waitMs: context.timing.lockWaitMs,
      signal: cancel.signal,
      onWait: current => recorder.log('info', waitText(workspace, current)),
    },
  );
  lease.lost.addEventListener('abort', () => cancel.abort(lease.lost.reason));
  lease.onHeartbeat(async () => {
    if (await recorder.isCancelRequested()) cancel.abort();
  });
  return lease;
}

/**
 * Brings a workspace into a state that can be worked on: waits for a Terraform of an earlier process, takes away its lock
 * when it is provably dead, and uploads a state that was left on this machine.
 */
export async function settleWorkspace(
  context: EngineContext,
  store: ObjectStore,
  lease: Lease,
  recorder: RunRecorder,
  terraform: Terraform,
  signal: AbortSignal,
): Promise<void> {
  const { workspace } = recorder.document;
  const paths = workspacePaths(context.options.workDirectory, workspace);
  const child = await liveChild(paths);
  if (child) {
    recorder.log(
      'info',
      `${child.purpose} (process ${child.pid}) still works; waiting for its end.`,
    );
    await waitForChild(paths, signal);
  }
  if (await removeOwnDeadLock(store, workspace, paths))
    recorder.log(
      'warn',
      "Terraform's lock was left by an earlier Terraform of ours that is dead; it was taken away.",
    );
  const stranded = lease.taken.strandedState?.path ?? paths.erroredState;
  if (existsSync(stranded)) {
    recorder.log(
      'warn',
      `Uploading the Terraform state that was left at ${stranded}.`,
    );
    await lease.assertHeld();
    await terraform.prepare(signal);
    const isOutdated = await hasNewerState(store, workspace, stranded);
    if (isOutdated)
      recorder.log(
        'warn',
        'The state in the bucket is newer than that file, which was put aside: what it alone knew is found again in Proxmox.',
      );
    else await terraform.pushState(stranded);
    await rename(
      stranded,
      `${paths.directory}/${isOutdated ? 'outdated' : 'uploaded'}-${Date.now()}.tfstate`,
    );
  }
  if (lease.taken.strandedState) await lease.setStranded(null);
}

/**
 * True when the state of the bucket went on without the file that was left here: a machine that died with such a file
 * may come back after its workspace was taken over. Terraform would refuse the file, and every run here with it.
 */
async function hasNewerState(
  store: ObjectStore,
  workspace: string,
  file: string,
): Promise<boolean> {
  const now = await readState(store, workspace);
  const left = parseState(await readFile(file, 'utf8'), file);
  if (!now) return false;
  return now.lineage !== left.lineage || now.serial >= left.serial;
}

/** Gives the lock back; keeps it while a Terraform of it works, and with a note when a state could not be uploaded. */
export async function closeOperation(
  context: EngineContext,
  lease: Lease,
  recorder: RunRecorder,
  error: unknown,
): Promise<void> {
  const { workspace } = recorder.document;
  const paths = workspacePaths(context.options.workDirectory, workspace);
  if (await liveChild(paths)) {
    lease.leave();
    return;
  }
  const isStranded =
    (NanteError.is(error) && error.details?.[strandedStateDetail] === true) ||
    existsSync(paths.erroredState);
  if (isStranded && existsSync(paths.erroredState)) {
    recorder.log(
      'error',
      `The state lies on ${hostname()} at ${paths.erroredState}; the workspace stays locked until it is uploaded.`,
    );
    await lease.setStranded({ machine: hostname(), path: paths.erroredState });
  }
  await lease.release();
}

function waitText(workspace: string, lock: OperationLock): string {
  const link = lock.link ? `, ${lock.link}` : '';
  return `Waiting: ${workspace} is locked by ${lock.holder} (run ${lock.runId}${link}) since ${lock.acquiredAt}.`;
}
