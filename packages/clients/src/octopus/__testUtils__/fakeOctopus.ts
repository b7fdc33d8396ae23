import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startServer, type TestServer } from '../../__testUtils__/server';

/** A request as it arrived. */
export interface SeenRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  key?: string;
  body: unknown;
}

/** What a fake answers to a request: JSON, or whatever the function does. */
export type FakeAnswer =
  | { status?: number; headers?: Record<string, string>; json: unknown }
  | ((response: ServerResponse, request: SeenRequest) => void);

/** A server that answers as the test says, with the spaces that the sandbox has. */
export interface FakeOctopus extends TestServer {
  seen: SeenRequest[];
  /** Answer of `METHOD path`, from now on. */
  on(call: string, answer: FakeAnswer | unknown[]): void;
  /** Answer to what nobody spoke of; 404 unless set. */
  otherwise?: (request: SeenRequest) => unknown;
}

const spaces = [
  { Id: 'Spaces-1', Name: 'Default', Slug: 'default' },
  { Id: 'Spaces-2', Name: 'Default Copy', Slug: 'default-copy' },
];

/** A page as Octopus writes it, with nulls and fields that nobody knows. */
export function pageOf(items: unknown[], total = items.length) {
  return {
    ItemType: 'Thing',
    TotalResults: total,
    ItemsPerPage: 30,
    Items: items,
    Links: { Self: '/' },
    FieldOfTomorrow: null,
  };
}

export async function startFakeOctopus(tls?: {
  key: string;
  cert: string;
}): Promise<FakeOctopus> {
  const seen: SeenRequest[] = [];
  const rest: Pick<FakeOctopus, 'otherwise'> = {};
  const answers = new Map<string, FakeAnswer>([
    ['GET /api/spaces', { json: pageOf(spaces) }],
    ['GET /api/spaces/Spaces-1', { json: spaces[0] }],
  ]);
  const listener = async (
    incoming: IncomingMessage,
    response: ServerResponse,
  ) => {
    const url = new URL(`${incoming.url}`, 'http://fake');
    const sent = await text(incoming);
    const request: SeenRequest = {
      method: `${incoming.method}`,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      key: incoming.headers['x-octopus-apikey'] as string | undefined,
      body: sent ? JSON.parse(sent) : undefined,
    };
    seen.push(request);
    const answer = answers.get(`${request.method} ${request.path}`) ??
      (rest.otherwise && { json: rest.otherwise(request) }) ?? {
        status: 404,
        json: { ErrorMessage: `The resource '${request.path}' was not found.` },
      };
    if (typeof answer === 'function') {
      answer(response, request);
      return;
    }
    response
      .writeHead(answer.status ?? 200, {
        'content-type': 'application/json',
        ...answer.headers,
      })
      .end(JSON.stringify(answer.json));
  };
  const server = await startServer(listener, tls);
  return Object.assign(rest, {
    ...server,
    seen,
    on(call: string, answer: FakeAnswer | unknown[]) {
      answers.set(
        call,
        Array.isArray(answer) ? { json: pageOf(answer) } : answer,
      );
    },
  });
}
