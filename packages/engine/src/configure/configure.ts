import {
  NanteError,
  type ConfigureRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.configure`. */
export async function configure(
  _context: EngineContext,
  _request: ConfigureRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'in work');
}
