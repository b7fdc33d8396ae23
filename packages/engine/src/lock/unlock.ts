import { hostname } from 'node:os';
import type { CallOptions } from '@nante/clients';
import {
  NanteError,
  operationLockSchema,
  workspaceName,
  type OperationLock,
} from '@nante/model';
import type { EngineContext } from '../context';
import { takeOverGuards } from '../operation/takeOverGuards';
import { assertMayChange } from '../policy/policy';
import { readDocument } from '../store/documents';
import { lockKey, stateLockKey } from '../store/keys';
import { workspacePaths } from '../terraform/root';
import {
  describeStateLock,
  readStateLock,
  removeOwnDeadLock,
} from '../terraform/stateLock';
import { acquireLock } from './operationLock';

/** Asks for a lock to be given back whose holder is gone. */
export interface UnlockRequest {
  /** Id of the request; names the taking in the lock's own document. */
  requestId: string;
  app: string;
  environment: string;
  /** True where the person may do what is restricted; decided by the door. */
  operator: boolean;
  /**
   * The person knows that the holder's machine is gone for good: Terraform's own lock, and a state that lies on that
   * machine, are given up. A heartbeat that still beats is never overruled.
   */
  force?: boolean;
  /** With `force`: must equal the workspace, `<app>-<environment>`. */
  confirm?: string;
}

/** What was there, and what was done about it. */
export interface UnlockResult {
  workspace: string;
  /** False where nobody held anything. */
  released: boolean;
  /** Who held it. */
  holder?: string;
  runId?: string;
  /** What was taken away, one sentence each. */
  effects: string[];
}

/**
 * Gives a workspace's lock back when whoever held it is provably gone, by the rules of every take-over: its process is
 * dead on this very machine, or its heartbeat stood still for the whole time to live.
 *
 * @throws NanteError `locked` while the holder lives, or a Terraform or its state stands in the way; `invalid-input`
 *   for `force` without the name; `refused` by policy
 */
export async function unlock(
  context: EngineContext,
  request: UnlockRequest,
  options: CallOptions & { door: OperationLock['door'] },
): Promise<UnlockResult> {
  const { app, environment, force = false } = request;
  const workspace = workspaceName(app, environment);
  if (force && request.confirm !== workspace)
    throw new NanteError(
      'invalid-input',
      `To force the lock of ${workspace}, type its name; "${request.confirm ?? ''}" is another one.`,
    );
  assertMayChange(await context.config(), request, 'unlock');
  const store = await context.provenStore();
  const found = await readDocument(
    store,
    lockKey(workspace),
    operationLockSchema,
    options,
  );
  const paths = workspacePaths(context.options.workDirectory, workspace);
  const isHeld = found?.value.state === 'held';
  const foreign = force && (await readStateLock(store, workspace));
  if (!isHeld && !foreign) return { workspace, released: false, effects: [] };
  const guards = takeOverGuards(store, workspace, paths);
  const { timing } = context;
  const lease = await acquireLock(
    store,
    {
      workspace,
      runId: request.requestId,
      door: options.door,
      holder: `${options.door}:${hostname()}:${process.pid}`,
      tool: found?.value.tool ?? context.options.terraform.tool,
    },
    force
      ? {
          ...guards,
          foreignStateLock: async () => undefined,
          hasStrandedState: () => true,
        }
      : guards,
    {
      heartbeatMs: timing.heartbeatMs,
      ttlMs: timing.lockTtlMs,
      // As long as it takes to see that nothing beats.
      waitMs: timing.lockTtlMs + 2 * timing.heartbeatMs,
      onlyDead: true,
      signal: options.signal,
    },
  );
  const effects: string[] = [];
  try {
    if (await removeOwnDeadLock(store, workspace, paths))
      effects.push("Terraform's own lock, which a dead run left, is gone.");
    const info = await readStateLock(store, workspace);
    if (force && info) {
      await lease.assertHeld();
      await store.delete(stateLockKey(workspace), options);
      effects.push(
        `Terraform's own lock of ${describeStateLock(info)} is gone.`,
      );
    }
    const { strandedState } = lease.taken;
    if (strandedState && !force)
      throw new NanteError(
        'locked',
        `A Terraform state that could not be uploaded lies here, at ${strandedState.path}.`,
        {
          hint: 'Start any run of this workspace on this machine: it uploads the state and gives the lock back.',
        },
      );
    if (strandedState) {
      await lease.setStranded(null);
      effects.push(
        `The state on ${strandedState.machine} at ${strandedState.path} is given up; what it alone knew has to be adopted.`,
      );
    }
  } finally {
    await lease.release();
  }
  return {
    workspace,
    released: true,
    holder: isHeld ? found.value.holder : undefined,
    runId: isHeld ? found.value.runId : undefined,
    effects,
  };
}
