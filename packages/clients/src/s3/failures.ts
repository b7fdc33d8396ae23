import { S3ServiceException } from '@aws-sdk/client-s3';
import { NanteError } from '@nante/model';
import { RetryableFailure } from '../http/retry';
import { isTlsFailure, unreachable } from '../http/failures';

/** HTTP status and S3 error code of a failed call; both undefined when no answer came. */
export function answerOf(error: unknown): { status?: number; code?: string } {
  if (!(error instanceof S3ServiceException)) return {};
  return { status: error.$metadata.httpStatusCode, code: error.name };
}

/** The bucket a call went to, for messages. */
export interface BucketAddress {
  endpoint: string;
  bucket: string;
}

const credentialCodes = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
]);

/**
 * Turns what the SDK throws into an error a person can act on. Failures that a repetition may mend come as
 * {@link RetryableFailure}.
 *
 * @param action - what we did, for example `read nante/config.json`
 */
export function storeFailure(
  error: unknown,
  address: BucketAddress,
  action: string,
): Error {
  if (NanteError.is(error) || error instanceof RetryableFailure) return error;
  const { status, code } = answerOf(error);
  const where = `bucket ${address.bucket} at ${address.endpoint}`;
  const details = { ...address, action, status, code };
  if (status === undefined) {
    const failure = unreachable('The S3 store', address.endpoint, error);
    return isTlsFailure(error) ? failure : new RetryableFailure(failure);
  }
  if (code === 'NoSuchBucket') {
    return new NanteError(
      'not-found',
      `The S3 store at ${address.endpoint} has no bucket ${address.bucket}.`,
      {
        hint: 'Create the bucket, or correct STATE_BUCKET; nobody creates it for you.',
        details,
      },
    );
  }
  if (status === 401 || status === 403 || credentialCodes.has(code ?? '')) {
    return new NanteError(
      'unauthorized',
      `The S3 store refused to ${action} in ${where} (${code ?? status}).`,
      { hint: credentialHint(code), details },
    );
  }
  const failure = new NanteError(
    status >= 500 ? 'unreachable' : 'failed',
    `The S3 store could not ${action} in ${where}: HTTP ${status}${code ? ` ${code}` : ''}.`,
    { details },
  );
  return status >= 500 || status === 429
    ? new RetryableFailure(failure)
    : failure;
}

function credentialHint(code: string | undefined): string {
  switch (code) {
    case 'InvalidAccessKeyId':
      return 'The access key is unknown there: check MINIO_ROOT_USER.';
    case 'SignatureDoesNotMatch':
      return 'The secret key does not fit: check MINIO_ROOT_PASSWORD, and that no proxy rewrites the Host header.';
    case 'RequestTimeTooSkewed':
      return 'The clock of this machine is wrong; set it.';
    default:
      return 'The user needs s3:ListBucket on the bucket and s3:GetObject, s3:PutObject, s3:DeleteObject on its objects.';
  }
}
