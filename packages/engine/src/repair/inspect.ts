import type { CallOptions } from '@nante/clients';
import { NanteError } from '@nante/model';
import type { EngineContext } from '../context';
import type { RunInspection } from '../types';

/** See `Engine.inspect`. */
export async function inspect(
  _context: EngineContext,
  _runId: string,
  _options?: CallOptions,
): Promise<RunInspection> {
  throw new NanteError('failed', 'in work');
}
