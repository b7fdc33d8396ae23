import { NanteError, type ResizeRequest, type RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.resize`. */
export async function resize(
  _context: EngineContext,
  _request: ResizeRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'in work');
}
