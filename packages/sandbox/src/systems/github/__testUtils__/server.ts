import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ControlServer, standInControl } from '../../../hosting/controlServer';
import { SystemServer } from '../../../hosting/systemServer';
import { createGithub, type GithubOptions, type RunnerHost } from '..';
import type { TokenName } from '../access';

// Answers are compared with what a test expects of them, field by field.
export type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

/** An answer of the API. */
export interface Reply {
  status: number;
  headers: Headers;
  body: Json;
}

const undo: (() => Promise<unknown>)[] = [];

/** For `afterEach`: stops and removes what was started, newest first. */
export async function removeGithubs(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

/** Remembers something to be undone after the test. */
export function afterwards(step: () => Promise<unknown>): void {
  undo.push(step);
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nante-github-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

let seeded: Promise<string> | undefined;

/** A folder with the seed in it, made once for a file of tests: copying it is quicker than seeding again. */
async function seededFolder(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nante-github-seed-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const standIn = await createGithub({ dataDir, seed: 1, log: () => {} });
  await standIn.stop();
  return dataDir;
}

/** A stand-in that listens, without the rest of a sandbox and without a runner unless a test brings one. */
export async function startGithub(
  options: GithubOptions & { dataDir?: string } = {},
) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  if (!options.dataDir) {
    seeded ??= seededFolder();
    await cp(await seeded, dataDir, { recursive: true });
  }
  let host: RunnerHost | undefined;
  const log: string[] = [];
  const standIn = await createGithub(
    { dataDir, seed: 1, log: line => log.push(line) },
    {
      ...options,
      async startRunner(given) {
        host = given;
        const none = {
          status: { isOnline: false, labels: [] },
          async stop() {},
        };
        return (await options.startRunner?.(given)) ?? none;
      },
    },
  );
  const server = new SystemServer({
    ...{ name: 'github', seed: 1, streams: true },
    fetch: request => standIn.fetch(request),
    log: line => log.push(line),
  });
  const control = new ControlServer();
  await control.listen(0);
  await server.listen(0);
  control.mount('github', standInControl(server, standIn));
  await standIn.listening?.({ url: server.url });
  let isStopped = false;
  async function stop() {
    if (isStopped) return;
    isStopped = true;
    await server.stop();
    await standIn.stop();
    await control.stop();
  }
  undo.push(stop);

  const { url } = server;
  const credentials = standIn.credentials as Json;
  const tokens: Record<TokenName, string> = {
    token: credentials.token,
    ...credentials.tokens,
  };

  async function send(
    token: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(`${url}/api/v3${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token ? { authorization: `token ${token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text ? JSON.parse(text) : text,
    };
  }

  /** A call below `/api/v3`, as the holder of one of the tokens. */
  const as =
    (name: TokenName) =>
    (method: string, path: string, body?: unknown, headers?: Json) =>
      send(tokens[name], method, path, body, headers);

  async function steer(method: string, path: string, body?: unknown) {
    const response = await fetch(`${control.url}/github${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    const text = await response.text();
    return text ? JSON.parse(text) : undefined;
  }

  /** Address of a repository with a token in it. */
  function remote(repository: string, name: TokenName = 'token'): string {
    return `${url.replace('//', `//x-access-token:${tokens[name]}@`)}/${repository}.git`;
  }

  return {
    ...{ url, tokens, credentials, control: control.url, dataDir, log },
    ...{ send, as, steer, remote, stop, standIn },
    /** The owner's calls. */
    call: as('token'),
    fault: (fault: object) => steer('POST', '/faults', fault),
    settled: () => steer('POST', '/webhooks/settled'),
    get runs() {
      return host!.runs;
    },
  };
}

export type TestGithub = Awaited<ReturnType<typeof startGithub>>;

const run = promisify(execFile);

/** Runs git as a person does. @returns what it said; `code` is 0 when all went well */
export async function runGit(
  folder: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Dana',
    GIT_AUTHOR_EMAIL: 'dana@example.test',
    GIT_COMMITTER_NAME: 'Dana',
    GIT_COMMITTER_EMAIL: 'dana@example.test',
    NODE_OPTIONS: '',
  };
  try {
    const output = await run('git', ['-C', folder, ...args], { env });
    return { code: 0, ...output };
  } catch (error) {
    const { code, stdout, stderr } = error as Json;
    return { code, stdout, stderr };
  }
}
