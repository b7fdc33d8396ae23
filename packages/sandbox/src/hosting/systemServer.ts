import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { FaultPlan, type RequestFault } from '../faults/faultPlan';
import type { SocketFault } from '../faults/schema';
import type { StandIn, SystemName } from '../standIn';
import {
  decodedPath,
  discardBody,
  fromFetchResponse,
  toFetchRequest,
  type NodeAnswer,
} from './adapter';
import { ConnectionCut } from './connectionCut';
import { RequestCounters } from './counters';
import { sendAnswer } from './sendAnswer';
import type { TlsMaterial } from './tls';

type Fetch = StandIn['fetch'];

const loopback = '127.0.0.1';

/** A stand-in on a port of its own: sockets, TLS, counters and faults around `fetch`. */
export class SystemServer {
  readonly counters: RequestCounters;
  readonly faults: FaultPlan;
  readonly #name: SystemName;
  readonly #log: (line: string) => void;
  readonly #tls: TlsMaterial | undefined;
  readonly #streams: boolean;
  /** By the address that each listens on. */
  readonly #servers = new Map<string, Server>();
  readonly #sockets = new Set<Socket>();
  #fetch: Fetch;
  #port = 0;
  #reopen: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: {
    name: SystemName;
    fetch: Fetch;
    seed: number;
    /** TLS 1.3 only, as the newest Proxmox can be set; plain HTTP when absent. */
    tls?: TlsMaterial;
    /** Bodies pass through piece by piece, for a system of large files. */
    streams?: boolean;
    log(line: string): void;
  }) {
    this.#name = options.name;
    this.#fetch = options.fetch;
    this.#log = options.log;
    this.#tls = options.tls;
    this.#streams = options.streams ?? false;
    this.counters = new RequestCounters(options.name);
    this.faults = new FaultPlan(options.seed);
  }

  /** Address for clients, without a slash at its end. */
  get url(): string {
    return this.#urlAt(loopback);
  }

  /** The same for guests; undefined where it does not listen for them. */
  get guestUrl(): string | undefined {
    const address = [...this.#servers.keys()].find(key => key !== loopback);
    return address && this.#urlAt(address);
  }

  /**
   * Starts to listen on loopback.
   *
   * @param port - 0 takes a free one
   * @param guestAddress - another address of this machine to listen on, on the same port
   * @throws NanteError `conflict` when the port is in use
   */
  async listen(port: number, guestAddress?: string): Promise<void> {
    const server = this.#createServer();
    this.#servers.set(loopback, server);
    await listenOn(server, { address: loopback, port, name: this.#name });
    this.#port = (server.address() as AddressInfo).port;
    if (!guestAddress) return;
    this.#servers.set(guestAddress, this.#createServer());
    await this.#openPort();
  }

  /** Sets a fault of the wire; `refuse` takes effect at once. */
  async addFault(fault: SocketFault): Promise<number> {
    const id = this.faults.add(fault);
    if (fault.kind !== 'refuse') return id;
    // A kept-alive connection would walk past the closed door.
    if (fault.count !== undefined) this.#dropConnections();
    else await this.#closePort(fault.durationMs);
    return id;
  }

  async clearFaults(): Promise<void> {
    this.faults.clear();
    await this.#openPort();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#reopen);
    await this.#close();
  }

  get #scheme(): 'http' | 'https' {
    return this.#tls ? 'https' : 'http';
  }

  #urlAt(address: string): string {
    return `${this.#scheme}://${address}:${this.#port}`;
  }

  #createServer(): Server {
    const listener = (incoming: IncomingMessage, answer: ServerResponse) => {
      void this.#handle(incoming, answer);
    };
    const tls = this.#tls && {
      key: this.#tls.key,
      cert: this.#tls.cert,
      minVersion: 'TLSv1.3' as const,
    };
    const server = tls
      ? createTlsServer(tls, listener)
      : createServer(listener);
    return server.on('connection', (socket: Socket) => this.#connected(socket));
  }

  #connected(socket: Socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.faults.dropsConnection()) resetSocket(socket);
  }

  #dropConnections() {
    for (const socket of this.#sockets) resetSocket(socket);
  }

  async #close() {
    const closed = [...this.#servers.values()]
      .filter(server => server.listening)
      .map(server => new Promise(resolve => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #closePort(durationMs: number | undefined) {
    await this.#close();
    clearTimeout(this.#reopen);
    if (durationMs === undefined) return;
    this.#reopen = setTimeout(() => {
      this.#openPort().catch(error => this.#log(String(error)));
    }, durationMs);
  }

  async #openPort() {
    clearTimeout(this.#reopen);
    for (const [address, server] of this.#servers) {
      if (this.#stopped || server.listening) continue;
      await listenOn(server, { address, port: this.#port, name: this.#name });
    }
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse) {
    const method = incoming.method ?? 'GET';
    const path = decodedPath(incoming);
    this.counters.record(method, path);
    const faults = this.faults.forRequest(method, path);
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    try {
      const answer =
        (await this.#spoil('before', faults, incoming)) ??
        (await this.#answer(incoming, gone.signal));
      if (answer === 'reset') return;
      const spoilt = await this.#spoil('after', faults, incoming);
      if (spoilt === 'reset') return;
      const socket = this.#rawSocket(incoming);
      await sendAnswer(spoilt ?? answer, outgoing, faults, socket);
      if (!incoming.complete) discardBody(incoming);
    } catch (error) {
      if (gone.signal.aborted) return;
      if (error instanceof ConnectionCut) {
        resetSocket(this.#rawSocket(incoming));
        return;
      }
      this.#log(`${this.#name}: ${method} ${path}: ${describe(error)}`);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end(`stand-in failed: ${describe(error)}`);
    }
  }

  async #answer(incoming: IncomingMessage, signal: AbortSignal) {
    const streams = this.#streams;
    const scheme = this.#scheme;
    const request = await toFetchRequest(incoming, scheme, signal, streams);
    return fromFetchResponse(await this.#fetch(request), streams);
  }

  /** Plays the faults of one phase; the last answer that one of them gives stands. */
  async #spoil(
    phase: 'before' | 'after',
    faults: RequestFault[],
    incoming: IncomingMessage,
  ): Promise<NodeAnswer | 'reset' | undefined> {
    let answer: NodeAnswer | undefined;
    for (const fault of faults) {
      if (!('phase' in fault) || fault.phase !== phase) continue;
      if (fault.kind === 'latency')
        await sleep(fault.ms + this.faults.jitter(fault.jitter));
      else if (fault.kind === 'reset') {
        resetSocket(this.#rawSocket(incoming));
        return 'reset';
      } else answer = statusAnswer(fault);
    }
    return answer;
  }

  /** The TCP socket below TLS: only that one can send a reset. */
  #rawSocket(incoming: IncomingMessage): Socket {
    for (const socket of this.#sockets)
      if (socket.remotePort === incoming.socket.remotePort) return socket;
    return incoming.socket;
  }
}

/**
 * Listens on 127.0.0.1 unless told another address of this machine.
 *
 * @throws NanteError `conflict` when the port is in use
 */
export async function listenOn(
  server: Server,
  options: { address?: string; port: number; name: string },
): Promise<void> {
  const { address = loopback, port, name } = options;
  await new Promise<void>((resolve, reject) => {
    function failed(error: NodeJS.ErrnoException) {
      reject(
        error.code === 'EADDRINUSE'
          ? new NanteError('conflict', `Port ${port} (${name}) is in use.`, {
              hint: `Stop the program that holds it, or start with another --port-base.`,
              details: { port, name },
            })
          : error,
      );
    }
    server.once('error', failed);
    server.listen(port, address, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function statusAnswer(
  fault: Extract<RequestFault, { kind: 'status' }>,
): NodeAnswer {
  const { body = '' } = fault;
  const isText = typeof body === 'string';
  return {
    status: fault.status,
    reason: fault.reason,
    headers: {
      'content-type': isText ? 'text/plain' : 'application/json',
      ...fault.headers,
    },
    body: Buffer.from(isText ? body : JSON.stringify(body)),
  };
}

function resetSocket(socket: Socket) {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}

function describe(error: unknown) {
  return error instanceof Error ? (error.stack ?? error.message) : error;
}
