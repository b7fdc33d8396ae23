import type { CallOptions } from '@nante/clients';
import { NanteError, type RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import { markInterrupted } from '../runs/interrupted';
import type { RunInspection } from '../types';
import { findOut } from './findings';
import { remediesOf } from './remedies';
import { thingsOf } from './things';

/** See `Engine.inspect`. */
export async function inspect(
  context: EngineContext,
  runId: string,
  options?: CallOptions,
): Promise<RunInspection> {
  const run = await runToRepair(context, runId, options);
  const findings = await findOut(context, run, options);
  return {
    interrupted: run.interrupted ?? false,
    things: thingsOf(findings),
    remedies: isRepairable(run)
      ? remediesOf(findings).map(({ isDone: _, ...remedy }) => remedy)
      : [],
  };
}

/** True for a run that came to no good end: it failed, was cancelled, or was left by whoever executed it. */
export function isRepairable(run: RunDocument): boolean {
  return (
    run.interrupted === true ||
    run.state === 'failed' ||
    run.state === 'cancelled'
  );
}

/**
 * A run as it stands now.
 *
 * @throws NanteError `not-found`
 */
export async function runToRepair(
  context: EngineContext,
  runId: string,
  options?: CallOptions,
): Promise<RunDocument> {
  const run = await context.runs.get(runId, options);
  if (run) return markInterrupted(context, run, options);
  throw new NanteError('not-found', `There is no run ${runId}.`);
}
