import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startProviderServer, type ProviderServer } from './server';
import { isSandbox, refusal } from './service';

/** A server that nobody speaks to for so long is stopped, in milliseconds. */
const idleLimit = 2 * 60 * 60 * 1000;
/** A unix socket's path has at most 107 bytes; the name of ours has at most 20. */
const longestFolder = 107 - 20;

const startSchema = z.object({
  endpoint: z.url({ error: 'endpoint is the address of the Proxmox stand-in' }),
  apiToken: z.string().min(1, 'apiToken is user@realm!name=secret'),
});

export interface ProviderServiceOptions {
  /** The Proxmox stand-in that the servers work with, and nothing else: its address and the file of its CA. */
  proxmox: { url: string; ca: string };
  /** Folder for the sockets; one of the system's for temporary files when it is left out or its path is too long. */
  dataDir?: string;
  log(line: string): void;
}

export interface ProviderService {
  /**
   * `POST` with `{apiToken, endpoint}` starts one server for one Terraform run and answers `{id, reattach}`, the latter
   * the value of TF_REATTACH_PROVIDERS; `DELETE <id>` stops it.
   *
   * @param path - what follows the address of the control, '' or `/<id>`
   */
  control(request: Request, path: string): Promise<Response>;
  /** Stops all servers. */
  stop(): Promise<void>;
}

/**
 * The stand-in provider of the sandbox: Terraform takes it for bpg/proxmox where the real one cannot be had. Configure
 * and stop are global to a server, so each Terraform run gets its own.
 */
export async function createProviderService(
  options: ProviderServiceOptions,
): Promise<ProviderService> {
  const servers = new Map<string, ProviderServer>();
  let folder: Promise<string> | undefined;

  async function makeSocketFolder(): Promise<string> {
    const wanted = options.dataDir && join(options.dataDir, 'sockets');
    if (!wanted || Buffer.byteLength(wanted) > longestFolder)
      return mkdtemp(join(tmpdir(), 'nante-provider-'));
    await rm(wanted, { recursive: true, force: true });
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }

  /** Made once: a second making would take the sockets of the first away. */
  function socketFolder(): Promise<string> {
    folder ??= makeSocketFolder();
    return folder;
  }

  async function stopServer(id: string): Promise<boolean> {
    const server = servers.get(id);
    if (!server) return false;
    servers.delete(id);
    await server.stop();
    await rm(join(await socketFolder(), `${id}.sock`), { force: true });
    options.log(`provider server ${id} stopped`);
    return true;
  }

  async function start(request: Request): Promise<Response> {
    const input = startSchema.safeParse(
      await request.json().catch(() => undefined),
    );
    if (!input.success) {
      const reasons = input.error.issues.map(issue => issue.message).join('; ');
      return Response.json(
        { error: `Send {"endpoint", "apiToken"} as JSON: ${reasons}` },
        { status: 400 },
      );
    }
    const { endpoint, apiToken } = input.data;
    if (!isSandbox(endpoint, options.proxmox.url)) {
      return Response.json(
        { error: refusal(endpoint, options.proxmox.url) },
        { status: 400 },
      );
    }
    const id = randomBytes(6).toString('hex');
    const server = await startProviderServer(
      join(await socketFolder(), `${id}.sock`),
      {
        endpoint: options.proxmox.url,
        ca: await readFile(options.proxmox.ca, 'utf8'),
        environment: { endpoint, apiToken },
        log: line => options.log(`provider server ${id}: ${line}`),
      },
    );
    servers.set(id, server);
    options.log(`provider server ${id} started`);
    return Response.json({ id, reattach: server.reattach }, { status: 201 });
  }

  const sweeper = setInterval(() => {
    for (const [id, server] of servers) {
      if (Date.now() - server.lastUse() > idleLimit) void stopServer(id);
    }
  }, 60_000);
  sweeper.unref();

  return {
    async control(request, path) {
      const id = path.replace(/^\/+|\/+$/g, '');
      if (request.method === 'POST' && id === '') return start(request);
      if (request.method === 'DELETE' && id !== '') {
        const found = await stopServer(id);
        return found
          ? new Response(null, { status: 204 })
          : Response.json(
              { error: `There is no provider server ${id}` },
              { status: 404 },
            );
      }
      return Response.json(
        { error: 'POST starts a provider server, DELETE <id> stops it' },
        { status: 405 },
      );
    },
    async stop() {
      clearInterval(sweeper);
      await Promise.all([...servers.keys()].map(stopServer));
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
