import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../endpoints';

afterEach(removeTestSandboxes);

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

interface Reply {
  status: number;
  body: Json;
}

async function start(dataDir?: string) {
  const sandbox = await startTestSandbox({ systems: ['tailscale'], dataDir });
  const endpoint = sandbox.endpoints.tailscale as SystemEndpoint;
  const { url, control, apiKey, oauthClientId, oauthClientSecret } = endpoint;
  async function call(
    bearer: unknown,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Reply> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${bearer}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  }
  async function token(
    id: unknown = oauthClientId,
    secret: unknown = oauthClientSecret,
    more: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(`${url}/api/v2/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: `${id}`,
        client_secret: `${secret}`,
        ...more,
      }),
    });
    return { status: response.status, body: await response.json() };
  }
  const given: string = (await token()).body.access_token;
  return {
    sandbox,
    endpoint,
    call,
    token,
    api: (method: string, path: string, body?: unknown) =>
      call(given, method, `/api/v2${path}`, body),
    admin: (method: string, path: string, body?: unknown) =>
      call(apiKey, method, `/api/v2${path}`, body),
    async key(create: Json = {}, more: Json = {}): Promise<Json> {
      const capabilities = {
        devices: {
          create: { preauthorized: true, tags: ['tag:nante'], ...create },
        },
      };
      const path = '/api/v2/tailnet/-/keys';
      return (await call(given, 'POST', path, { capabilities, ...more })).body;
    },
    join: (authKey: string, hostname: string, more: Json = {}) =>
      call('', 'POST', '/standin/register', {
        authKey,
        hostname,
        machineKey: `mkey:${hostname}-${Math.random()}`,
        ...more,
      }),
    fault: (fault: Json) =>
      fetch(`${control}/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      }),
    clearFaults: () => fetch(`${control}/faults`, { method: 'DELETE' }),
  };
}

const noKey = { message: 'invalid key: API key does not exist' };

it('lets a machine join once with a key, and never again with the same', async () => {
  const { key, join, api } = await start();
  const made = await key(
    { tags: ['tag:nante', 'tag:dev'] },
    { expirySeconds: 600, description: 'web-1 of shop' },
  );
  expect(made.key).toMatch(/^tskey-auth-/);
  expect((await api('GET', `/tailnet/-/keys/${made.id}`)).body).toMatchObject({
    keyType: 'auth',
    expirySeconds: 600,
    description: 'web-1 of shop',
  });
  const { body } = await join(made.key, 'web-1', {
    endpoint: '10.0.0.9:41641',
  });
  expect(body.self).toMatchObject({
    hostname: 'web-1',
    name: 'web-1.tail7b3e5.ts.net',
    tags: ['tag:nante', 'tag:dev'],
    online: true,
  });
  expect(body.self.addresses[0]).toMatch(/^100\.(6[4-9]|[7-9]\d)\./);
  const again = await join(made.key, 'web-2');
  expect(again).toEqual({ status: 401, body: noKey });

  const used = (await api('GET', `/tailnet/-/keys/${made.id}`)).body;
  expect(used.invalid).toBe(true);
  expect(used.key).toBeUndefined();
  const { devices } = (await api('GET', '/tailnet/-/devices')).body;
  expect(
    devices.find((device: Json) => device.hostname === 'web-1'),
  ).toMatchObject({
    nodeId: body.self.id,
    connectedToControl: true,
    keyExpiryDisabled: true,
    authorized: true,
    isEphemeral: false,
  });
});

it('gives a taken name a number, and the name itself again when it was freed', async () => {
  const { key, join, api } = await start();
  const { key: reusable } = await key({ reusable: true });
  const first = (await join(reusable, 'web-1')).body.self;
  const second = (await join(reusable, 'web-1')).body.self;
  expect(second).toMatchObject({
    hostname: 'web-1',
    name: 'web-1-1.tail7b3e5.ts.net',
  });
  expect((await api('DELETE', `/device/${first.id}`)).status).toBe(200);
  expect((await api('DELETE', `/device/${first.id}`)).status).toBe(404);
  const third = (await join(reusable, 'web-1')).body.self;
  expect(third.name).toBe(first.name);
  expect(third.addresses).not.toEqual(first.addresses);
});

it('refuses tags that the client does not own, in the words of the vendor', async () => {
  const { api, admin, key, join } = await start();
  const ask = (tags: string[], who = api) =>
    who('POST', '/tailnet/-/keys', {
      capabilities: { devices: { create: { tags } } },
    });
  expect(await ask(['tag:nante', 'tag:office', 'tag:new'])).toEqual({
    status: 400,
    body: {
      message:
        'requested tags [tag:office tag:new] are invalid or not permitted',
    },
  });
  expect((await ask([])).body.message).toBe(
    'tailnet-owned auth key must have tags set',
  );
  expect((await ask(['tag:office'], admin)).status).toBe(200);
  const { key: secret } = await key();
  const refused = await join(secret, 'web-1', { tags: ['tag:office'] });
  expect(refused.body.message).toContain('[tag:office] are invalid');
  // What was refused has used nothing up.
  expect((await join(secret, 'web-1', { tags: ['tag:dev'] })).status).toBe(200);
});

it('asks for the scope of each call, and for a token at all', async () => {
  const { endpoint, api, call, token, admin } = await start();
  const { readOnly, url, apiKey } = endpoint as Json;
  expect((await token('x', 'tskey-client-wrong')).status).toBe(401);
  const { body } = await token(
    readOnly.oauthClientId,
    readOnly.oauthClientSecret,
  );
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
  const reads = (method: string, path: string) =>
    call(body.access_token, method, `/api/v2${path}`);
  const { devices } = (await reads('GET', '/tailnet/sandbox.test/devices'))
    .body;
  expect(devices).toHaveLength(4);
  expect(await reads('DELETE', `/device/${devices[0].nodeId}`)).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('enough permissions') },
  });
  expect((await api('GET', '/tailnet/-/acl')).status).toBe(403);
  expect((await admin('GET', '/tailnet/-/acl')).body.tagOwners).toBeDefined();
  expect((await admin('GET', '/tailnet/other/devices')).status).toBe(404);
  expect((await call('', 'GET', '/api/v2/tailnet/-/devices')).status).toBe(401);
  const basic = await fetch(`${url}/api/v2/tailnet/-/devices`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
    },
  });
  expect(basic.status).toBe(200);
});

it('keeps the tailnet between starts, and a machine is the same as before', async () => {
  const folder = await temporaryFolder();
  const first = await start(folder);
  const { key } = await first.key();
  const joined = (await first.join(key, 'web-1')).body;
  await first.sandbox.stop();
  const second = await start(folder);
  expect(second.endpoint.oauthClientId).toBe(first.endpoint.oauthClientId);
  const { devices } = (await second.api('GET', '/tailnet/-/devices')).body;
  expect(devices.at(-1)).toMatchObject({
    nodeId: joined.self.id,
    connectedToControl: false,
    lastSeen: expect.stringMatching(/Z$/),
  });
  const map = await second.call(joined.session, 'GET', '/standin/map');
  expect(map.body.self).toEqual({
    ...joined.self,
    lastSeen: map.body.self.lastSeen,
  });
  await fetch(`${second.endpoint.control}/reset`, { method: 'POST' });
  expect(
    (await second.call(joined.session, 'GET', '/standin/map')).status,
  ).toBe(401);
});

it('tells machines of each other as soon as there is news', async () => {
  const { key, join, call, api } = await start();
  const { key: reusable } = await key({ reusable: true });
  const a = (await join(reusable, 'a', { endpoint: '10.0.0.1:41641' })).body;
  const news = call(
    a.session,
    'GET',
    `/standin/map?version=${a.version}&wait=20`,
  );
  const b = (await join(reusable, 'b', { endpoint: '10.0.0.2:41641' })).body;
  const peerOf = (map: Json, hostname: string) =>
    map.peers.find((peer: Json) => peer.hostname === hostname);
  expect(peerOf((await news).body, 'b')).toMatchObject({
    endpoint: '10.0.0.2:41641',
    online: true,
  });
  await call(b.session, 'POST', '/standin/logout');
  expect((await call(b.session, 'GET', '/standin/map')).status).toBe(401);
  const { devices } = (await api('GET', '/tailnet/-/devices?hostname=b')).body;
  expect(devices).toEqual([expect.objectContaining({ hostname: 'b' })]);
  const { version } = (await call(a.session, 'GET', '/standin/map')).body;
  const path = `/standin/map?version=${version}&wait=20`;
  const waiting = call(a.session, 'GET', path);
  await api('DELETE', `/device/${a.self.id}`);
  expect((await waiting).status).toBe(401);
});

it('changes tags and approval of a device', async () => {
  const { key, join, call, api } = await start();
  const { key: secret } = await key({ preauthorized: false });
  const { session, self, authorized } = (await join(secret, 'web-1')).body;
  expect(authorized).toBe(false);
  await api('POST', `/device/${self.id}/authorized`, { authorized: true });
  await api('POST', `/device/${self.id}/tags`, { tags: ['tag:prod'] });
  const { body } = await call(session, 'GET', '/standin/map');
  expect(body).toMatchObject({
    authorized: true,
    self: { tags: ['tag:prod'] },
  });
  const refused = await api('POST', `/device/${self.id}/tags`, { tags: ['x'] });
  expect(refused.status).toBe(400);
});

it('plays its faults and takes them back', async () => {
  const { key, join, fault, clearFaults, api } = await start();
  const { key: secret } = await key({ reusable: true });
  await fault({ kind: 'key-expired', count: 1 });
  expect((await join(secret, 'a')).body).toEqual(noKey);
  expect((await join(secret, 'a')).status).toBe(200);
  await fault({ kind: 'refuse-tags', tags: ['tag:dev'] });
  expect((await key({ tags: ['tag:dev'] })).message).toContain('[tag:dev]');
  expect((await key()).key).toBeDefined();
  await clearFaults();
  expect((await key({ tags: ['tag:dev'] })).key).toBeDefined();
  await fault({ kind: 'tokens-expire' });
  expect((await api('GET', '/tailnet/-/devices')).status).toBe(401);
  expect(await (await fault({ kind: 'nonsense' })).json()).toMatchObject({
    hint: 'There are key-expired, refuse-tags, needs-approval, tokens-expire.',
  });
});
