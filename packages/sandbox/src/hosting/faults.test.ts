import { readFileSync, statSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../__testUtils__/sandbox';
import type { SystemEndpoint } from '../endpoints';
import { createRandom } from '../seed/random';

afterEach(removeTestSandboxes);

async function startDoppler(seed = 1) {
  const sandbox = await startTestSandbox({ systems: ['doppler'], seed });
  const { url, control, token } = sandbox.endpoints.doppler as SystemEndpoint;
  const headers = { authorization: `Bearer ${token}` };
  return {
    control,
    get: (path = '/v3/me') => fetch(url + path, { headers }),
    ask: (path = '/v3/me') =>
      fetch(url + path, { headers })
        .then(async response => {
          await response.text();
          return response.status;
        })
        .catch(error => error.cause?.code ?? error.message),
    set: async (fault: object) => {
      const body = JSON.stringify(fault);
      const answer = await fetch(`${control}/faults`, { method: 'POST', body });
      return { status: answer.status, body: await answer.json() };
    },
    clear: () => fetch(`${control}/faults`, { method: 'DELETE' }),
  };
}

it('spoils just the requests that a fault names', async () => {
  const { ask, set, clear, control } = await startDoppler();
  await set({ kind: 'status', path: '/me$', after: 1, count: 2, status: 503 });
  expect([await ask(), await ask(), await ask(), await ask()]).toEqual([
    200, 503, 503, 200,
  ]);
  await set({ kind: 'status', method: 'post', status: 500 });
  await expect(ask()).resolves.toBe(200);

  const report = await (await fetch(`${control}/faults`)).json();
  expect(report.faults[0]).toMatchObject({ id: 1, seen: 5, fired: 2 });
  await clear();
  const empty = await (await fetch(`${control}/faults`)).json();
  expect(empty).toEqual({ faults: [], own: [] });
});

it('breaks connections in every way that a network does', async () => {
  const { ask, get, set, clear } = await startDoppler();
  await set({ kind: 'reset', count: 1 });
  await expect(ask()).resolves.toBe('ECONNRESET');

  await set({ kind: 'cut', bytes: 5, count: 1 });
  const cut = await get();
  expect(cut.status).toBe(200);
  await expect(cut.text()).rejects.toThrow();

  await set({ kind: 'drip', bytesPerSecond: 1000, count: 1 });
  const drip = await get();
  const before = Date.now();
  await drip.text();
  expect(Date.now() - before).toBeGreaterThan(100);

  await set({ kind: 'latency', ms: 150, count: 1 });
  const asked = Date.now();
  await expect(ask()).resolves.toBe(200);
  expect(Date.now() - asked).toBeGreaterThanOrEqual(149);

  await set({ kind: 'refuse' });
  await expect(ask()).resolves.toBe('ECONNREFUSED');
  await clear();
  await expect(ask()).resolves.toBe(200);
  await set({ kind: 'refuse', durationMs: 200 });
  await expect(ask()).resolves.toBe('ECONNREFUSED');
  await new Promise(resolve => setTimeout(resolve, 400));
  await expect(ask()).resolves.toBe(200);
  await set({ kind: 'refuse', count: 1 });
  await expect(ask()).resolves.not.toBe(200);
  await expect(ask()).resolves.toBe(200);
});

it('lets a request take effect whose answer is lost', async () => {
  const sandbox = await startTestSandbox({ systems: ['doppler'] });
  const { url, control, serviceAccountToken } = sandbox.endpoints
    .doppler as SystemEndpoint;
  const headers = { authorization: `Bearer ${serviceAccountToken}` };
  await fetch(`${control}/faults`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'reset', method: 'POST', phase: 'after' }),
  });
  const body = { project: 'nante', config: 'dev', secrets: { LATE: 'x' } };
  const secrets = `${url}/v3/configs/config/secrets`;
  await expect(
    fetch(secrets, { method: 'POST', headers, body: JSON.stringify(body) }),
  ).rejects.toThrow();
  const read = await fetch(
    `${url}/v3/configs/config/secret?project=nante&config=dev&name=LATE`,
    { headers },
  );
  expect(await read.json()).toMatchObject({ value: { raw: 'x' } });
});

it('throws the same dice for the same seed', async () => {
  const play = async (seed: number) => {
    const { ask, set } = await startDoppler(seed);
    await set({ kind: 'status', status: 500, probability: 0.5 });
    const answers = [];
    for (let index = 0; index < 20; index++) answers.push(await ask());
    return answers.join();
  };
  const first = await play(7);
  expect(await play(7)).toBe(first);
  expect(await play(8)).not.toBe(first);
  expect(createRandom(7).integer(3, 5)).toBe(createRandom(7).integer(3, 5));
});

it('says what is wrong with a fault and answers no browser', async () => {
  const { set, control } = await startDoppler();
  expect(await set({ kind: 'latency' })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('ms') },
  });
  expect(await set({ kind: 'reset', path: '(' })).toMatchObject({
    status: 400,
  });
  expect(await set({ kind: 'eaten' })).toMatchObject({
    status: 400,
    body: { error: 'No fault is called "eaten".' },
  });
  expect((await fetch(`${control}/nothing`)).status).toBe(404);
  const browser = await fetch(`${control}/requests`, {
    headers: { origin: 'https://evil.example' },
  });
  expect(browser.status).toBe(403);
});

it('counts requests by route, and forgets them when asked', async () => {
  const { ask, control } = await startDoppler();
  await ask();
  await ask('/v3/projects');
  const counts = async () => (await fetch(`${control}/requests`)).json();
  expect(await counts()).toEqual({
    total: 2,
    mutating: 0,
    byRoute: { 'GET /v3/me': 1, 'GET /v3/projects': 1 },
  });
  await fetch(`${control}/requests`, { method: 'DELETE' });
  expect(await counts()).toEqual({ total: 0, mutating: 0, byRoute: {} });
});

it('speaks TLS 1.3 with an authority that outlives a restart', async () => {
  const dataDir = await temporaryFolder();
  const first = await startTestSandbox({ dataDir, systems: ['proxmox'] });
  const { ca, url } = first.endpoints.proxmox as SystemEndpoint;
  const authority = readFileSync(String(ca), 'utf8');
  const answer = await tlsGet(
    `${url}/api2/json/version`,
    authority,
    'pve1.sandbox.test',
  );
  expect(answer).toEqual({
    protocol: 'TLSv1.3',
    status: 401,
    reason: 'No ticket',
  });
  await expect(tlsGet(url, authority, 'elsewhere.example')).rejects.toThrow(
    'altnames',
  );
  const key = statSync(join(dataDir, 'tls', 'server.key'));
  expect(key.mode % 0o1000).toBe(0o600);
  await first.stop();

  const second = await startTestSandbox({ dataDir, systems: ['proxmox'] });
  const again = second.endpoints.proxmox as SystemEndpoint;
  expect(readFileSync(String(again.ca), 'utf8')).toBe(authority);
});

function tlsGet(url: string, ca: string, servername: string) {
  return new Promise((resolve, reject) => {
    httpsRequest(url, { ca, servername }, response => {
      const { getProtocol } = response.socket as import('node:tls').TLSSocket;
      resolve({
        protocol: getProtocol.call(response.socket),
        status: response.statusCode,
        reason: response.statusMessage,
      });
      response.resume();
    })
      .on('error', reject)
      .end();
  });
}
