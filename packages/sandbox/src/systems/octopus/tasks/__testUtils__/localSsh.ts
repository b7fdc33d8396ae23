import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SshRunner } from '../types';

/** Targets that are folders of this machine in place of hosts: the commands run, only the network is not there. */
export function createLocalSsh(
  folder: string,
): SshRunner & { homeOf(host: string): string; running: number } {
  const homeOf = (host: string) => join(folder, host);
  const runner = {
    running: 0,
    homeOf,
    async run(
      { host }: { host: string },
      command: string,
      { input, onLine, signal }: Parameters<SshRunner['run']>[2],
    ) {
      mkdirSync(homeOf(host), { recursive: true });
      runner.running += 1;
      const child = spawn('sh', ['-c', command], {
        env: { ...process.env, HOME: homeOf(host) },
      });
      // As with a connection that is cut: the other side sees the end of its input.
      signal.addEventListener('abort', () => child.stdin.end());
      createInterface({ input: child.stdout }).on('line', line =>
        onLine(line, 'out'),
      );
      createInterface({ input: child.stderr }).on('line', line =>
        onLine(line, 'error'),
      );
      child.stdin.on('error', () => {});
      const ended = new Promise<number>(resolve => {
        child.once('close', code => resolve(code ?? 255));
      });
      for (const part of input) {
        if (typeof part === 'string' || Buffer.isBuffer(part))
          child.stdin.write(part);
        else
          await pipeline(part as Readable, child.stdin, { end: false }).catch(
            () => {},
          );
      }
      const code = await ended;
      runner.running -= 1;
      signal.throwIfAborted();
      return code;
    },
  };
  return runner;
}
