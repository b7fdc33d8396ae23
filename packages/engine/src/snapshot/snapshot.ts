import {
  NanteError,
  type SnapshotRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.snapshot`. */
export async function snapshot(
  _context: EngineContext,
  _request: SnapshotRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'in work');
}
