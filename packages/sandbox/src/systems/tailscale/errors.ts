/** A refusal as Tailscale words it. */
export class TailscaleError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  toResponse(): Response {
    return Response.json({ message: this.message }, { status: this.status });
  }
}

/** What a key is called that is unknown, expired, revoked or used up: a machine is told no more than this. */
export const invalidKeyMessage = 'invalid key: API key does not exist';

export function tagsRefused(tags: string[]): TailscaleError {
  return new TailscaleError(
    400,
    `requested tags [${tags.join(' ')}] are invalid or not permitted`,
  );
}
