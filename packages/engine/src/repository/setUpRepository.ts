import {
  NanteError,
  type SetUpRepositoryRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.setUpRepository`. */
export async function setUpRepository(
  _context: EngineContext,
  _request: SetUpRepositoryRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
