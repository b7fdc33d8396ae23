import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { strToU8, zipSync } from 'fflate';

/** A zip with Octopus' conventions: scripts and other files by name. */
export function zipOf(files: Record<string, string>): Buffer {
  const entries = Object.entries(files).map(([name, text]) => [
    name,
    strToU8(text),
  ]);
  return Buffer.from(zipSync(Object.fromEntries(entries)));
}

/** A Maven repository over HTTP, with what a test put into it. */
export class TestFeed {
  readonly files = new Map<string, Buffer | string>();
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url!;
      this.asked.push(path);
      const found = this.files.get(path);
      response.statusCode = found === undefined ? 404 : 200;
      response.end(found);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>(resolve =>
      this.#server.listen(0, '127.0.0.1', resolve),
    );
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/maven/`;
  }

  /** Adds `com.example:<name>`. */
  add(name: string, version: string, content: Buffer, ending = '.zip'): string {
    const path = `/maven/com/example/${name}/${version}/${name}-${version}${ending}`;
    const sha1 = createHash('sha1').update(content).digest('hex');
    this.files.set(path, content);
    this.files.set(`${path}.sha1`, sha1);
    return path;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
