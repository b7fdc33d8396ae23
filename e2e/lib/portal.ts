import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, freePortBase } from './ports';

/** Root of the clone. */
export const root = path.resolve(__dirname, '../..');

/** A portal with its sandbox, started as a person starts it. */
export interface RunningPortal {
  url: string;
  /** Folder of the sandbox's data. */
  data: string;
  /** The content of `endpoints.json`. */
  endpoints: Record<string, any>;
  /** Milliseconds from the command to the printed address. */
  startMs: number;
  /** Ctrl-C, and waits until everything is gone. */
  stop(): Promise<void>;
}

/**
 * Runs `npm start` with ports of its own.
 *
 * @param options.guests - driver of the guests, see `npm start -- --help`
 * @param options.data - folder of the sandbox's data; a new one unless given
 */
export async function startPortal(options: {
  guests: string;
  data?: string;
  onLine?: (line: string) => void;
}): Promise<RunningPortal> {
  const data =
    options.data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'nante-verify-'));
  const port = await freePort();
  const sandboxPort = await freePortBase();
  const started = Date.now();
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'scripts/start.mjs'),
      ...['--port', String(port), '--sandbox-port', String(sandboxPort)],
      ...['--guests', options.guests, '--data', data],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const url = await readyUrl(child, options.onLine);
  return {
    url,
    data,
    endpoints: JSON.parse(
      fs.readFileSync(path.join(data, 'endpoints.json'), 'utf8'),
    ),
    startMs: Date.now() - started,
    stop: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
    },
  };
}

function readyUrl(
  child: ChildProcess,
  onLine: (line: string) => void = () => {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk;
      chunk.toString().split('\n').filter(Boolean).forEach(onLine);
      const ready = /Nante is ready:\s+(\S+)/.exec(output);
      if (ready) resolve(ready[1]);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('exit', code =>
      reject(
        new Error(`npm start ended with ${code}:\n${output.slice(-3000)}`),
      ),
    );
  });
}
