import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { NanteError } from '@nante/model';

/** How git is to run. */
export interface GitOptions {
  /** The bare repository. */
  folder: string;
  input?: string | Buffer;
  env?: Record<string, string>;
}

/** Git said no. */
export class GitFailure extends Error {
  constructor(
    readonly args: readonly string[],
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(`git ${args[0]}: ${stderr.trim() || `exit code ${exitCode}`}`);
  }
}

/** What git sees of our environment: nothing that a person or a hook around us has set for it. */
function gitEnvironment(more: Record<string, string> = {}) {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_'),
  );
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...more,
  };
}

/** Starts git in a bare repository; descriptor 3 is a socket to it and its hooks. */
export function startGit(
  args: readonly string[],
  { folder, env }: GitOptions,
): ChildProcessWithoutNullStreams {
  const child = spawn('git', [`--git-dir=${folder}`, ...args], {
    env: gitEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  // Who stops reading early is no error of ours.
  child.stdin?.on('error', () => {});
  return child as ChildProcessWithoutNullStreams;
}

/**
 * Runs git in a bare repository.
 *
 * @returns what it printed
 * @throws GitFailure when it fails, NanteError `failed` where there is no git
 */
export async function git(
  args: readonly string[],
  options: GitOptions,
): Promise<Buffer> {
  const child = startGit(args, options);
  const output: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', piece => output.push(piece));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', error => reject(explained(error)));
    child.on('close', resolve);
  });
  child.stdin.end(options.input);
  const code = await ended;
  if (code !== 0) throw new GitFailure(args, code, stderr);
  return Buffer.concat(output);
}

/** Like `git`, as text without its last line end. */
export async function gitText(
  args: readonly string[],
  options: GitOptions,
): Promise<string> {
  return (await git(args, options)).toString('utf8').replace(/\n$/, '');
}

/** Like `gitText`; undefined where git says that there is no such thing. */
export async function tryGit(
  args: readonly string[],
  options: GitOptions,
): Promise<string | undefined> {
  try {
    return await gitText(args, options);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

function explained(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  return new NanteError('failed', 'git is not on the PATH.', {
    hint: 'Install git: the GitHub of the sandbox keeps its repositories with it.',
  });
}
