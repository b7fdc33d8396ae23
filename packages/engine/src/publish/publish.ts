import {
  NanteError,
  type PublishRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.publish`. */
export async function publish(
  _context: EngineContext,
  _given: PublishRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'This is being built.');
}
