import { NanteError, type PowerRequest, type RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.power`. */
export async function power(
  _context: EngineContext,
  _request: PowerRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'in work');
}
