import { NanteError } from '@nante/model';

/** Why a signal was aborted, as our error: a person's cancel, or the reason that was given. */
export function cancelError(signal?: AbortSignal): NanteError {
  if (NanteError.is(signal?.reason)) return signal.reason;
  return new NanteError('cancelled', 'The run was cancelled.', {
    hint: 'Repeat the request to go on, or destroy what it made.',
  });
}

/** @throws NanteError the reason of the abort */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelError(signal);
}
