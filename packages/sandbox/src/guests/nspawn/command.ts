import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { NanteError } from '@nante/model';

/** System folders too: a user's PATH, and npm's, often lacks them. */
const toolFolders = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/bin',
  '/bin',
];

/** Environment for system tools: a neutral language, and a PATH that finds administrators' commands. */
export const toolEnvironment = {
  PATH: [...new Set(toolFolders)].join(delimiter),
  LC_ALL: 'C.UTF-8',
};

/** Where a tool lies, or undefined when the machine does not have it. */
export function findTool(name: string): string | undefined {
  return toolFolders
    .filter(Boolean)
    .map(folder => join(folder, name))
    .find(existsSync);
}

/** How one call of a tool differs from the plain one. */
export interface RunOptions {
  input?: string;
  /** Added to the tools' environment. */
  env?: Record<string, string>;
  /** Called with every line of output, also of the error stream. */
  onLine?: (line: string) => void;
  timeoutMs?: number;
}

/**
 * Runs a system tool to its end and returns its standard output.
 *
 * @throws NanteError `failed` with the tool's own last words.
 */
export function run(
  tool: string,
  args: string[],
  options: RunOptions = {},
): Promise<string> {
  const failed = (said: string, cause?: unknown) =>
    new NanteError('failed', `${tool} ${args.slice(0, 3).join(' ')}: ${said}`, {
      cause,
    });
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      env: { ...process.env, ...toolEnvironment, ...options.env },
      timeout: options.timeoutMs ?? 60_000,
    });
    const stdout: string[] = [];
    // Only the end of it is ever shown, and a build talks for minutes.
    let last: string[] = [];
    const follow = (line: string) => {
      last = [...last, line.trim()].filter(Boolean).slice(-3);
      options.onLine?.(line);
    };
    createInterface(child.stdout).on('line', line => {
      stdout.push(line);
      follow(line);
    });
    createInterface(child.stderr).on('line', follow);
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    child.on('error', error => reject(failed(error.message, error)));
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve(stdout.join('\n'));
      else if (killedBy) reject(failed(`ended by ${killedBy}`));
      else reject(failed(last.join(' · ') || `exit code ${code}`));
    });
  });
}

/** Like `run`, for undoing: undefined instead of an error, because what is to be undone may be gone already. */
export async function tryRun(
  tool: string,
  args: string[],
): Promise<string | undefined> {
  try {
    return await run(tool, args);
  } catch {
    return undefined;
  }
}

/** Runs a tool that answers JSON (`ip -json …`). The caller names the shape. */
export async function runJson<T>(tool: string, args: string[]): Promise<T> {
  const output = await run(tool, args);
  return JSON.parse(output.trim() || '[]') as T;
}
