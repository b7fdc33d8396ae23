import { execFile, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../__testUtils__/sandbox';

// eslint-disable-next-line no-restricted-syntax -- the payload lies beside its test
const alloy = join(__dirname, '../alloy/root/usr/bin/alloy');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython)
  process.stdout.write(
    'Skipped: the stand-in of Alloy; this machine has no python3.\n',
  );
/** `describe` where the stand-in can run. */
export const describeIfPython = hasPython ? describe : describe.skip;

const running: ChildProcess[] = [];

/** For `afterEach`: ends what `startAlloy` started. */
export async function stopAlloy(): Promise<void> {
  for (const child of running.splice(0)) {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

/** How a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of the stand-in to its end. */
export function runAlloy(...args: string[]): Promise<Ended> {
  return new Promise(resolve => {
    execFile('python3', [alloy, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Asks again and again until the answer is what is wanted, for at most 15 seconds. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  isRight: (answer: T) => boolean,
): Promise<T> {
  const end = Date.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || Date.now() > end) return answer;
    await sleep(100);
  }
}

/** A `journalctl` that has two lines, one of them empty, and then waits as the real one does. */
const journalctl = `#!/usr/bin/env python3
import json, sys, time
for message in ("hello", ""):
    print(json.dumps({"__REALTIME_TIMESTAMP": str(int(time.time() * 1e6)), "__CURSOR": "c",
        "_SYSTEMD_UNIT": "x.service", "PRIORITY": "6", "MESSAGE": message}), flush=True)
time.sleep(600)
`;

/** Starts the service with one file of configuration, and a journal of its own. */
export async function startAlloy(config: string, env: Record<string, string>) {
  const folder = await temporaryFolder();
  const configs = join(folder, 'conf.d');
  await mkdir(configs);
  await writeFile(join(configs, 'base.alloy'), config);
  await writeFile(join(folder, 'journalctl'), journalctl, { mode: 0o755 });
  const port = await freePort();
  const child = spawn(
    'python3',
    [
      alloy,
      'run',
      `--server.http.listen-addr=127.0.0.1:${port}`,
      `--storage.path=${join(folder, 'data')}`,
      configs,
    ],
    { env: { ...process.env, ...env, PATH: `${folder}:${process.env.PATH}` } },
  );
  running.push(child);
  let log = '';
  child.stderr.on('data', chunk => {
    log += chunk;
  });
  return {
    child,
    configs,
    log: () => log,
    ready: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(
        () => undefined,
      );
      return answer?.status;
    },
  };
}
