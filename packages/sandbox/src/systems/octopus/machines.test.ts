import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startOctopus } from './__testUtils__/server';

afterEach(removeTestSandboxes);

const ssh = {
  CommunicationStyle: 'Ssh',
  Host: 'web-9.example',
  Port: 22,
  Fingerprint: 'SHA256:abc',
  AccountId: 'Accounts-1',
};
const machine = {
  Name: 'web-9',
  EnvironmentIds: ['Environments-1'],
  Roles: ['web', 'nante'],
  Endpoint: ssh,
};

it('adds a target, checks it, changes it, and removes it', async () => {
  const { api, ended } = await startOctopus();
  const { body } = await api(
    'GET',
    'machines/discover?host=web-9.example&type=Ssh&port=22',
  );
  expect(body).toMatchObject({
    Name: 'web-9.example',
    Endpoint: {
      Host: 'web-9.example',
      Port: 22,
      Fingerprint: expect.stringMatching(/^SHA256:/),
    },
  });
  const made = await api('POST', 'machines', {
    ...machine,
    Endpoint: { ...body.Endpoint, AccountId: 'Accounts-1' },
  });
  expect(made).toMatchObject({
    status: 201,
    body: {
      HealthStatus: 'Unknown',
      MachinePolicyId: 'MachinePolicies-1',
      IsDisabled: false,
    },
  });
  const { Id } = made.body;
  const tasks = (await api('GET', `machines/${Id}/tasks`)).body;
  expect(tasks.Items).toHaveLength(1);
  await ended(tasks.Items[0].Id);
  expect((await api('GET', 'machineroles/all')).body).toContain('nante');
  const checked = (await api('GET', `machines/${Id}`)).body;
  const changed = await api('PUT', `machines/${Id}`, {
    ...checked,
    Roles: ['api'],
  });
  expect(changed.body).toMatchObject({
    Roles: ['api'],
    HealthStatus: checked.HealthStatus,
  });
  // What is left out is not kept: the whole machine is sent.
  expect((await api('PUT', `machines/${Id}`, { Name: 'web-9' })).status).toBe(
    400,
  );
  expect((await api('DELETE', `machines/${Id}`)).status).toBe(200);
  expect((await api('GET', `machines/${Id}`)).status).toBe(404);
  const { Items } = (await api('GET', `events?regarding=${Id}`)).body;
  expect(Items.map(({ Category }: { Category: string }) => Category)).toEqual([
    'Deleted',
    'Modified',
    'Created',
  ]);
}, 30_000);

it('refuses a target that cannot be, with all that is wrong', async () => {
  const { api } = await startOctopus();
  const post = async (change: object) => {
    const { status, body } = await api('POST', 'machines', {
      ...machine,
      ...change,
    });
    expect(status).toBe(400);
    return body.Errors;
  };
  expect(await post({ Name: 'SHOP-WEB-1' })).toEqual([
    "A machine with the name 'SHOP-WEB-1' already exists. Choose another name.",
  ]);
  expect(
    await post({
      EnvironmentIds: ['Environments-5'],
      MachinePolicyId: 'MachinePolicies-9',
    }),
  ).toEqual([
    'There is no environment Environments-5.',
    'There is no machine policy MachinePolicies-9.',
  ]);
  expect(await post({ Roles: [], EnvironmentIds: [] })).toHaveLength(2);
  expect(await post({ Endpoint: { ...ssh, AccountId: 'Accounts-3' } })).toEqual(
    ['The account cluster is none that logs in by SSH.'],
  );
  expect(
    await post({
      Endpoint: {
        CommunicationStyle: 'TentacleActive',
        Uri: 'https://x',
        Thumbprint: 'AB',
      },
    }),
  ).toEqual(['The address of a polling Tentacle begins with poll://.']);
  expect((await api('GET', 'machines?take=1')).body.TotalResults).toBe(11);
});

it('discovers nobody where nobody answers', async () => {
  const { api } = await startOctopus();
  const { status, body } = await api(
    'GET',
    'machines/discover?host=127.0.0.1&port=1&type=Ssh',
  );
  expect(status).toBe(400);
  expect(body.ErrorMessage).toContain('127.0.0.1:1');
});

it('finds parts of names, and whole names only where asked to', async () => {
  const { api } = await startOctopus();
  const names = async (query: string) =>
    (await api('GET', `machines?${query}`)).body.Items.map(
      ({ Name }: { Name: string }) => Name,
    );
  expect(await names('partialName=shop-web')).toEqual([
    'shop-web-1',
    'shop-web-2',
    'shop-web-dev',
    'shop-web-staging',
  ]);
  expect(await names('name=shop-web')).toEqual([]);
  expect(await names('name=Shop-Web-1')).toEqual(['shop-web-1']);
  expect(
    await names(
      'environmentIds=Environments-3&roles=web&healthStatuses=Unhealthy',
    ),
  ).toEqual(['shop-web-2']);
  expect(await names('ids=Machines-1,Machines-2&commStyles=Ssh')).toHaveLength(
    2,
  );
});

it('takes names of fields in any case and keeps spaces apart', async () => {
  const { api, send, endpoint } = await startOctopus();
  const made = await api('POST', 'machines', {
    name: 'web-9',
    environmentIDs: ['Environments-1'],
    ROLES: ['web'],
    endpoint: { communicationStyle: 'None' },
    skipInitialHealthCheck: true,
  });
  expect(made.status).toBe(201);
  const key = `${endpoint.apiKey}`;
  const elsewhere = await send(
    key,
    'GET',
    `/api/Spaces-2/machines/${made.body.Id}`,
  );
  expect(elsewhere.status).toBe(404);
  expect(
    (await send(key, 'GET', `/api/spaces/default/machines/${made.body.Id}`))
      .status,
  ).toBe(200);
  expect(
    (await send(key, 'GET', `/api/machines/${made.body.Id.toLowerCase()}`))
      .status,
  ).toBe(200);
  const { Items } = (await send(key, 'GET', '/api/Spaces-2/environments')).body;
  expect(Items).toMatchObject([{ Name: 'Development', Id: 'Environments-5' }]);
  expect((await send(key, 'GET', '/api/Spaces-9/environments')).status).toBe(
    404,
  );
});

it('gives pages with links to the others', async () => {
  const { api } = await startOctopus();
  const { body } = await api('GET', 'machines?skip=4&take=4');
  expect(body).toMatchObject({
    ItemType: 'Machine',
    TotalResults: 11,
    ItemsPerPage: 4,
    NumberOfPages: 3,
    LastPageNumber: 2,
  });
  expect(body.Items).toHaveLength(4);
  expect(body.Links['Page.Next']).toBe('/api/Spaces-1/machines?skip=8&take=4');
  expect(
    (await api('GET', 'machines?skip=8&take=4')).body.Links['Page.Next'],
  ).toBeUndefined();
  expect((await api('GET', 'tasks')).body.Items).toHaveLength(30);
  expect((await api('GET', 'machines?take=many')).status).toBe(400);
});

it('comes back empty on command, and with everything afterwards', async () => {
  const { api, fault, steer } = await startOctopus();
  for (const what of ['machines', 'projects', 'dashboard'])
    await fault({ kind: 'empty', what });
  expect((await api('GET', 'machines')).body).toMatchObject({
    TotalResults: 0,
    Items: [],
  });
  expect((await api('GET', 'projects/all')).body).toEqual([]);
  expect((await api('GET', 'dashboard')).body.Items).toEqual([]);
  await steer('DELETE', 'faults');
  expect((await api('GET', 'machines/all')).body).toHaveLength(11);
});
