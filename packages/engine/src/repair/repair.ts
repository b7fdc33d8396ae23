import {
  NanteError,
  repairRequestSchema,
  type RepairRequest,
  type RunDocument,
  parseInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';
import { adopt } from './adopt';
import { findOut } from './findings';
import { forget } from './forget';
import { isRepairable, runToRepair } from './inspect';
import { remediesOf } from './remedies';
import { repeat } from './repeat';
import { undo } from './undo';

/** See `Engine.repair`. */
export async function repair(
  context: EngineContext,
  input: RepairRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(repairRequestSchema, input);
  const { signal } = options;
  const run = await runToRepair(context, request.runId, { signal });
  // Twice the same wish: whoever is first does it, and both get the same answer.
  const isBegun =
    request.remedy === 'finish'
      ? !isRepairable(run)
      : (await context.runs.get(request.requestId, { signal })) !== undefined;
  if (!isBegun) await assertAllowed(context, run, request, options);
  switch (request.remedy) {
    case 'finish':
      return run.state === 'succeeded'
        ? run
        : repeat(context, run, request.operator, options);
    case 'undo':
      return undo(context, run, request, options);
    case 'adopt':
      return adopt(context, run, request, options);
    case 'forget':
      return forget(context, run, request, options);
    default:
      return request.remedy satisfies never;
  }
}

/** @throws NanteError `refused` with the reason that `inspect` shows */
async function assertAllowed(
  context: EngineContext,
  run: RunDocument,
  { remedy, operator }: RepairRequest,
  { signal }: RunOptions,
): Promise<void> {
  const config = await context.config();
  if (config.environments[run.environment]?.restricted && !operator)
    throw new NanteError(
      'refused',
      `Only operators may repair runs in ${run.environment}.`,
    );
  if (!isRepairable(run))
    throw new NanteError(
      'refused',
      run.state === 'succeeded'
        ? `The run ${run.id} succeeded; there is nothing to repair.`
        : `The run ${run.id} still works; cancel it, or wait for its end.`,
    );
  const findings = await findOut(context, run, { signal });
  const found = remediesOf(findings).find(({ remedy: of }) => of === remedy);
  if (found?.allowed) return;
  throw new NanteError(
    'refused',
    `"${remedy}" is not possible for the run ${run.id}: ${found?.reason}`,
    {
      hint: 'Nothing was changed. The page of the run shows what is possible.',
    },
  );
}
