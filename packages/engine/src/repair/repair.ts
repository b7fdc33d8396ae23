import { NanteError, type RepairRequest, type RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.repair`. */
export async function repair(
  _context: EngineContext,
  _request: RepairRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'in work');
}
