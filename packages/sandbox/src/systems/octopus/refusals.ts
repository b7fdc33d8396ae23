import { NanteError } from '@nante/model';
import { OctopusError } from './errors';

const statuses: Record<string, number> = {
  'not-found': 404,
  conflict: 409,
  refused: 403,
};

/** Octopus' status for an error of ours: what tasks and discovery refuse in our words. */
export function asOctopusError(error: unknown): unknown {
  if (!NanteError.is(error)) return error;
  return new OctopusError(statuses[error.code] ?? 400, error.message);
}

/** Does something, and gives its refusals Octopus' form. */
export function asAnswer<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asOctopusError(error);
  }
}
