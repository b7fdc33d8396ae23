import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/** Largest body that a stand-in takes whole; what is larger is a mistake, or belongs to one that streams. */
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
 * @param streams - the body is handed on while it arrives, whatever its size; otherwise it is read whole first
 * @throws RangeError when a body that is read whole is too large
 */
export async function toFetchRequest(
  incoming: IncomingMessage,
  scheme: 'http' | 'https',
  signal: AbortSignal,
  streams = false,
): Promise<Request> {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index], incoming.rawHeaders[index + 1]);
  const method = incoming.method ?? 'GET';
  const mayHaveBody = method !== 'GET' && method !== 'HEAD';
  const url = requestUrl(incoming, scheme);
  if (streams) {
    const body =
      mayHaveBody && announcesBody(incoming) ? bodyStream(incoming) : undefined;
    // The types of browsers do not know `duplex`, and Node insists on it.
    const init: RequestInit & { duplex: 'half' } = {
      method,
      headers,
      signal,
      body,
      duplex: 'half',
    };
    return new Request(url, init);
  }
  const body = await readBody(incoming);
  return new Request(url, {
    method,
    headers,
    signal,
    body: mayHaveBody && body.length > 0 ? new Uint8Array(body) : undefined,
  });
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > 0
  );
}

/** Reads only as fast as the stand-in does. */
function bodyStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      incoming.on('data', (piece: Buffer) => {
        controller.enqueue(piece);
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.on('end', () => controller.close());
      incoming.on('error', error => controller.error(error));
      incoming.pause();
    },
    pull() {
      incoming.resume();
    },
    cancel() {
      discardBody(incoming);
    },
  });
}

/** Lets what a client still sends run into nothing: unread, it would hold the connection for ever. */
export function discardBody(incoming: IncomingMessage): void {
  incoming.removeAllListeners('data').removeAllListeners('end');
  incoming.resume();
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
  /** A stream where the stand-in has said how long it is, or that nobody knows. */
  body: Buffer | Readable;
}

/**
 * Turns the `Response` of a stand-in into what Node sends.
 *
 * @param streams - a body whose `Content-Length` the stand-in has set, or that it says is `chunked`, is passed on piece by piece
 */
export async function fromFetchResponse(
  response: Response,
  streams = false,
): Promise<NodeAnswer> {
  const headers: Record<string, string | string[]> = {};
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers[name] = value;
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const isOpen =
    response.headers.has('content-length') ||
    response.headers.get('transfer-encoding') === 'chunked';
  const body =
    streams && response.body && isOpen
      ? Readable.fromWeb(response.body as NodeReadableStream)
      : Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    reason: response.statusText || undefined,
    headers,
    body,
  };
}
