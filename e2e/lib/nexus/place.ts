import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SystemEndpoint } from '@nante/sandbox';
import { runCommand } from '../command';
import { until } from '../until';

/** A component as the REST API of Nexus shows it. */
export interface NexusComponent {
  name: string;
  version: string | null;
  assets: { path: string; checksum: Record<string, string> }[];
}

/** A folder with what clients need to log in to the Nexus of a sandbox; no password stands on a command line. */
export class NexusPlace {
  readonly folder: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly #control: string;

  constructor(folder: string, endpoint: SystemEndpoint) {
    this.folder = folder;
    this.url = endpoint.url;
    this.username = String(endpoint.username);
    this.password = String(endpoint.password);
    this.#control = endpoint.control;
    const { hostname } = new URL(this.url);
    this.write(
      'netrc',
      `machine ${hostname} login ${this.username} password ${this.password}\n`,
    );
    this.write(
      'docker/config.json',
      JSON.stringify({ auths: { [this.host]: { auth: this.basic } } }),
    );
  }

  /** `host:port`, as images are called. */
  get host(): string {
    return new URL(this.url).host;
  }

  /** Name and password as Basic authentication has them. */
  get basic(): string {
    return Buffer.from(`${this.username}:${this.password}`).toString('base64');
  }

  /** A path below the folder. */
  at(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Writes a file below the folder that only we can read. */
  write(name: string, content: string | Uint8Array): string {
    const file = this.at(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }

  /**
   * Calls curl, logged in.
   *
   * @returns the status, and the body unless it went to a file
   */
  async curl(
    target: string,
    ...args: string[]
  ): Promise<{ status: number; body: string }> {
    const { output } = await this.run('curl', [
      '--silent',
      '--show-error',
      '--netrc-file',
      this.at('netrc'),
      '--write-out',
      '\n%{http_code}',
      ...args,
      this.url + target,
    ]);
    const end = output.lastIndexOf('\n');
    return {
      status: Number(output.slice(end + 1)),
      body: output.slice(0, end),
    };
  }

  /** Runs a program in the folder; one that fails fails the scenario. */
  async run(
    file: string,
    args: string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
  ): Promise<{ output: string }> {
    const { code, lines, output } = await this.attempt(file, args, options);
    assert.equal(
      code,
      0,
      `${file} ${args[0]}:\n${lines.slice(-20).join('\n')}`,
    );
    return { output };
  }

  /** Runs a program that may fail. */
  async attempt(
    file: string,
    args: string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
  ): Promise<{ code: number; lines: string[]; output: string }> {
    const lines: string[] = [];
    const { code, output } = await runCommand(file, args, {
      cwd: this.folder,
      ...options,
      env: {
        ...process.env,
        DOCKER_CONFIG: this.at('docker'),
        HELM_REPOSITORY_CONFIG: this.at('helm/repositories.yaml'),
        HELM_REPOSITORY_CACHE: this.at('helm/cache'),
        ...options.env,
      },
      onLine: line => lines.push(line),
    });
    return { code, lines, output };
  }

  /** Waits until the index knows so many components of a question. */
  async search(query: string, count: number): Promise<NexusComponent[]> {
    return until(
      `the search for ${query} finds ${count}`,
      async () => {
        const { body } = await this.curl(`/service/rest/v1/search?${query}`);
        const { items } = JSON.parse(body) as { items: NexusComponent[] };
        return items.length === count && items;
      },
      10_000,
      100,
    );
  }

  /** What was asked while something was done, by method and path pattern. */
  async requestsOf(
    work: () => Promise<unknown>,
  ): Promise<Record<string, number>> {
    const requests = `${this.#control}/requests`;
    await fetch(requests, { method: 'DELETE' });
    await work();
    const answer = await fetch(requests);
    return ((await answer.json()) as { byRoute: Record<string, number> })
      .byRoute;
  }
}

/** Checksum of a file. */
export async function checksum(
  file: string,
  algorithm = 'sha256',
): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
