import {
  NanteError,
  type DeregisterRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.deregister`. */
export async function deregister(
  _context: EngineContext,
  _given: DeregisterRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
