import {
  NanteError,
  type ProposeChangeRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.proposeChange`. */
export async function proposeChange(
  _context: EngineContext,
  _request: ProposeChangeRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
