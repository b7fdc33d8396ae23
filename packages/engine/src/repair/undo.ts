import { NanteError, type RepairRequest, type RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import { resize } from '../resize/resize';
import { snapshot } from '../snapshot/snapshot';
import { customSize } from '../policy/policy';
import type { RunOptions } from '../types';
import { forget } from './forget';
import { closeInterrupted, noteRepair } from './repairRun';
import { requestOf } from './requestOf';
import { undoProvision } from './undoProvision';

/** Takes back what a run did, by a run of its own. */
export async function undo(
  context: EngineContext,
  repaired: RunDocument,
  request: RepairRequest,
  given: RunOptions,
): Promise<RunDocument> {
  const options: RunOptions = { ...given, repairs: repaired.id };
  const { requestId, requestedBy, operator } = request;
  const asked = requestOf(repaired);
  const actor = { requestId, requestedBy, operator };
  switch (asked?.verb) {
    case 'provision':
      return undoProvision(context, repaired, request, options);
    case 'onboard':
      return forget(context, repaired, request, options);
    case 'snapshot': {
      const { snapshot: name } = asked.request;
      const wanted = { action: 'delete' as const, confirm: name };
      return noted(
        context,
        repaired,
        await snapshot(
          context,
          { ...asked.request, ...actor, ...wanted },
          options,
        ),
      );
    }
    case 'resize': {
      if (!repaired.before) break;
      const { cores, memoryMb, diskGb } = repaired.before;
      const size = { size: customSize, cores, memoryMb, diskGb };
      return noted(
        context,
        repaired,
        await resize(context, { ...asked.request, ...actor, ...size }, options),
      );
    }
    default:
  }
  throw new NanteError('refused', `The run ${repaired.id} cannot be undone.`, {
    hint: 'Nothing was changed.',
  });
}

/** Says in the run that was undone by another verb's run that nothing is left of it. */
async function noted(
  context: EngineContext,
  repaired: RunDocument,
  by: RunDocument,
): Promise<RunDocument> {
  const store = await context.store();
  await closeInterrupted(store, repaired, by.id);
  await noteRepair(store, repaired, by.id, []);
  return by;
}
