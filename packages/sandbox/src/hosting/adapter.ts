import type { IncomingMessage } from 'node:http';

/** Largest body that a stand-in takes; what is larger is a mistake or belongs to a real system. */
const largestBody = 256 * 1024 * 1024;

/** Decoded path of a request without its query; the raw one where the encoding is broken. */
export function decodedPath(incoming: IncomingMessage): string {
  const raw = (incoming.url ?? '/').split('?', 1)[0];
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/**
 * Turns what Node received into the `Request` that a stand-in answers.
 *
 * @throws RangeError when the body is too large
 */
export async function toFetchRequest(
  incoming: IncomingMessage,
  scheme: 'http' | 'https',
  signal: AbortSignal,
): Promise<Request> {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index], incoming.rawHeaders[index + 1]);
  const method = incoming.method ?? 'GET';
  const body = await readBody(incoming);
  const mayHaveBody = method !== 'GET' && method !== 'HEAD';
  return new Request(requestUrl(incoming, scheme), {
    method,
    headers,
    signal,
    body: mayHaveBody && body.length > 0 ? new Uint8Array(body) : undefined,
  });
}

function requestUrl(incoming: IncomingMessage, scheme: string): URL {
  const path = incoming.url?.startsWith('/') ? incoming.url : '/';
  const host = incoming.headers.host;
  // By hand: `new URL('//x', base)` would read an empty first segment as a host.
  if (host && URL.canParse(`${scheme}://${host}${path}`))
    return new URL(`${scheme}://${host}${path}`);
  return new URL(`${scheme}://127.0.0.1:${incoming.socket.localPort}${path}`);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody)
      throw new RangeError(`the body is larger than ${largestBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** An answer as Node wants it. */
export interface NodeAnswer {
  status: number;
  /** Reason phrase; Node's own words for the status when undefined. */
  reason?: string;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** Turns the `Response` of a stand-in into what Node sends. */
export async function fromFetchResponse(
  response: Response,
): Promise<NodeAnswer> {
  const headers: Record<string, string | string[]> = {};
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers[name] = value;
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const body = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    reason: response.statusText || undefined,
    headers,
    body,
  };
}
