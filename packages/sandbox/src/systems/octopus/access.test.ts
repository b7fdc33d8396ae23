import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startOctopus } from './__testUtils__/server';
import { RateLimit } from './rateLimit';

afterEach(removeTestSandboxes);

it('lets nobody in without a key that is good', async () => {
  const { send, as } = await startOctopus();
  expect((await send(undefined, 'GET', '/api')).body.Version).toMatch(
    /^2026\./,
  );
  expect(await send(undefined, 'GET', '/api/Spaces-1/projects')).toMatchObject({
    status: 401,
    body: {
      ErrorMessage: expect.stringContaining('must be logged in'),
      Errors: [],
    },
  });
  expect(await send('API-NONE', 'GET', '/api/spaces')).toMatchObject({
    status: 401,
    body: { ErrorMessage: expect.stringContaining('not valid') },
  });
  expect(await as('expiredKey')('GET', 'projects')).toMatchObject({
    status: 401,
    body: { ErrorMessage: expect.stringContaining('expired') },
  });
});

it('names the permission that is missing, and changes nothing then', async () => {
  const { as, admin } = await startOctopus();
  const machine = {
    Name: 'web-9',
    EnvironmentIds: ['Environments-1'],
    Roles: ['web'],
    Endpoint: { CommunicationStyle: 'None' },
  };
  expect(await as('limitedKey')('POST', 'machines', machine)).toMatchObject({
    status: 403,
    body: {
      ErrorMessage: expect.stringContaining(
        'Missing permission: MachineCreate',
      ),
    },
  });
  const deployment = {
    ReleaseId: 'Releases-1',
    EnvironmentId: 'Environments-1',
  };
  for (const key of ['limitedKey', 'readOnlyKey'] as const)
    expect(await as(key)('POST', 'deployments', deployment)).toMatchObject({
      status: 403,
      body: { Errors: ['Missing permission: DeploymentCreate'] },
    });
  expect(
    (await as('readOnlyKey')('DELETE', 'machines/Machines-1')).status,
  ).toBe(403);
  expect((await admin('GET', 'machines?take=1')).body.TotalResults).toBe(11);
  expect((await as('readOnlyKey')('GET', 'dashboard')).status).toBe(200);
});

it('tells a key what it may, in its own words only', async () => {
  const { as, send, endpoint } = await startOctopus();
  const me = (await send(`${endpoint.limitedKey}`, 'GET', '/api/users/me'))
    .body;
  expect(me).toMatchObject({ Username: 'limited', IsService: true });
  const { body } = await as('limitedKey')('GET', `users/${me.Id}/permissions`);
  expect(body.SpacePermissions.MachineEdit).toHaveLength(1);
  expect(body.SpacePermissions.MachineCreate).toBeUndefined();
  expect(body.SystemPermissions).toEqual(['ConfigureServer']);
  expect(
    (await as('limitedKey')('GET', 'users/Users-1/permissions')).status,
  ).toBe(404);
});

it('shows the thumbprint that Tentacles trust only to who may see it', async () => {
  const { send, endpoint } = await startOctopus();
  const path = '/api/configuration/certificates/certificate-global';
  const { body } = await send(`${endpoint.apiKey}`, 'GET', path);
  expect(body.Thumbprint).toMatch(/^[0-9A-F]{40}$/);
  expect(body.Thumbprint).toBe(endpoint.serverThumbprint);
  expect((await send(`${endpoint.readOnlyKey}`, 'GET', path)).status).toBe(403);
});

it('keeps what is sensitive to itself', async () => {
  const { admin, sandbox } = await startOctopus();
  const made = await admin('POST', 'accounts', {
    accountType: 'UsernamePassword',
    name: 'someone',
    username: 'ada',
    password: { hasValue: true, newValue: 'hunter2' },
  });
  expect(made).toMatchObject({
    status: 201,
    body: { Username: 'ada', Password: { HasValue: true, NewValue: null } },
  });
  const all = JSON.stringify((await admin('GET', 'accounts/all')).body);
  expect(all).not.toContain('hunter2');
  expect(all).not.toContain('PRIVATE KEY');
  expect(JSON.stringify(sandbox.endpoints.octopus)).not.toContain('hunter2');
});

it('limits each key to 200 requests a minute, by default', async () => {
  const { api, as } = await startOctopus();
  const started = performance.now();
  const replies = await Promise.all(
    Array.from({ length: 240 }, () => api('GET', 'machineroles/all')),
  );
  const refilled = ((performance.now() - started) / 60_000) * 200;
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused.length).toBeLessThanOrEqual(40);
  expect(refused.length).toBeGreaterThanOrEqual(Math.floor(39 - refilled));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0].headers.get('retry-after')).toBe('1');
  expect(refused[0].body.ErrorMessage).toContain('Too many requests');
  // Another key has a bucket of its own.
  expect((await as('readOnlyKey')('GET', 'projects')).status).toBe(200);
});

it('takes another limit by a fault, and the old one back', async () => {
  const { api, fault, steer } = await startOctopus();
  expect((await fault({ kind: 'rate-limit', perMinute: 2 })).status).toBe(201);
  const statuses = [];
  for (let count = 0; count < 3; count += 1)
    statuses.push((await api('GET', 'projects')).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect((await api('GET', 'projects')).headers.get('retry-after')).toMatch(
    /^(29|30)$/,
  );
  await steer('DELETE', 'faults');
  expect((await api('GET', 'projects')).status).toBe(200);
  expect((await fault({ kind: 'rate-limit' })).status).toBe(400);
  expect((await fault({ kind: 'none-such' })).status).toBe(400);
});

it('fills the bucket again all the time', () => {
  let now = 0;
  const limit = new RateLimit(() => now);
  limit.set(60);
  const takes = (count: number) => {
    for (let taken = 0; taken < count; taken += 1) limit.take('key');
  };
  takes(60);
  expect(() => takes(1)).toThrow('Too many requests');
  now = 10_000;
  takes(10);
  expect(() => takes(1)).toThrow('Too many requests');
  now = 3_600_000;
  takes(60);
  expect(() => takes(1)).toThrow('Too many requests');
});
