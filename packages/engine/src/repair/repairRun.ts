import {
  finalRunStates,
  NanteError,
  runDocumentSchema,
  type RepairRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { executeRun, type Run, type RunPlan } from '../operation/executeRun';
import { moduleAddress } from '../provision/desired';
import { commandsByHand } from '../runs/byHand';
import { newRunDocument } from '../runs/newRun';
import { updateDocument } from '../store/documents';
import { runKey } from '../store/keys';
import type { RunOptions } from '../types';
import { findOut, type Findings } from './findings';
import { remediesOf } from './remedies';

/**
 * Executes a run that repairs another one in a way of its own.
 *
 * @returns its finished document
 * @throws NanteError as `executeRun` does
 */
export async function executeRepair(
  context: EngineContext,
  repaired: RunDocument,
  request: RepairRequest,
  options: RunOptions,
  {
    kind,
    byHand = [],
    ...plan
  }: Omit<RunPlan, 'initial'> & {
    kind: RunDocument['kind'];
    byHand?: string[];
  },
): Promise<RunDocument> {
  const { app, environment, host, hostKind, owner } = repaired;
  const initial = await newRunDocument(
    kind,
    { ...request, app, environment, name: host },
    { ...options, repairs: repaired.id },
    { hostKind, owner, inputs: { ...request }, byHand, context },
  );
  return executeRun(context, { ...plan, initial }, options);
}

/** Commands by which a person lets Terraform bring the host of a run in order. */
export function terraformByHand({
  workspace,
  host,
  hostKind,
}: RunDocument): string[] {
  const module = moduleAddress(host, { kind: hostKind ?? 'vm' });
  return commandsByHand(workspace, module);
}

/**
 * Looks again under the lock, because what was true before may not be any more.
 *
 * @returns the findings; `isDone` where nothing is left to do, which a repeat of the same wish may find
 * @throws NanteError `refused` with the reason
 */
export async function lookAgain(
  { context, signal }: Run,
  repaired: RunDocument,
  remedy: RepairRequest['remedy'],
): Promise<{ findings: Findings; isDone: boolean }> {
  const findings = await findOut(context, repaired, { signal });
  const found = remediesOf(findings).find(({ remedy: of }) => of === remedy);
  if (found?.allowed || found?.isDone)
    return { findings, isDone: found.isDone ?? false };
  throw new NanteError(
    'refused',
    `"${remedy}" is not possible for the run ${repaired.id}: ${found?.reason}`,
    {
      hint: 'Nothing was changed. The page of the run shows what is possible.',
    },
  );
}

/**
 * Ends the document of a run whose process died, now that its lock is ours: nothing of it can work any more.
 */
export async function closeInterrupted(
  store: Run['store'],
  repaired: RunDocument,
  repairedBy: string,
): Promise<void> {
  await changeRun(store, repaired, run =>
    finalRunStates.includes(run.state)
      ? undefined
      : {
          ...run,
          state: 'failed',
          finishedAt: new Date().toISOString(),
          steps: run.steps.map(step =>
            step.state === 'running' || step.state === 'pending'
              ? {
                  ...step,
                  state: step.state === 'running' ? 'failed' : 'skipped',
                }
              : step,
          ),
          error: {
            code: 'failed',
            message: `The process that executed the run ended before the run did; the run ${repairedBy} repairs it.`,
            step: run.steps.find(({ state }) => state === 'running')?.id,
          },
        },
  );
}

/** Says in a run who repaired it, and what is left of it now. */
export async function noteRepair(
  store: Run['store'],
  repaired: RunDocument,
  repairedBy: string,
  leftovers: string[],
): Promise<void> {
  await changeRun(store, repaired, run => ({ ...run, repairedBy, leftovers }));
}

function changeRun(
  store: Run['store'],
  { workspace, id }: RunDocument,
  change: (run: RunDocument) => RunDocument | undefined,
) {
  return updateDocument(
    store,
    runKey(workspace, id),
    runDocumentSchema,
    run => run && change(run),
  );
}
