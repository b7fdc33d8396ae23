import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { NanteError, type NanteErrorCode } from '@nante/model';

type ErrorClass = new (message: string) => Error;

const classes: Partial<Record<NanteErrorCode, ErrorClass>> = {
  'invalid-input': InputError,
  refused: NotAllowedError,
  conflict: ConflictError,
  locked: ConflictError,
  'not-found': NotFoundError,
  unreachable: ServiceUnavailableError,
  // Our own credentials were refused by the outside system: nothing that the person who asks could correct.
  unauthorized: ServiceUnavailableError,
};

/**
 * The one place where errors of the engine become errors of Backstage, which know their HTTP status. The hint goes into
 * the message, since pages show nothing else.
 */
export function toBackstageError(error: unknown): unknown {
  if (!NanteError.is(error)) return error;
  const message = error.hint
    ? `${error.message.replace(/\.$/, '')}. ${error.hint}`
    : error.message;
  const Class = classes[error.code];
  // No cause: Backstage would repeat its message in the answer.
  return Class ? new Class(message) : new Error(message);
}
