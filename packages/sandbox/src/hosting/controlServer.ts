import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { NanteError, parseInput } from '@nante/model';
import {
  anyFaultSchema,
  socketFaultKinds,
  socketFaultSchema,
} from '../faults/schema';
import type { StandIn } from '../standIn';
import { fromFetchResponse, toFetchRequest } from './adapter';
import { sendAnswer } from './sendAnswer';
import { listenOn, type SystemServer } from './systemServer';

/** Something that answers below `http://127.0.0.1:<port>/<name>`; `path` is what follows, `''` or `/…`. */
export type ControlHandler = (
  request: Request,
  path: string,
) => Promise<Response | undefined>;

/** The one plain HTTP server through which tests and people steer all stand-ins. */
export class ControlServer {
  readonly #handlers = new Map<string, ControlHandler>();
  readonly #server = createServer((incoming, outgoing) => {
    void this.#handle(incoming, outgoing);
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @throws NanteError `conflict` when the port is in use */
  async listen(port: number): Promise<void> {
    await listenOn(this.#server, { port, name: 'control' });
  }

  mount(name: string, handler: ControlHandler): void {
    this.#handlers.set(name, handler);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise(resolve => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse) {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    const response = await toFetchRequest(incoming, 'http', gone.signal)
      .then(request => this.#answer(request))
      .catch(errorResponse);
    const answer = await fromFetchResponse(response);
    await sendAnswer(answer, outgoing, [], incoming.socket);
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    // A page in the developer's browser must not steer the sandbox, not even by a name that resolves to loopback.
    const isLocal = ['127.0.0.1', 'localhost'].includes(url.hostname);
    if (!isLocal || request.headers.has('origin'))
      throw new NanteError('refused', 'The control server answers no browser.');
    if (url.pathname === '/')
      return Response.json({
        pid: process.pid,
        systems: [...this.#handlers.keys()],
      });
    const [, name, ...rest] = url.pathname.split('/');
    const path = rest.map(segment => `/${segment}`).join('');
    const response = await this.#handlers.get(name)?.(request, path);
    if (response) return response;
    throw new NanteError(
      'not-found',
      `${request.method} ${url.pathname} is no call of the control server.`,
      {
        hint: `Below /<system> there are requests, faults and reset; systems: ${[...this.#handlers.keys()].join(', ')}.`,
      },
    );
  }
}

/** The control calls that every stand-in has: `requests`, `faults`, `reset`; then its own. */
export function standInControl(
  server: SystemServer,
  standIn: StandIn,
): ControlHandler {
  let own: Record<string, unknown>[] = [];

  async function setFault(request: Request) {
    const body = parseInput(anyFaultSchema, await readJson(request));
    if (socketFaultKinds.includes(body.kind)) {
      const id = await server.addFault(parseInput(socketFaultSchema, body));
      return Response.json({ id, kind: body.kind }, { status: 201 });
    }
    const { kind, ...parameters } = body;
    if (!standIn.setFault)
      throw new NanteError('invalid-input', `No fault is called "${kind}".`, {
        hint: `There are ${socketFaultKinds.join(', ')}.`,
      });
    await standIn.setFault(kind, parameters);
    own.push(body);
    return Response.json({ kind }, { status: 201 });
  }

  async function clearFaults() {
    own = [];
    await standIn.clearFaults?.();
    await server.clearFaults();
  }

  const empty = () => new Response(null, { status: 204 });
  const calls: Record<
    string,
    (request: Request) => Response | Promise<Response>
  > = {
    'GET /requests': () => Response.json(server.counters.counts()),
    'DELETE /requests': () => {
      server.counters.reset();
      return empty();
    },
    'GET /faults': () => Response.json({ faults: server.faults.report(), own }),
    'POST /faults': setFault,
    'DELETE /faults': async () => {
      await clearFaults();
      return empty();
    },
    'POST /reset': async () => {
      await clearFaults();
      server.counters.reset();
      await standIn.reset();
      return empty();
    },
  };

  return async (request, path) => {
    const call = calls[`${request.method} ${path}`];
    return call ? call(request) : standIn.control?.(request, path);
  };
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new NanteError('invalid-input', 'The body is no JSON.');
  }
}

const statusOfCode: Record<string, number> = {
  'invalid-input': 400,
  refused: 403,
  'not-found': 404,
  conflict: 409,
};

function errorResponse(error: unknown): Response {
  const known = NanteError.is(error) ? error : undefined;
  return Response.json(
    {
      error: error instanceof Error ? error.message : String(error),
      hint: known?.hint,
    },
    { status: statusOfCode[known?.code ?? ''] ?? 500 },
  );
}
