import {
  NanteError,
  type RegisterRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.register`. */
export async function register(
  _context: EngineContext,
  _given: RegisterRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
