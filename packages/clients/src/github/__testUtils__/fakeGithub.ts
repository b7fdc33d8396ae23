import type { IncomingMessage } from 'node:http';
import { startServer, type TestServer } from '../../__testUtils__/server';
import { createGithubClient } from '../GithubClient';
import type { GithubApi } from '../types';
import type { SeenRequest } from './vendorDocument';

/** What the fake says to one request. */
export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** The connection is broken instead. */
  isCut?: boolean;
}

/** A server of GitHub that says what a test wants. */
export interface FakeGithub extends TestServer {
  seen: (SeenRequest & { headers: IncomingMessage['headers'] })[];
  /** Answers by `METHOD /path`, used up one after the other; the last one stays. */
  answers: Record<string, FakeAnswer[]>;
  otherwise: (request: SeenRequest) => FakeAnswer;
  client(change?: Partial<Parameters<typeof createGithubClient>[0]>): GithubApi;
}

/** Base of the API, as a GitHub Enterprise Server has it. */
const base = '/api/v3';

export async function startFakeGithub(): Promise<FakeGithub> {
  const seen: FakeGithub['seen'] = [];
  const said: Pick<FakeGithub, 'answers' | 'otherwise'> = {
    answers: {},
    otherwise: () => ({ status: 404, body: { message: 'Not Found' } }),
  };
  const server = await startServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', piece => pieces.push(piece));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const text = Buffer.concat(pieces).toString();
      const found = {
        method: request.method ?? '',
        path: url.pathname.startsWith(base)
          ? url.pathname.slice(base.length)
          : url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: text ? JSON.parse(text) : undefined,
        headers: request.headers,
      };
      seen.push(found);
      const queue = said.answers[`${found.method} ${found.path}`];
      const answer =
        (queue && queue.length > 1 ? queue.shift() : queue?.[0]) ??
        said.otherwise(found);
      if (answer.isCut) {
        response.destroy();
        return;
      }
      const isText = typeof answer.body === 'string';
      response.writeHead(answer.status ?? 200, {
        'content-type': isText
          ? 'text/plain; charset=utf-8'
          : 'application/json; charset=utf-8',
        ...answer.headers,
      });
      response.end(
        answer.body === undefined || isText
          ? answer.body
          : JSON.stringify(answer.body),
      );
    });
  });
  const client: FakeGithub['client'] = change =>
    createGithubClient({
      ...{ url: `${server.url}${base}`, token: 'ghp_secret', ...change },
    });
  return Object.assign(said, server, { seen, client });
}
