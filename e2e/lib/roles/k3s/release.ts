import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A mirror of releases of the pretended K3s. */
export interface Release {
  /** Address below which releases lie. */
  url: string;
  /** Of the program of that version. */
  sha256(version: string): string;
  close(): void;
}

/**
 * Has the pretended K3s, `k3s.py`, in some versions, where the vendor has the real one.
 *
 * @param address - of this machine, where guests reach it
 */
export async function startRelease(
  address: string,
  versions: readonly string[],
): Promise<Release> {
  const text = readFileSync(path.join(__dirname, 'k3s.py'), 'utf8');
  const programs = new Map(
    versions.map(version => [version, text.replace('@VERSION@', version)]),
  );
  const server = createServer((request, response) => {
    const [, version = '', file] = (request.url ?? '').split('/');
    const program = programs.get(decodeURIComponent(version));
    const isThere = program !== undefined && file === 'k3s';
    response.writeHead(isThere ? 200 : 404).end(isThere ? program : '');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    sha256: version =>
      createHash('sha256')
        .update(programs.get(version) ?? '')
        .digest('hex'),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
