import {
  NanteError,
  type ReleaseRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.createRelease`. */
export async function createRelease(
  _context: EngineContext,
  _given: ReleaseRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
