import type { CallOptions } from '@nante/clients';
import { NanteError, type ResizeRequest } from '@nante/model';
import type { EngineContext } from '../context';
import type { ResizePlan } from '../types';

/** See `Engine.planResize`. */
export async function planResize(
  _context: EngineContext,
  _request: ResizeRequest,
  _options?: CallOptions,
): Promise<ResizePlan> {
  throw new NanteError('failed', 'in work');
}
