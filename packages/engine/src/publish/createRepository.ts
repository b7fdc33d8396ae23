import {
  NanteError,
  type CreateRepositoryRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.createRepository`. */
export async function createRepository(
  _context: EngineContext,
  _given: CreateRepositoryRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
