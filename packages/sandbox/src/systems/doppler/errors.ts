/** A refusal as Doppler words it. */
export class DopplerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  toResponse(): Response {
    return Response.json(
      { messages: [this.message], success: false },
      { status: this.status },
    );
  }
}
