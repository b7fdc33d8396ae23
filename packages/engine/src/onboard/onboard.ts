import {
  NanteError,
  type OnboardRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/** See `Engine.onboard`. */
export async function onboard(
  _context: EngineContext,
  _request: OnboardRequest,
  _options: RunOptions,
): Promise<RunDocument> {
  throw new NanteError('failed', 'in work');
}
