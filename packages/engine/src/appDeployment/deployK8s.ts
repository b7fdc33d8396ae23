import {
  NanteError,
  type DeployK8sRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.deployK8s`. */
export async function deployK8s(
  _context: EngineContext,
  _request: DeployK8sRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
