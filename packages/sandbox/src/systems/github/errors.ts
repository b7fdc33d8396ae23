/** Where the vendor explains its calls. */
export const documentationUrl = 'https://docs.github.com/rest';

/** One entry of a 422's list. */
export interface FieldError {
  resource: string;
  field?: string;
  code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'custom';
  message?: string;
}

/** A refusal in the form of GitHub's API. */
export class GithubError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly options: {
      errors?: (FieldError | string)[];
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
  }

  toResponse(): Response {
    const { errors, headers } = this.options;
    return Response.json(
      {
        message: this.message,
        ...(errors ? { errors } : {}),
        documentation_url: documentationUrl,
        status: String(this.status),
      },
      {
        status: this.status,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          ...headers,
        },
      },
    );
  }
}

/** What is not there, or must not be seen. */
export function notFound(): GithubError {
  return new GithubError(404, 'Not Found');
}

/** @param fields - what is wrong with them */
export function unprocessable(
  message: string,
  ...errors: (FieldError | string)[]
): GithubError {
  return new GithubError(
    422,
    message,
    errors.length > 0 ? { errors } : undefined,
  );
}
