import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that only asks who comes: enough for `docker login`. Over HTTP, so it has to be named as insecure. */
export interface LoginRegistry {
  /** host:port */
  name: string;
  user: string;
  password: string;
  close(): void;
}

/** @param address - of this machine, where guests reach it */
export async function startRegistry(address: string): Promise<LoginRegistry> {
  const user = 'robot';
  // With what shells and JSON take for their own.
  const password = `pa ss"$(id)'${randomBytes(6).toString('hex')}`;
  const right = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const known = request.headers.authorization === right;
    response.writeHead(known ? 200 : 401, {
      'content-type': 'application/json',
      'docker-distribution-api-version': 'registry/2.0',
      ...(known ? {} : { 'www-authenticate': 'Basic realm="registry"' }),
    });
    const refusal = { errors: [{ code: 'UNAUTHORIZED', message: 'who?' }] };
    response.end(JSON.stringify(known ? {} : refusal));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    name: `${address}:${port}`,
    user,
    password,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
