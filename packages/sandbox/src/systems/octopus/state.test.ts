import { join } from 'node:path';
import {
  removeTestSandboxes,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import { startOctopus } from './__testUtils__/server';
import { OctopusState } from './state';

afterEach(removeTestSandboxes);

it('keeps what was made between starts, and goes back to the seed', async () => {
  const first = await startOctopus();
  const group = { Name: 'Kept' };
  expect((await first.api('POST', 'projectgroups', group)).status).toBe(201);
  const before = (await first.api('GET', 'projects/all')).body;
  await first.sandbox.stop();

  const second = await startOctopus({ dataDir: first.dataDir });
  const names = async () =>
    (await second.api('GET', 'projectgroups/all')).body.map(
      ({ Name }: { Name: string }) => Name,
    );
  expect(await names()).toContain('Kept');
  expect(second.endpoint.apiKey).toBe(first.endpoint.apiKey);
  expect(second.endpoint.serverThumbprint).toBe(
    first.endpoint.serverThumbprint,
  );
  await second.steer('POST', 'reset');
  expect(await names()).toEqual([
    'Commerce',
    'Default Project Group',
    'Platform',
  ]);
  expect((await second.api('GET', 'projects/all')).body).toEqual(before);
}, 30_000);

it('points the feeds to the Nexus of this start', async () => {
  const { sandbox, api } = await startOctopus({
    systems: ['nexus', 'octopus'],
  });
  const { body } = await api('GET', 'feeds/Feeds-1001');
  expect(body.FeedUri).toBe(
    `${sandbox.endpoints.nexus?.url}/repository/maven-releases/`,
  );
  const versions = async (feed: string, name: string) =>
    (
      await api(
        'GET',
        `feeds/${feed}/packages/versions?packageId=${name}&take=2`,
      )
    ).body.Items.map(({ Version }: { Version: string }) => Version);
  expect(await versions('Feeds-1001', 'com.example:shop')).toEqual([
    '1.11.0',
    '1.10.0',
  ]);
  expect(await versions('Feeds-1002', 'docker-hosted/shop/web')).toEqual([
    '1.11.0',
    '1.10.0',
  ]);
  expect(await versions('Feeds-1003', 'shop')).toEqual(['1.11.0', '1.10.0']);
  expect(await versions('Feeds-1001', 'com.example:nobody')).toEqual([]);
}, 30_000);

it('says so when a feed does not answer', async () => {
  const { api } = await startOctopus();
  const { status, body } = await api(
    'GET',
    'feeds/Feeds-1001/packages/versions?packageId=a:b',
  );
  expect(status).toBe(400);
  expect(body.ErrorMessage).toContain(
    "The feed 'Nexus Maven' could not be read",
  );
});

it('takes a large company in seconds', async () => {
  const { api, steer } = await startOctopus();
  const started = performance.now();
  const size = { projects: 1000, machines: 5000, deployments: 20_000 };
  const response = await steer('POST', 'company', size);
  const seconds = (performance.now() - started) / 1000;
  expect(await response.json()).toMatchObject({
    projects: 1004,
    machines: 5011,
    deployments: 20_062,
  });
  expect(seconds).toBeLessThan(20);
  const { body } = await api('GET', 'dashboard');
  expect(body).toMatchObject({ ProjectLimit: 200, IsFiltered: true });
  expect(body.Projects).toHaveLength(200);
  const all = (await api('GET', 'dashboard?showAll=true')).body;
  expect(all.Projects).toHaveLength(1004);
  expect(all.Items.length).toBeGreaterThan(3000);
  const page = (await api('GET', 'machines?skip=4000&take=1000')).body;
  expect(page.Items).toHaveLength(1000);
  expect(
    await (await steer('POST', 'company', { projects: 0 })).json(),
  ).toMatchObject({
    error: expect.stringContaining('whole numbers'),
  });
}, 60_000);

it('never gives an id twice, and survives a process that dies', async () => {
  const file = join(await temporaryFolder(), 'octopus.sqlite');
  const state = new OctopusState(file);
  const group = {
    SpaceId: 'Spaces-1',
    Name: 'One',
    Slug: 'one',
    Description: '',
  };
  const first = state.insert('projectgroups', 'ProjectGroups', group);
  state.remove('projectgroups', first.Id);
  // A second one on the same file sees what the first never closed.
  const other = new OctopusState(file);
  expect(other.all('projectgroups')).toEqual([]);
  expect(other.insert('projectgroups', 'ProjectGroups', group).Id).toBe(
    'ProjectGroups-2',
  );
  expect(() =>
    other.batch(() => {
      other.insert('projectgroups', 'ProjectGroups', group);
      throw new Error('half way');
    }),
  ).toThrow('half way');
  expect(other.all('projectgroups')).toHaveLength(1);
  state.close();
  other.close();
});
