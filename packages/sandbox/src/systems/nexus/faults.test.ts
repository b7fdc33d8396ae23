import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  removeTestSandboxes,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import { startNexus } from './__testUtils__/server';

afterEach(removeTestSandboxes);

const rest = '/service/rest/v1';
const big = new Uint8Array(512 * 1024).fill(65);

/** Names of what uploads have left behind. */
const leftovers = (dataDir: string) =>
  readdirSync(join(dataDir, 'nexus', 'blobs', 'incoming'));

it('an upload that is cut off leaves nothing, and the next one goes through', async () => {
  const dataDir = await temporaryFolder();
  const { call, control } = await startNexus({ dataDir });
  const form = () => {
    const data = new FormData();
    data.append('raw.directory', '/cut');
    data.append('raw.asset1.filename', 'form.bin');
    data.append('raw.asset1', new Blob([big]), 'form.bin');
    return data;
  };
  const uploads = [
    () => call('PUT', '/repository/raw-hosted/cut/put.bin', { body: big }),
    () =>
      call('POST', `${rest}/components?repository=raw-hosted`, {
        body: form(),
      }),
    () =>
      call(
        'POST',
        `/v2/docker-hosted/cut/blobs/uploads/?digest=sha256:${'0'.repeat(64)}`,
        { body: big },
      ),
  ];
  for (const upload of uploads) {
    await control('POST', '/faults', {
      kind: 'upload-cut',
      afterBytes: 100_000,
    });
    await expect(upload()).rejects.toThrow('fetch failed');
  }
  expect(leftovers(dataDir)).toEqual([]);
  for (const path of ['put.bin', 'form.bin'])
    expect(
      (await call('HEAD', `/repository/raw-hosted/cut/${path}`)).status,
    ).toBe(404);
  expect((await uploads[0]()).status).toBe(201);
  expect((await uploads[1]()).status).toBe(204);
  for (const path of ['put.bin', 'form.bin'])
    expect(
      (await call('HEAD', `/repository/raw-hosted/cut/${path}`)).headers.get(
        'content-length',
      ),
    ).toBe(String(big.length));
});

it('a client that goes away half-way leaves nothing either', async () => {
  const dataDir = await temporaryFolder();
  const { url, call, authorization } = await startNexus({ dataDir });
  await new Promise<void>(resolve => {
    const upload = request(`${url}/repository/raw-hosted/gone.bin`, {
      method: 'PUT',
      headers: {
        authorization: authorization('nante'),
        'content-length': 10 * big.length,
      },
    });
    upload.on('error', () => resolve());
    upload.write(big, () => setTimeout(() => upload.destroy(), 20));
  });
  for (let tries = 0; leftovers(dataDir).length > 0 && tries < 50; tries += 1)
    await new Promise(resolve => setTimeout(resolve, 20));
  expect(leftovers(dataDir)).toEqual([]);
  expect((await call('HEAD', '/repository/raw-hosted/gone.bin')).status).toBe(
    404,
  );
});

it('says when nothing can be written, or nothing fits, and takes it again afterwards', async () => {
  const dataDir = await temporaryFolder();
  const { call, control } = await startNexus({ dataDir });
  const put = () => call('PUT', '/repository/raw-hosted/a.txt', { body: 'x' });
  const writable = async () =>
    (await call('GET', `${rest}/status/writable`, { as: 'nobody' })).status;
  expect(await writable()).toBe(200);
  await control('POST', '/faults', { kind: 'readonly-mode' });
  expect([await writable(), (await put()).status]).toEqual([503, 503]);
  expect(
    (
      await call(
        'DELETE',
        '/repository/raw-hosted/tools/report.sh/1.0/report.sh',
      )
    ).status,
  ).toBeGreaterThan(399);
  expect(
    (await call('POST', '/v2/docker-hosted/a/blobs/uploads/')).status,
  ).toBe(503);
  expect((await call('GET', `${rest}/status`)).status).toBe(200);
  await control('DELETE', '/faults');
  await control('POST', '/faults', { kind: 'disk-full' });
  const full = await put();
  expect([full.status, full.statusText]).toEqual([
    500,
    'No space left on device',
  ]);
  expect(leftovers(dataDir)).toEqual([]);
  await control('DELETE', '/faults');
  expect([await writable(), (await put()).status]).toEqual([200, 201]);
  for (const fault of [
    { kind: 'unheard-of' },
    { kind: 'index-lag' },
    { kind: 'upload-cut', afterBytes: -1 },
  ])
    expect((await control('POST', '/faults', fault)).status).toBe(400);
});

it('a refused upload does not stand in the way of the next request on its connection', async () => {
  const { url } = await startNexus();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answers = '';
  socket.setEncoding('utf8').on('data', text => {
    answers += text;
  });
  const size = 8 * big.length;
  socket.write(
    `PUT /repository/raw-hosted/no.bin HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`,
  );
  for (let sent = 0; sent < size; sent += big.length) socket.write(big);
  socket.end(
    `GET ${rest}/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  await once(socket, 'close');
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([
    'HTTP/1.1 401',
    'HTTP/1.1 200',
  ]);
});

it('files are cut and drip as other answers do', async () => {
  const { call, control } = await startNexus();
  const path = '/repository/raw-hosted/big.bin';
  await call('PUT', path, { body: big });
  await control('POST', '/faults', { kind: 'cut', bytes: 100_000, count: 1 });
  const cut = await call('GET', path);
  expect(cut.headers.get('content-length')).toBe(String(big.length));
  await expect(cut.arrayBuffer()).rejects.toThrow();
  await control('POST', '/faults', {
    kind: 'drip',
    bytesPerSecond: 4 * big.length,
    count: 1,
  });
  const started = performance.now();
  const drip = await call('GET', path);
  expect((await drip.arrayBuffer()).byteLength).toBe(big.length);
  expect(performance.now() - started).toBeGreaterThan(150);
  await control('POST', '/faults', { kind: 'status', status: 503, count: 1 });
  expect((await call('PUT', path, { body: big })).status).toBe(503);
  expect((await call('PUT', path, { body: big })).status).toBe(201);
});
