import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { loadOrCreateTls } from '../../../hosting/tls';
import { startPollingServer, type PollingServer } from './polling';
import { thumbprintAt, thumbprintOf } from './thumbprint';

const folder = mkdtempSync(join(tmpdir(), 'polling-'));
let server: PollingServer;

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => server.stop());

/** Connects with a certificate, as a Tentacle does, and says something. */
async function call(line: string): Promise<TLSSocket> {
  const { key, cert } = await loadOrCreateTls(join(folder, 'tentacle'));
  const { hostname, port } = new URL(server.url);
  const socket = connect({
    ...{ host: hostname, port: Number(port), key, cert },
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  socket.write(`${line}\n`);
  return socket;
}

/** Waits for what the server does on its own. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('It did not happen within 5 s');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

describe('the port for Tentacles that poll', () => {
  it('knows who is connected by certificate and id, until the connection ends', async () => {
    server = await startPollingServer(join(folder, 'server'), '127.0.0.1');
    const socket = await call(
      '{"subscription":"poll://abc/","version":"9.2.1"}',
    );
    await until(() => server.connected('poll://abc/') !== undefined);
    const certificate = readFileSync(join(folder, 'tentacle', 'server.pem'));
    expect(server.connected('poll://abc/')).toEqual({
      thumbprint: thumbprintOf(certificate),
      address: '127.0.0.1',
      version: '9.2.1',
    });
    expect(server.connected('poll://other/')).toBeUndefined();
    socket.destroy();
    await until(() => server.connected('poll://abc/') === undefined);
  });

  it('ends a connection that says something else', async () => {
    server = await startPollingServer(join(folder, 'server'), '127.0.0.1');
    const socket = await call('GET / HTTP/1.1');
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });

  it('shows the same certificate after a restart', async () => {
    server = await startPollingServer(join(folder, 'server'), '127.0.0.1');
    const { thumbprint, url } = server;
    await expect(
      thumbprintAt('127.0.0.1', Number(new URL(url).port)),
    ).resolves.toBe(thumbprint);
    await server.stop();
    server = await startPollingServer(join(folder, 'server'), '127.0.0.1');
    expect(server.thumbprint).toBe(thumbprint);
  });
});
