import {
  NanteError,
  type CreateProjectRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.createProject`. */
export async function createProject(
  _context: EngineContext,
  _given: CreateProjectRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
