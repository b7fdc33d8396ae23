import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '@nante/clients';
import {
  finalRunStates,
  NanteError,
  operationLockSchema,
  runDocumentSchema,
  type InfrastructureConfig,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { processRuns } from '../lock/machine';
import type { Lease } from '../lock/lease';
import { releaseAfterDeath } from '../lock/operationLock';
import {
  openRecorder,
  type RunRecorder,
  type StepTitle,
} from '../runs/recorder';
import { likelyCause } from '../repair/likelyCause';
import { createRedactor, type Redactor } from '../secrets';
import { readDocument } from '../store/documents';
import { lockKey, runKey } from '../store/keys';
import { liveChild } from '../terraform/child';
import { workspacePaths } from '../terraform/root';
import type { Terraform } from '../terraform/terraform';
import type { RunOptions } from '../types';
import { activeRun, registerRun } from './activeRuns';
import { knownSecrets, withoutSecrets } from './knownSecrets';
import { assertSameRequest } from './sameRequest';
import { terraformFor } from './terraformFor';
import {
  closeOperation,
  openOperation,
  settleWorkspace,
} from './workspaceOperation';

/** What the body of a run works with. */
export interface Run {
  context: EngineContext;
  config: InfrastructureConfig;
  store: ObjectStore;
  recorder: RunRecorder;
  /** Learns every secret that the run hands to a program. */
  redactor: Redactor;
  signal: AbortSignal;
  /** Takes the workspace's lock and brings the workspace into order; released when the run ends. */
  lock(): Promise<{ lease: Lease; terraform: Terraform }>;
  /** Takes the lock of a workspace that has records alone, and needs no Terraform; released when the run ends. */
  lockRecords(): Promise<Lease>;
  /**
   * Takes the lock of another workspace beside its own, which has to be taken first: always in this order, so that no two runs
   * wait for each other. Nothing of its Terraform is touched; released when the run ends.
   */
  lockAlso(workspace: string): Promise<Lease>;
}

/** What a failed run leaves, found out before its document is closed. */
export type Aftermath = (error: unknown) => Promise<string[]>;

export interface RunPlan {
  initial: RunDocument;
  steps: readonly StepTitle[];
  /** Does the work; registers what has to be looked at when it fails. */
  body(
    run: Run,
    onFailure: (look: Aftermath) => void,
  ): Promise<Partial<RunDocument>>;
}

/**
 * Runs the body under a run document: one run for an id, however often and from wherever it is asked for.
 *
 * @returns the finished document
 * @throws NanteError what went wrong, after the document says so; `conflict` when the id belongs to another request
 */
export async function executeRun(
  context: EngineContext,
  plan: RunPlan,
  options: RunOptions,
): Promise<RunDocument> {
  const { initial } = plan;
  const { workDirectory } = context.options;
  const active = activeRun(workDirectory, initial.id);
  if (active) {
    assertSameRequest(active.initial, initial);
    return active.end;
  }
  const end = execute(context, plan, options);
  registerRun(workDirectory, { initial, end });
  return end;
}

async function execute(
  context: EngineContext,
  plan: RunPlan,
  options: RunOptions,
): Promise<RunDocument> {
  const store = await context.provenStore();
  const earlier = await earlierRun(
    context,
    store,
    plan.initial,
    options.signal,
  );
  if (earlier?.state === 'succeeded') {
    await releaseAfterDeath(store, earlier.workspace, earlier.id);
    return earlier;
  }
  const redactor = createRedactor(await knownSecrets(context));
  const cancel = new AbortController();
  const forward = () => cancel.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', forward, { once: true });
  if (options.signal?.aborted) forward();
  const recorder = await openRecorder({
    store,
    initial: takenUp(plan.initial, earlier),
    steps: plan.steps,
    workDirectory: context.options.workDirectory,
    redact: line => redactor.redact(line),
    onRun: options.onRun,
    onLog: options.onLog,
  });
  context.active.set(plan.initial.id, {
    recorder,
    cancel: () => cancel.abort(),
  });
  if (earlier)
    recorder.log(
      'info',
      `The run is taken up again, by ${options.door}; its last try ${endOf(earlier)}.`,
    );
  try {
    return await work(
      context,
      store,
      recorder,
      redactor,
      cancel,
      plan,
      options,
    );
  } finally {
    context.active.delete(plan.initial.id);
    options.signal?.removeEventListener('abort', forward);
  }
}

async function work(
  context: EngineContext,
  store: ObjectStore,
  recorder: RunRecorder,
  redactor: Redactor,
  cancel: AbortController,
  plan: RunPlan,
  options: RunOptions,
): Promise<RunDocument> {
  let lease: Lease | undefined;
  const further: Lease[] = [];
  let aftermath: Aftermath | undefined;
  let failure: unknown;
  const finalWriteMs = 5 * context.timing.lockTtlMs;
  try {
    const config = await context.config();
    const run: Run = {
      context,
      config,
      store,
      recorder,
      redactor,
      signal: cancel.signal,
      async lockRecords() {
        lease = await openOperation(context, store, recorder, cancel, options);
        return lease;
      },
      async lockAlso(workspace) {
        const also = await openOperation(context, store, recorder, cancel, {
          ...options,
          workspace,
        });
        further.push(also);
        return also;
      },
      async lock() {
        const taken = await run.lockRecords();
        const terraform = await terraformFor(
          context,
          store,
          config,
          recorder.document,
          redactor,
          line => recorder.log(line.level, line.text),
        );
        await settleWorkspace(
          context,
          store,
          taken,
          recorder,
          terraform,
          cancel.signal,
        );
        return { lease: taken, terraform };
      },
    };
    const end = await plan.body(run, onFailure => {
      aftermath = onFailure;
    });
    await recorder.finish(
      { state: 'succeeded', leftovers: [], ...end },
      finalWriteMs,
    );
    return recorder.document;
  } catch (raw) {
    const error = withoutSecrets(raw, redactor);
    failure = error;
    if (lease?.lost.aborted) {
      // After a lost lease everything belongs to whoever took it, also the document where that is a run with our id.
      if (!(await wasTakenByUs(store, recorder.document)))
        await recorder.finish(failedEnd(recorder, error, []), finalWriteMs);
      throw error;
    }
    const working =
      lease &&
      (await liveChild(
        workspacePaths(
          context.options.workDirectory,
          recorder.document.workspace,
        ),
      ));
    // What a Terraform that still works will have made, nobody can say yet.
    const leftovers = working
      ? [`${working.purpose} (process ${working.pid}) still works.`]
      : (await look(aftermath, error)).map(redactor.redact);
    await recorder.finish(failedEnd(recorder, error, leftovers), finalWriteMs);
    throw error;
  } finally {
    // After the document: whoever gets the lock next for the same request finds a run that is over.
    for (const also of further) await also.release();
    if (lease) await closeOperation(context, lease, recorder, failure);
  }
}

/** The document of a new try: what the earlier one chose and found out stays readable until this one knows better. */
function takenUp(
  initial: RunDocument,
  earlier: RunDocument | undefined,
): RunDocument {
  if (!earlier) return initial;
  const { createdAt, reserved, repairs } = earlier;
  const { plan, impact, before, proof, configuration } = earlier;
  const { arrivals, registration, result } = earlier;
  const found = { plan, impact, before, proof, configuration, registration };
  return {
    ...{ ...initial, createdAt, reserved, repairs },
    ...{ ...found, arrivals, result },
  };
}

function endOf({ state, error }: RunDocument): string {
  if (!finalRunStates.includes(state)) return 'was cut off';
  return state === 'cancelled' ? 'was cancelled' : `failed: ${error?.message}`;
}

async function wasTakenByUs(
  store: ObjectStore,
  { workspace, id }: RunDocument,
): Promise<boolean> {
  const key = lockKey(workspace);
  try {
    const lock = await readDocument(store, key, operationLockSchema);
    return !lock || lock.value.runId === id;
  } catch {
    return true;
  }
}

async function look(
  aftermath: Aftermath | undefined,
  error: unknown,
): Promise<string[]> {
  try {
    return aftermath ? await aftermath(error) : [];
  } catch (problem) {
    return [
      `What exists could not be found out: ${problem instanceof Error ? problem.message : String(problem)}`,
    ];
  }
}

function failedEnd(
  recorder: RunRecorder,
  error: unknown,
  leftovers: string[],
): Partial<RunDocument> & { state: RunDocument['state'] } {
  const known = NanteError.is(error) ? error : undefined;
  const step = recorder.document.steps.find(
    ({ state }) => state === 'failed' || state === 'cancelled',
  );
  const code = known?.code ?? 'failed';
  const message =
    known?.message ?? (error instanceof Error ? error.message : String(error));
  return {
    state: known?.code === 'cancelled' ? 'cancelled' : 'failed',
    leftovers,
    error: {
      code,
      message,
      hint: known?.hint,
      step: step?.id,
      cause: likelyCause({ code, message }, recorder.document),
    },
  };
}

/**
 * What an earlier try of the same request left in the bucket. While another process works on it, its end is waited for.
 *
 * @throws NanteError `conflict` when the id belongs to another request
 */
async function earlierRun(
  context: EngineContext,
  store: ObjectStore,
  initial: RunDocument,
  signal?: AbortSignal,
): Promise<RunDocument | undefined> {
  const seen = { etag: '', since: 0 };
  // A run of another workspace with this id is found by looking for the id everywhere.
  const elsewhere = await context.runs.get(initial.id, { signal });
  if (elsewhere) assertSameRequest(elsewhere, initial);
  for (;;) {
    const found = await readDocument(
      store,
      runKey(initial.workspace, initial.id),
      runDocumentSchema,
    );
    if (!found) return undefined;
    assertSameRequest(found.value, initial);
    if (finalRunStates.includes(found.value.state)) return found.value;
    const lock = await readDocument(
      store,
      lockKey(initial.workspace),
      operationLockSchema,
    );
    const isHis =
      lock?.value.state === 'held' && lock.value.runId === initial.id;
    if (!isHis || lock.value.strandedState) return found.value;
    if (lock.etag !== seen.etag)
      Object.assign(seen, { etag: lock.etag, since: performance.now() });
    const alive = await processRuns(lock.value.process);
    const isOwn = lock.value.process?.pid === process.pid && alive;
    const isSilent = performance.now() - seen.since > context.timing.lockTtlMs;
    if (alive === false || isOwn || isSilent) return found.value;
    await sleep(500, undefined, { signal });
  }
}
