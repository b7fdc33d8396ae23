import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterwards, type Json } from './server';

/** An event as it arrived. */
export interface Arrived {
  event: string;
  delivery: string;
  /** Whether the signature fits the secret. */
  isSigned: boolean;
  body: Json;
}

/** Somebody who listens to webhooks. @param status - what it answers; changeable */
export async function startListener(secret: string) {
  const arrived: Arrived[] = [];
  const answer = { status: 200, delayMs: 0 };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', piece => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const digest = createHmac('sha256', secret).update(body).digest('hex');
      const { headers } = request;
      arrived.push({
        event: `${headers['x-github-event']}`,
        delivery: `${headers['x-github-delivery']}`,
        isSigned: headers['x-hub-signature-256'] === `sha256=${digest}`,
        body: JSON.parse(body.toString()),
      });
      setTimeout(
        () => response.writeHead(answer.status).end('heard'),
        answer.delayMs,
      );
    });
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  afterwards(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ arrived, answer },
    url: `http://127.0.0.1:${port}/hear`,
    /** `event action`, in the order of arrival. */
    names: () =>
      arrived.map(({ event, body }) =>
        [event, body.action].filter(Boolean).join(' '),
      ),
  };
}
