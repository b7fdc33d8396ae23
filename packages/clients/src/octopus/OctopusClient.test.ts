import type { SystemEndpoint } from '@nante/sandbox';
import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { createOctopusClient } from './OctopusClient';
import { startFakeOctopus } from './__testUtils__/fakeOctopus';
import type { NewMachine, OctopusApi } from './types';

jest.setTimeout(60_000);

let system: TestSystem;
let endpoint: SystemEndpoint;
let api: OctopusApi;
const clientWith = (key: string, space = 'Default') =>
  createOctopusClient({
    ...{ url: endpoint.url, apiKey: String(endpoint[key]), space },
    requestsPerMinute: 190,
  });
beforeAll(async () => {
  system = await startSystem('octopus');
  ({ endpoint } = system);
  api = clientWith('apiKey');
});
afterAll(() => system?.stop());
afterEach(() => system.clearFaults());

/** Requests that an act makes, by method and path. */
async function requestsOf(act: () => Promise<unknown>) {
  const url = `${endpoint.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  const { byRoute } = (await (await fetch(url)).json()) as {
    byRoute: Record<string, number>;
  };
  return byRoute;
}

const failureOf = (act: Promise<unknown>) =>
  act.then(
    () => undefined,
    error => error,
  );

describe('names', () => {
  it('are compared as a whole and with their case', async () => {
    const environments = await api.environments();
    expect(environments.map(({ name }) => name)).toEqual([
      ...['Development', 'Staging', 'Production', 'Development 2'],
    ]);
    expect((await api.findProject('Shop'))?.slug).toBe('shop');
    // A slug and an id are names too; a part, or another case, is none.
    const { id } = (await api.findProject('shop'))!;
    expect((await api.findProject(id))?.name).toBe('Shop');
    for (const name of ['Sho', 'SHOP', 'sHop', 'shop/../hello', ''])
      expect(await api.findProject(name)).toBeUndefined();
    expect((await api.findMachine('till-7'))?.host).toBeDefined();
    for (const name of ['till', 'Till-7'])
      expect(await api.findMachine(name)).toBeUndefined();
    const { id: releases } = (await api.findProject('Legacy'))!;
    expect((await api.findRelease(releases, '2024.11-r2'))?.version).toBe(
      '2024.11-r2',
    );
    expect(await api.findRelease(releases, '2024.11')).toBeUndefined();
  });

  it('of another space are not of this one', async () => {
    const copy = clientWith('apiKey', 'Default Copy');
    const [here, there] = await Promise.all([
      api.environments(),
      copy.environments(),
    ]);
    expect(there.map(({ name }) => name)).toContain('Development');
    const ids = here.map(({ id }) => id);
    expect(there.some(({ id }) => ids.includes(id))).toBe(false);
    expect(await copy.findProject('Shop')).toBeUndefined();
    expect((await copy.checkAccess()).spaceName).toBe('Default Copy');
  });

  it('of ids that are none lead nowhere else', async () => {
    const calls = await requestsOf(async () => {
      for (const id of ['../users/me', 'a/b', 'a..b', '', '{id}', '?x=1']) {
        expect(await failureOf(api.release(id))).toMatchObject({
          code: 'not-found',
        });
        expect(await failureOf(api.task(id))).toMatchObject({
          code: 'not-found',
        });
      }
    });
    expect(calls).toEqual({});
  });
});

describe('a key', () => {
  it('is asked what it may do', async () => {
    const access = await api.checkAccess();
    expect(access).toMatchObject({ spaceId: 'Spaces-1', spaceName: 'Default' });
    expect(access.permissions).toEqual([...access.permissions].sort());
    expect(access.permissions).toEqual(
      expect.arrayContaining(['MachineCreate', 'DeploymentCreate']),
    );
    const limited = (await clientWith('limitedKey').checkAccess()).permissions;
    expect(limited).not.toContain('DeploymentCreate');
  });

  it('that has expired is said', async () => {
    expect(
      await failureOf(clientWith('expiredKey').environments()),
    ).toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('OCTOPUS_API_KEY'),
    });
  });
});

describe('lists', () => {
  it('come in pages of a thousand, never item by item', async () => {
    const answer = await fetch(`${endpoint.control}/company`, {
      method: 'POST',
      body: JSON.stringify({
        projects: 1_200,
        machines: 2_100,
        deployments: 0,
      }),
    });
    expect(answer.ok).toBe(true);
    let counts: number[] = [];
    const calls = await requestsOf(async () => {
      const [projects, machines] = await Promise.all([
        api.projects(),
        api.machines(),
      ]);
      counts = [projects, machines].map(
        list => new Set(list.map(({ id }) => id)).size,
      );
      const { projects: shown } = await api.dashboard();
      counts.push(shown.length);
    });
    expect(counts).toEqual([1_204, expect.any(Number), 1_204]);
    expect(counts[1]).toBeGreaterThan(2_100);
    expect(Object.values(calls).reduce((sum, one) => sum + one, 0)).toBe(6);
  });

  it('of no tasks are no question: Octopus would answer all there are', async () => {
    expect(await requestsOf(() => api.tasks([]))).toEqual({});
    const { items } = await api.deployments({ take: 3 });
    const tasks = await api.tasks(items.map(({ taskId }) => taskId));
    expect(tasks).toHaveLength(3);
  });

  it('that are empty are empty', async () => {
    await system.fault({ kind: 'empty', what: 'machines' });
    expect(await api.machines()).toEqual([]);
  });

  it('of what runs tell the newest attempt from the last success', async () => {
    const { items, previousItems, environmentsOf } = await api.dashboard();
    const shop = (await api.findProject('Shop'))!;
    const at = (list: typeof items) =>
      list.find(
        item =>
          item.projectId === shop.id && item.environmentId === 'Environments-2',
      );
    expect(at(items)).toMatchObject({ state: 'Failed' });
    expect(at(previousItems)).toMatchObject({ state: 'Success' });
    expect(environmentsOf[shop.id]).toContain('Environments-3');
    const { releases } = await api.progression(shop.id);
    expect(releases[0].release.version).toBe(at(items)?.releaseVersion);
  });

  it('of deployments may name several states', async () => {
    const { id: projectId } = (await api.findProject('Shop'))!;
    const query = { projectId, take: 1_000 };
    const [failed, good, both] = await Promise.all([
      api.deployments({ ...query, states: ['Failed'] }),
      api.deployments({ ...query, states: ['Success'] }),
      api.deployments({ ...query, states: ['Failed', 'Success'] }),
    ]);
    expect(failed.total).toBeGreaterThan(0);
    expect(both.total).toBe(failed.total + good.total);
    const times = both.items.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });
});

describe('a target', () => {
  const machine = (change: Partial<NewMachine> = {}): NewMachine => ({
    ...{ name: 'web-9.dev.shop', environmentIds: ['Environments-1'] },
    roles: ['web'],
    endpoint: {
      ...{ style: 'listening', host: '10.30.0.99', port: 10933 },
      thumbprint: 'AB12',
    },
    ...change,
  });

  it('is made, changed where it is asked for and nowhere else, and removed', async () => {
    const made = await api.createMachine(machine());
    expect(made).toMatchObject({
      ...{ style: 'listening', host: '10.30.0.99', port: 10933 },
      ...{ thumbprint: 'AB12', roles: ['web'] },
    });
    const changed = await api.updateMachine(made.id, { roles: ['api', 'web'] });
    expect({ ...changed, health: '', healthSummary: '' }).toEqual({
      ...{ ...made, roles: ['api', 'web'], health: '', healthSummary: '' },
    });
    expect(await api.findMachine('web-9.dev.shop')).toMatchObject({
      id: made.id,
    });
    await api.deleteMachine(made.id);
    await api.deleteMachine(made.id);
    expect(await api.machine(made.id)).toBeUndefined();
  });

  it('of each style is reached as it was said', async () => {
    const accounts = await api.accounts();
    const of = (name: string) => accounts.find(one => one.name === name)!.id;
    const endpoints: NewMachine['endpoint'][] = [
      {
        ...{ style: 'ssh', host: '2001:db8::1', port: 2222 },
        ...{ fingerprint: 'SHA256:x', accountId: of('automation-ops') },
      },
      { style: 'polling', pollingId: 'poll://abc/', thumbprint: 'CD34' },
      {
        ...{ style: 'kubernetes', url: 'https://k3s.example.com:6443' },
        ...{ namespace: 'shop', accountId: of('cluster') },
      },
    ];
    const read = [];
    for (const one of endpoints) {
      const name = `style-${one.style}`;
      const made = await api.createMachine(machine({ name, endpoint: one }));
      read.push(made);
      await api.deleteMachine(made.id);
    }
    expect(read).toMatchObject([
      {
        ...{ style: 'ssh', host: '2001:db8::1', port: 2222 },
        ...{ thumbprint: 'SHA256:x', accountId: of('automation-ops') },
      },
      { style: 'polling', pollingId: 'poll://abc/', thumbprint: 'CD34' },
      {
        ...{ style: 'kubernetes', host: 'k3s.example.com', port: 6443 },
        accountId: of('cluster'),
      },
    ]);
  });

  it('without a name is never checked: all would be', async () => {
    expect(await failureOf(api.checkHealth([]))).toMatchObject({
      code: 'invalid-input',
    });
  });

  it('keeps what we do not know of it when it is changed', async () => {
    const fake = await startFakeOctopus();
    try {
      const there = {
        ...{ Id: 'Machines-1', Name: 'web-1', EnvironmentIds: [], Roles: [] },
        Endpoint: {
          ...{ CommunicationStyle: 'TentaclePassive', ProxyId: 'Proxies-1' },
          ...{ Uri: 'https://192.0.2.1:10933/', Thumbprint: 'AB' },
        },
        FieldOfTomorrow: { a: 1 },
      };
      fake.on('GET /api/Spaces-1/machines/Machines-1', { json: there });
      fake.on('PUT /api/Spaces-1/machines/Machines-1', { json: there });
      const client = createOctopusClient({
        ...{ url: fake.url, apiKey: 'API-1', space: 'Default' },
      });
      await client.updateMachine('Machines-1', {
        roles: ['web'],
        endpoint: {
          ...{ style: 'listening', host: '192.0.2.2', port: 10933 },
          thumbprint: 'CD',
        },
      });
      expect(fake.seen.at(-1)?.body).toEqual({
        ...{ ...there, Roles: ['web'] },
        Endpoint: {
          ...there.Endpoint,
          ...{ Uri: 'https://192.0.2.2:10933/', Thumbprint: 'CD' },
        },
      });
    } finally {
      await fake.stop();
    }
  });
});

it('pages are where people find them', async () => {
  expect(await api.pageUrl('tasks', 'ServerTasks-1')).toBe(
    `${endpoint.url}/app#/Spaces-1/tasks/ServerTasks-1`,
  );
  expect(await api.pageUrl('releases', 'shop', '1.0+a/b')).toBe(
    `${endpoint.url}/app#/Spaces-1/projects/shop/deployments/releases/1.0%2Ba%2Fb`,
  );
});
