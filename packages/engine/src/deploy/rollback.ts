import {
  NanteError,
  type RollbackRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.rollback`. */
export async function rollback(
  _context: EngineContext,
  _given: RollbackRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
