/** A refusal as Octopus words it. */
export class OctopusError extends Error {
  readonly status: number;
  readonly errors: string[];
  readonly headers: Record<string, string>;

  /** @param errors - what is wrong, one by one, where it is more than the message says */
  constructor(
    status: number,
    message: string,
    errors: string[] = [],
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  toResponse(): Response {
    return Response.json(
      {
        ErrorMessage: this.message,
        Errors: this.errors,
        ParsedHelpLinks: [],
      },
      { status: this.status, headers: this.headers },
    );
  }
}

/** What was sent breaks rules: one message for all, and the rules one by one. */
export function invalid(...errors: string[]): OctopusError {
  return new OctopusError(
    400,
    'There was a problem with your request.',
    errors,
  );
}

/** Something that has to be, is not; also for what lies in another space. */
export function notFound(what: string): OctopusError {
  return new OctopusError(404, `The resource '${what}' was not found.`);
}
