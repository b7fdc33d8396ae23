/**
 * What can go wrong, as a word that every door translates: the portal into an HTTP status, the command line into an
 * exit code, a workflow into an annotation.
 */
export type NanteErrorCode =
  /** The caller can correct it: a bad name, a size over policy. */
  | 'invalid-input'
  /** Policy or permission says no. */
  | 'refused'
  /** It exists already and is not ours, or differs from what was asked. */
  | 'conflict'
  /** It is not there. */
  | 'not-found'
  /** Another run holds the lock. */
  | 'locked'
  /** An outside system does not answer. */
  | 'unreachable'
  /** An outside system refused our credentials, or they lack a right. */
  | 'unauthorized'
  /** A run was cancelled by a person. */
  | 'cancelled'
  /** A tool or an outside system failed in another way. */
  | 'failed';

/** Exit code of the command line for each error code; 0 is done. */
export const exitCodes: Record<NanteErrorCode, number> = {
  'invalid-input': 2,
  refused: 3,
  conflict: 3,
  'not-found': 2,
  locked: 4,
  unreachable: 5,
  unauthorized: 5,
  cancelled: 130,
  failed: 1,
};

/** An error a person can act on: what happened, and what to do next. */
export class NanteError extends Error {
  readonly code: NanteErrorCode;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  /** Facts for machines and detail views; never a secret. */
  readonly details?: Record<string, unknown>;

  constructor(
    code: NanteErrorCode,
    message: string,
    options: {
      hint?: string;
      details?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'NanteError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  /** True for our error, also when it comes from another copy of this package. */
  static is(error: unknown): error is NanteError {
    return (
      error instanceof Error && error.name === 'NanteError' && 'code' in error
    );
  }
}
