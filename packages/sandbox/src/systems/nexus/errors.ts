/** One thing that a request has wrong; `*` where it is no single field. */
export interface ValidationError {
  id: string;
  message: string;
}

/** What the server says when it does not do what was asked; each protocol words it in its own way. */
export class NexusError extends Error {
  readonly status: number;
  /** Field that is wrong, for the answers of the REST API. */
  readonly field: string;
  /** Word of the registry protocol, for example `MANIFEST_UNKNOWN`. */
  readonly dockerCode: string | undefined;

  constructor(
    status: number,
    message: string,
    options: { field?: string; dockerCode?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.field = options.field ?? '*';
    this.dockerCode = options.dockerCode;
  }
}

const challenge = 'BASIC realm="Sonatype Nexus Repository Manager"';

/** Reason phrases are one line of ASCII. */
function reasonPhrase(message: string): string {
  return message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200);
}

function headersOf(error: NexusError): Record<string, string> {
  return error.status === 401 ? { 'www-authenticate': challenge } : {};
}

/** An error of `/service/rest`. */
export function restErrorResponse(error: NexusError): Response {
  const headers = headersOf(error);
  if (error.status !== 400 || error.message === '')
    return new Response(error.message || null, {
      status: error.status,
      headers: { ...headers, 'content-type': 'text/plain' },
    });
  const errors: ValidationError[] = [
    { id: error.field, message: error.message },
  ];
  return Response.json(errors, {
    status: error.status,
    headers: {
      'content-type': 'application/vnd.siesta-validation-errors-v1+json',
    },
  });
}

/** An error of `/repository`: a page for people, with the reason in the status line as well. */
export function contentErrorResponse(error: NexusError): Response {
  const title = `${error.status} - ${reasonPhrase(error.message)}`;
  const page = `<!DOCTYPE html>\n<html lang="en"><head><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1></body></html>\n`;
  return new Response(page, {
    status: error.status,
    statusText: reasonPhrase(error.message),
    headers: { ...headersOf(error), 'content-type': 'text/html' },
  });
}

/** An error of an npm registry. */
export function npmErrorResponse(error: NexusError): Response {
  return Response.json(
    { success: false, error: error.message },
    { status: error.status, headers: headersOf(error) },
  );
}

const dockerCodes: Record<number, string> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  405: 'UNSUPPORTED',
};

/** An error of the registry protocol. */
export function dockerErrorResponse(error: NexusError): Response {
  const code = error.dockerCode ?? dockerCodes[error.status] ?? 'DENIED';
  return Response.json(
    { errors: [{ code, message: error.message, detail: null }] },
    { status: error.status, headers: headersOf(error) },
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
}
