/** A refusal as S3 words it. */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const s3Errors = {
  noSuchKey: () =>
    new S3Error(404, 'NoSuchKey', 'The specified key does not exist.'),
  noSuchBucket: () =>
    new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist.'),
  preconditionFailed: () =>
    new S3Error(
      412,
      'PreconditionFailed',
      'A precondition of the request does not hold.',
    ),
  invalidArgument: (message: string) =>
    new S3Error(400, 'InvalidArgument', message),
  malformed: () =>
    new S3Error(400, 'MalformedXML', 'The XML of the request cannot be read.'),
  notImplemented: (what: string) =>
    new S3Error(501, 'NotImplemented', `The stand-in does not serve ${what}.`),
};
