import net from 'node:net';
import path from 'node:path';
import type { Endpoints } from '@nante/sandbox';
import { startPortal, startSandbox } from '../../scripts/lib/portal.mjs';
import { Services } from '../../scripts/lib/services.mjs';
import { temporaryFolder } from './sandbox';

/** A sandbox and a portal of one scenario, with ports and data of their own. */
export interface Stack {
  url: string;
  endpoints: Endpoints;
}

/**
 * Starts the sandbox, whose guests are records, and the portal. Packages and pages have to be there, as `npm run verify`
 * sees to; everything is stopped and removed by what is added to `undo`.
 *
 * @param env - environment of both
 */
export async function startStack(
  undo: (() => unknown)[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Stack> {
  const data = path.join(temporaryFolder(undo), 'sandbox');
  const services = new Services();
  undo.push(() => services.stop());
  const tools = { node: process.execPath, env };
  const endpoints = (await startSandbox(
    services,
    tools,
    {
      data,
      guests: 'record',
      seed: '1',
      fresh: false,
      portBase: String(await freePortBase()),
    },
    () => {},
  )) as Endpoints;
  const url = await startPortal(services, tools, {
    data,
    port: await freePort(0),
  });
  return { url, endpoints };
}

/** First of ten free ports in a row, which the stand-ins take. */
async function freePortBase(): Promise<number> {
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
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
