import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Endpoints } from '@nante/sandbox';
import { startPortal, startSandbox } from '../../scripts/lib/portal.mjs';
import { Services } from '../../scripts/lib/services.mjs';
import { freePort, freePortBase } from './ports';

const tools = {
  node: process.execPath,
  yarn: '',
  env: process.env,
};

/** Services that can also be killed, each by its name. */
class KillableServices extends Services {
  readonly children = new Map<string, ChildProcess>();

  override start(...args: Parameters<Services['start']>) {
    const service = super.start(...args);
    this.children.set(args[0], service.child);
    return service;
  }
}

/** A sandbox whose guests are records, and a portal beside it that can be killed and started again. */
export class KillablePortal {
  readonly endpoints: Endpoints;
  readonly url: string;
  readonly #services: KillableServices;
  readonly #options: { data: string; port: number };

  private constructor(
    services: KillableServices,
    endpoints: Endpoints,
    options: { data: string; port: number },
  ) {
    this.#services = services;
    this.#options = options;
    this.endpoints = endpoints;
    this.url = `http://localhost:${options.port}`;
  }

  /**
   * Starts both.
   *
   * @param data - empty folder
   * @param undo - gets what stops them
   * @param seed - of the company that the sandbox starts with
   */
  static async start(
    data: string,
    undo: (() => unknown)[],
    seed = 1,
  ): Promise<KillablePortal> {
    const services = new KillableServices();
    undo.push(() => services.stop());
    const endpoints: Endpoints = await startSandbox(
      services,
      tools,
      {
        data,
        guests: 'record',
        seed: String(seed),
        fresh: false,
        portBase: String(await freePortBase()),
      },
      () => {},
    );
    const portal = new KillablePortal(services, endpoints, {
      data,
      port: await freePort(),
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
    await startPortal(this.#services, tools, this.#options);
  }
}
