import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../../../guests/__testUtils__/lab';

/** The file tree of our package. */
export const packageRoot = resolve(
  __dirname,
  '../../../vendorPackages/tailscale/root',
);

/** The one that guests have too, else what there is. */
export const python = existsSync('/usr/bin/python3')
  ? '/usr/bin/python3'
  : 'python3';

/** Whether the programs of the package can run on this machine. */
export const hasPython = spawnSync(python, ['--version']).status === 0;

/** What a program said and how it ended. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

function run(file: string, args: string[]): Running {
  const child = spawn(python, [file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>(done => child.on('close', done));
  const ended = Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]).then(([out, err, code]) => ({ code, out, err }));
  return { child, ended };
}

/** A machine with our `tailscaled`, in a folder of its own; without a network device, so that it needs no rights. */
export class TestMachine {
  readonly folder: string;
  readonly #socket: string;
  #daemon?: Running;

  constructor(folder: string) {
    this.folder = folder;
    this.#socket = join(folder, 'sock');
  }

  async start(): Promise<void> {
    this.#daemon = run(join(packageRoot, 'usr/sbin/tailscaled'), [
      `--socket=${this.#socket}`,
      `--state=${join(this.folder, 'tailscaled.state')}`,
      '--tun=userspace-networking',
    ]);
    await eventually('socket of tailscaled', async () =>
      existsSync(this.#socket) ? true : undefined,
    );
  }

  async stop(): Promise<Ended | undefined> {
    this.#daemon?.child.kill('SIGTERM');
    return this.#daemon?.ended;
  }

  /** Runs `tailscale`. */
  async cli(...args: string[]): Promise<Ended> {
    const program = join(packageRoot, 'usr/bin/tailscale');
    return run(program, ['--socket', this.#socket, ...args]).ended;
  }

  /** `tailscale status --json`. */
  // The answer is compared with what is expected of it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async status(...more: string[]): Promise<any> {
    return JSON.parse((await this.cli('status', '--json', ...more)).out);
  }

  /** Waits for a state of the daemon. */
  async reaches(state: string): Promise<void> {
    await eventually(`state ${state}`, async () =>
      (await this.status()).BackendState === state ? true : undefined,
    );
  }
}
