import {
  deployDockerRequestSchema,
  NanteError,
  parseInput,
  type DeployDockerRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.deployDocker`. */
export async function deployDocker(
  _context: EngineContext,
  input: DeployDockerRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  parseInput(deployDockerRequestSchema, input);
  throw new NanteError('failed', 'This is being built.');
}
