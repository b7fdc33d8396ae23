import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Endpoints } from '@nante/sandbox';
import { startPortal, startSandbox } from '../../scripts/lib/portal.mjs';
import { Services } from '../../scripts/lib/services.mjs';
import { freePort, freePortBase } from './ports';

/** Services that can also be killed, each by its name. */
class KillableServices extends Services {
  readonly children = new Map<string, ChildProcess>();

  override start(...args: Parameters<Services['start']>) {
    const service = super.start(...args);
    this.children.set(args[0], service.child);
    return service;
  }
}

/** What a portal of a scenario is to be like. */
export interface PortalOptions {
  /** Of the company that the sandbox starts with; 1. */
  seed?: number;
  /** Driver of the guests; records unless given. */
  guests?: string;
  /** Environment of sandbox and portal; ours unless given. */
  env?: NodeJS.ProcessEnv;
}

/** A sandbox, and a portal beside it that can be killed and started again. */
export class KillablePortal {
  readonly endpoints: Endpoints;
  readonly url: string;
  /** Folder of the sandbox's data, with the portal's database, work directory and log in it. */
  readonly data: string;
  readonly #services: KillableServices;
  readonly #options: { data: string; port: number; env: NodeJS.ProcessEnv };

  private constructor(
    services: KillableServices,
    endpoints: Endpoints,
    options: { data: string; port: number; env: NodeJS.ProcessEnv },
  ) {
    this.#services = services;
    this.#options = options;
    this.data = options.data;
    this.endpoints = endpoints;
    this.url = `http://localhost:${options.port}`;
  }

  /**
   * Starts both.
   *
   * @param data - empty folder
   * @param undo - gets what stops them
   */
  static async start(
    data: string,
    undo: (() => unknown)[],
    { seed = 1, guests = 'record', env = process.env }: PortalOptions = {},
  ): Promise<KillablePortal> {
    const services = new KillableServices();
    undo.push(() => services.stop());
    const endpoints: Endpoints = await startSandbox(
      services,
      { node: process.execPath, env },
      {
        data,
        guests,
        seed: String(seed),
        fresh: false,
        portBase: String(await freePortBase()),
      },
      () => {},
    );
    const portal = new KillablePortal(services, endpoints, {
      data,
      port: await freePort(),
      env,
    });
    await portal.startAgain();
    return portal;
  }

  /** Ends the portal's process at once, as the kernel does to one that takes too much memory. */
  async kill(): Promise<void> {
    const child = this.#services.children.get('portal')!;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts the portal and waits until it answers. */
  async startAgain(): Promise<void> {
    const { env, ...options } = this.#options;
    const tools = { node: process.execPath, env };
    await startPortal(this.#services, tools, options);
  }
}
