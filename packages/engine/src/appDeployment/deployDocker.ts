import {
  NanteError,
  type DeployDockerRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.deployDocker`. */
export async function deployDocker(
  _context: EngineContext,
  _request: DeployDockerRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
