import { text } from 'node:stream/consumers';
import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { startServer } from '../__testUtils__/server';
import { createOpenobserveClient } from './OpenobserveClient';

let system: TestSystem;

beforeAll(async () => {
  system = await startSystem('openobserve');
});
afterEach(() => system.clearFaults());
afterAll(() => system.stop());

function client(changes: Record<string, unknown> = {}) {
  const { url, username, password } = system.endpoint;
  return createOpenobserveClient({
    url,
    user: `${username}`,
    password: `${password}`,
    timeoutMs: 3000,
    ...changes,
  });
}

async function send(path: string, records: Record<string, unknown>[]) {
  const { url, username, password } = system.endpoint;
  const answer = await fetch(`${url}/api/default${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    body: JSON.stringify(records),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const minute = 60_000;

it('knows when each host was last heard of, and only what is asked for', async () => {
  const api = client();
  await api.checkAccess();
  const all = await api.lastHeard({ type: 'metrics', since: ago(15 * minute) });
  const age = (host: string) => {
    const at = all.find(one => one.host === host)?.at;
    return at === undefined ? undefined : Date.now() - Date.parse(at);
  };
  expect(age('shop-web-1')).toBeLessThan(minute);
  expect(age('shop-web-dev')).toBeUndefined();
  const only = { app: 'shop', environment: 'prod', host: 'shop-web-1' };
  await expect(
    api.lastHeard({ type: 'logs', since: ago(15 * minute), only }),
  ).resolves.toEqual([{ ...only, at: expect.any(String) }]);
  const month = await api.lastHeard({
    type: 'metrics',
    since: ago(30 * 24 * 60 * minute),
  });
  expect(month.map(({ host }) => host)).toContain('shop-web-dev');
});

it('counts only scrapes that worked, and passes over what others send', async () => {
  const at = Date.now() * 1000 - 5_000_000;
  const whose = { app: 'a', environment: 'dev', host: 'broken' };
  await send('/ingest/metrics/_json', [
    { __name__: 'up', ...whose, value: 1, _timestamp: at },
    { __name__: 'up', ...whose, value: 0, _timestamp: at + 4_000_000 },
    { __name__: 'up', host: 'of-others', value: 1, _timestamp: at },
  ]);
  const heard = await client().lastHeard({
    type: 'metrics',
    since: ago(minute),
  });
  expect(heard).toContainEqual({
    ...whose,
    at: new Date(at / 1000).toISOString(),
  });
  expect(heard.map(({ host }) => host)).not.toContain('of-others');
});

it('takes labels as text, whatever is in them', async () => {
  const labels = { app: "o'hara", environment: `"; --`, host: '{{ x }}\\' };
  await send('/journal/_json', [{ ...labels, message: 'x' }]);
  const since = ago(minute);
  const api = client();
  const found = await api.lastHeard({ type: 'logs', since, only: labels });
  expect(found).toMatchObject([labels]);
  const evil = { ...labels, host: "' OR '1' = '1" };
  await expect(
    api.lastHeard({ type: 'logs', since, only: evil }),
  ).resolves.toEqual([]);
  await expect(
    api.lastHeard({ type: 'logs', since, only: { ...labels, app: 'a\nb' } }),
  ).rejects.toMatchObject({ code: 'invalid-input' });
});

it('has nothing to tell of an organization that nobody has sent to', async () => {
  const api = client({ organization: 'fresh' });
  await api.checkAccess();
  for (const type of ['metrics', 'logs'] as const)
    await expect(api.lastHeard({ type, since: ago(minute) })).resolves.toEqual(
      [],
    );
});

it('says what is wrong with access, and never the password', async () => {
  const password = ['not', 'the', 'right', 'one'].join('-');
  const refusal = await client({ password })
    .checkAccess()
    .catch(error => error);
  expect(refusal).toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('organization "default"'),
    hint: expect.stringContaining('OO_USER and OO_PASS'),
  });
  expect(JSON.stringify(refusal) + refusal.stack).not.toContain(password);
  await system.fault({ kind: 'status', status: 500, body: 'no' });
  await expect(client().checkAccess()).rejects.toMatchObject({
    code: 'unreachable',
  });
  await system.clearFaults();
  await system.fault({ kind: 'status', status: 200, body: '<html>' });
  await expect(client().checkAccess()).rejects.toMatchObject({
    code: 'failed',
    hint: expect.stringContaining('OO_HOST'),
  });
  expect(() => client({ user: ' ' })).toThrow('e-mail address');
});

it('asks again when OpenObserve is busy', async () => {
  await system.fault({ kind: 'status', status: 503, count: 1 });
  await expect(
    client().lastHeard({ type: 'metrics', since: ago(minute) }),
  ).resolves.not.toEqual([]);
});

it('adds https to a bare name and keeps a base path', async () => {
  const asked: string[] = [];
  const server = await startServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    await text(request);
    response.end('{"list":[]}');
  });
  await client({ url: `${server.url}/base/` }).checkAccess();
  await server.stop();
  expect(asked).toEqual(['GET /base/api/default/streams?type=metrics&limit=1']);
  await expect(
    client({ url: '127.0.0.1:1' }).checkAccess(),
  ).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('https://127.0.0.1:1'),
  });
});
