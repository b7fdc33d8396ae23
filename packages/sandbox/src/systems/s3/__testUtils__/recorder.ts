import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A call as it went over the wire. */
export interface Recorded {
  method: string;
  url: URL;
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Stands before a store, passes everything on as it is, and remembers it. */
export async function startRecorder(target: string) {
  const recorded: Recorded[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const sent = await buffer(incoming);
    const { method = 'GET', url: path = '/' } = incoming;
    const onward = send(
      new URL(path, target),
      // Also the host: the signature covers it.
      { method, headers: incoming.headers },
      async answer => {
        const body = await buffer(answer);
        recorded.push({
          method,
          url: new URL(path, target),
          status: answer.statusCode ?? 0,
          headers: answer.headers as Record<string, string>,
          body: body.toString(),
        });
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
      },
    );
    onward.end(sent);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    recorded,
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
