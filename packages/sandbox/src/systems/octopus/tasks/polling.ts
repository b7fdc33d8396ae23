import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer, type TLSSocket } from 'node:tls';
import { z } from 'zod';
import {
  dayMs,
  KeyUsageFlags,
  loadOrCreateAuthority,
} from '../../../hosting/authority';
import { writeFileAtomic } from '../../../storage/atomicFile';
import { thumbprintOf } from './thumbprint';
import type { PollingTentacle } from './types';

/** Octopus' port for Tentacles that poll. */
const usualPort = 10_943;
/** How often a connection is kept from looking dead. */
const beatMs = 20_000;

const helloSchema = z.object({
  subscription: z.string().regex(/^poll:\/\/[a-z0-9]+\/$/),
  version: z.string(),
});

/** Where Tentacles that poll connect to, each with its certificate. Behind the greeting nothing of Octopus' protocol is spoken. */
export interface PollingServer {
  /** `https://host:port`, the usual port where it was free. */
  url: string;
  /** Of the server's certificate, the same at every start. */
  thumbprint: string;
  /** The Tentacle that is connected as `poll://…/`. */
  connected(uri: string): PollingTentacle | undefined;
  stop(): Promise<void>;
}

/**
 * @param folder - keeps the certificate
 * @param host - address to listen on
 */
export async function startPollingServer(
  folder: string,
  host: string,
): Promise<PollingServer> {
  const { key, cert } = await loadOrCreateCertificate(folder);
  const tentacles = new Map<string, PollingTentacle>();
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    // A Tentacle's certificate is its own; machines name its thumbprint.
    { key, cert, requestCert: true, rejectUnauthorized: false },
    socket => {
      sockets.add(socket);
      greet(socket, tentacles);
      socket.once('close', () => sockets.delete(socket));
    },
  );
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(usualPort).catch(() => listen(0));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${host}:${port}`,
    thumbprint: thumbprintOf(cert),
    connected: uri => tentacles.get(uri),
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

function greet(
  socket: TLSSocket,
  tentacles: Map<string, PollingTentacle>,
): void {
  const { raw } = socket.getPeerCertificate();
  let mine: [string, PollingTentacle] | undefined;
  const beat = setInterval(() => socket.write('\n'), beatMs);
  createInterface({ input: socket }).once('line', line => {
    const hello = parseHello(line);
    if (!hello || !raw) {
      socket.destroy();
      return;
    }
    mine = [
      hello.subscription,
      {
        thumbprint: thumbprintOf(raw),
        address: `${socket.remoteAddress}`.replace(/^::ffff:/, ''),
        version: hello.version,
      },
    ];
    tentacles.set(...mine);
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    clearInterval(beat);
    // A newer connection of the same one stays.
    if (mine && tentacles.get(mine[0]) === mine[1]) tentacles.delete(mine[0]);
  });
}

function parseHello(line: string): z.infer<typeof helloSchema> | undefined {
  try {
    return helloSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

async function loadOrCreateCertificate(
  folder: string,
): Promise<{ key: string; cert: string }> {
  const paths = {
    key: join(folder, 'server.key'),
    cert: join(folder, 'server.pem'),
  };
  if (!existsSync(paths.key) || !existsSync(paths.cert)) {
    const authority = await loadOrCreateAuthority(
      folder,
      'CN=Octopus Server (stand-in)',
      KeyUsageFlags.keyCertSign,
    );
    const made = await authority.sign({
      subject: 'CN=Octopus Portal',
      names: [{ type: 'dns', value: 'octopus.sandbox.test' }],
      notBefore: new Date(Date.now() - dayMs),
      // Tentacles trust its thumbprint: it must not change.
      notAfter: new Date(Date.now() + 36_500 * dayMs),
    });
    writeFileAtomic(paths.key, made.privateKey);
    writeFileAtomic(paths.cert, made.certificate);
  }
  return {
    key: readFileSync(paths.key, 'utf8'),
    cert: readFileSync(paths.cert, 'utf8'),
  };
}
