/** A refusal as OpenObserve words it: JSON with a code and a message. */
export class OpenobserveError extends Error {
  readonly status: number;
  /** Its own code where it has one, else the HTTP status. */
  readonly code: number;
  readonly detail?: string;

  constructor(
    status: number,
    message: string,
    options: { code?: number; detail?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.code = options.code ?? status;
    this.detail = options.detail;
  }

  toResponse(): Response {
    const { code, message, detail } = this;
    return Response.json(
      {
        code,
        message,
        ...(detail === undefined ? {} : { error_detail: detail }),
      },
      { status: this.status },
    );
  }
}

/** A refusal of the Loki route, which speaks plain text. */
export class LokiError extends OpenobserveError {
  constructor(message: string) {
    super(400, message);
  }

  override toResponse(): Response {
    return new Response(this.message, {
      status: this.status,
      headers: { 'content-type': 'text/plain' },
    });
  }
}
