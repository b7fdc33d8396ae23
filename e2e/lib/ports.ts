import net from 'node:net';

/** First of ten free ports in a row, which the stand-ins take. */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 20_000 + Math.floor(Math.random() * 1_000) * 20;
    const free = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        freePort(base + index).catch(() => undefined),
      ),
    );
    if (!free.includes(undefined)) return base;
  }
  throw new Error('There are no ten free ports in a row above 20000.');
}

/**
 * A port of 127.0.0.1 that nobody listens on.
 *
 * @param wanted - 0 for any
 */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
