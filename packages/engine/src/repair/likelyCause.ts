import type { RunDocument, RunError } from '@nante/model';

/** Likely cause of a failure, by the list of known ones; undefined where none fits. */
export function likelyCause(
  _error: Pick<RunError, 'code' | 'message'>,
  _run: RunDocument,
): RunError['cause'] {
  return undefined;
}
