import { NanteError, type DeployRequest, type RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.deploy`. */
export async function deploy(
  _context: EngineContext,
  _given: DeployRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
