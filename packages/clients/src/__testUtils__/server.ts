import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** A server on loopback that answers as the test says; with a certificate it speaks TLS. */
export async function startServer(
  listener: RequestListener,
  tls?: { key: string; cert: string },
): Promise<TestServer> {
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    stop: () =>
      new Promise(done => {
        server.close(() => done());
        sockets.forEach(socket => socket.destroy());
      }),
  };
}
