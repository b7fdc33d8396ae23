import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..', '..');
const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const main = join(__dirname, '..', 'main.ts');

/** Starts the sandbox as a person does, as a process of its own. */
export function sandbox(...args: string[]) {
  const child = spawn(process.execPath, [tsx, main, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number,
    output,
  }));
  async function ready() {
    while (!output.endsWith('\nready\n')) {
      if (child.exitCode !== null) throw new Error(output);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    return output;
  }
  return { child, ended, ready };
}

/** Start of ten ports that are most likely free: the system gave the first of them away just now. */
export async function freeBase(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(Math.min(port, 64_000));
}
