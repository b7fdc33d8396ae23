/** An answer that is an error: status, reason phrase and body as Proxmox gives them. */
export class ApiFailure extends Error {
  readonly status: number;
  /** One text for each wrong parameter. */
  readonly errors?: Record<string, string>;

  constructor(
    status: number,
    message: string,
    errors?: Record<string, string>,
  ) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
    this.errors = errors;
  }
}

/** What Perl's `die` becomes: status 500 and a message that ends with a newline. */
export function died(message: string): ApiFailure {
  return new ApiFailure(500, `${message}\n`);
}

/** A right is missing; names all that would have done. */
export function forbidden(path: string, privileges: string[]): ApiFailure {
  return new ApiFailure(
    403,
    `Permission check failed (${path}, ${privileges.join('|')})\n`,
  );
}

/** A right that no token has, not even root's. */
export function rootOnly(message: string): ApiFailure {
  return new ApiFailure(403, `Permission check failed (${message})\n`);
}

/** Wrong parameters, each with its reason. */
export function wrongParameters(errors: Record<string, string>): ApiFailure {
  return new ApiFailure(400, 'Parameter verification failed.\n', errors);
}
