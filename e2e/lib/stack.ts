import path from 'node:path';
import type { Endpoints } from '@nante/sandbox';
import { startPortal, startSandbox } from '../../scripts/lib/portal.mjs';
import { Services } from '../../scripts/lib/services.mjs';
import { freePort, freePortBase } from './ports';
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
    port: await freePort(),
  });
  return { url, endpoints };
}
