import type { CallOptions } from '@nante/clients';
import type { Observation } from '@nante/model';
import type { EngineContext } from '../context';

/** What mesh and telemetry say of all hosts of ours; see `Engine.observe`. */
export async function observe(
  _context: EngineContext,
  _options?: CallOptions,
): Promise<Observation[]> {
  return [];
}
