import {
  Client,
  DeploymentRepository,
  EnvironmentRepository,
  ProjectRepository,
  ReleaseRepository,
  ServerTaskWaiter,
  SpaceServerTaskRepository,
  BuildInformationRepository,
  LifecycleRepository,
  ProjectGroupRepository,
  DeploymentProcessRepository,
} from '@octopusdeploy/api-client';
// Its index leaves this one out.
import { FeedRepository } from '@octopusdeploy/api-client/dist/features/feeds/feedRepository';
import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startOctopus } from './__testUtils__/server';

afterEach(removeTestSandboxes);

const space = 'Default';

async function connect(key: 'apiKey' | 'adminKey' = 'apiKey') {
  const octopus = await startOctopus({ systems: ['nexus', 'octopus'] });
  const client = await Client.create({
    userAgentApp: 'test',
    instanceURL: octopus.endpoint.url,
    apiKey: `${octopus.endpoint[key]}`,
  });
  return { octopus, client };
}

it("serves what the vendor's own client asks for to release, deploy and wait", async () => {
  const { client } = await connect();
  const release = await new ReleaseRepository(client, space).create({
    spaceName: space,
    ProjectName: 'Billing',
    ReleaseVersion: '2.11.1-rc.1',
    PackageVersion: '2.11.0',
    ReleaseNotes: 'By the client',
  });
  expect(release.ReleaseVersion).toBe('2.11.1-rc.1');

  const deployments = new DeploymentRepository(client, space);
  const { DeploymentServerTasks } = await deployments.create({
    spaceName: space,
    ProjectName: 'Billing',
    ReleaseVersion: release.ReleaseVersion,
    EnvironmentNames: ['Development'],
  });
  const [{ DeploymentId, ServerTaskId }] = DeploymentServerTasks;
  const waiter = new ServerTaskWaiter(client, space);
  const task = await waiter.waitForServerTaskToComplete(
    ServerTaskId,
    20,
    20_000,
  );
  expect(task).toMatchObject({
    IsCompleted: true,
    State: 'Success',
    FinishedSuccessfully: true,
    Description: 'Deploy Billing release 2.11.1-rc.1 to Development',
  });
  expect(await deployments.get(DeploymentId)).toMatchObject({
    TaskId: ServerTaskId,
    EnvironmentId: 'Environments-1',
  });
  const tasks = new SpaceServerTaskRepository(client, space);
  const { ActivityLogs } = await tasks.getDetails(ServerTaskId);
  expect(ActivityLogs[0].Children.map(({ Name }) => Name)).toContain(
    'Step 1: Deploy billing',
  );
  expect(await tasks.getRaw(ServerTaskId)).toContain('(pretended)');
  const { Items } = await deployments.list({
    projects: ['Projects-2'],
    environments: ['Environments-1'],
    take: 1,
  });
  expect(Items[0].Id).toBe(DeploymentId);
}, 30_000);

it("serves the lists of the vendor's own client", async () => {
  const { client } = await connect('adminKey');
  const names = (list: { Items: { Name: string }[] }) =>
    list.Items.map(({ Name }) => Name);
  const environments = new EnvironmentRepository(client, space);
  // Parts of names are found, as by the real server.
  expect(
    names(await environments.list({ partialName: 'Development' })),
  ).toEqual(['Development', 'Development 2']);
  expect((await environments.get('Environments-3')).Name).toBe('Production');
  const made = await environments.create({ Name: 'Later' });
  expect(made).toMatchObject({ Name: 'Later', Slug: 'later', SortOrder: 4 });
}, 30_000);

it('answers what a project consists of', async () => {
  const { client } = await connect();
  const projects = new ProjectRepository(client, space);
  const { Items } = await projects.list({ partialName: 'shop' });
  expect(Items.map(({ Slug }) => Slug)).toEqual(['shop']);
  const process = await new DeploymentProcessRepository(client, space).get(
    Items[0],
  );
  expect(process.Steps.map(({ Name }) => Name)).toEqual([
    'Approve production',
    'Deploy shop',
    'Roll out storefront',
  ]);
  const releases = await new ReleaseRepository(client, space).listForProject(
    'Projects-1',
    { searchByVersion: '1.11', take: 5 },
  );
  expect(releases.Items.map(({ Version }) => Version)).toEqual(['1.11.0']);
  const feeds = await new FeedRepository(client, space).list({ take: 10 });
  expect(feeds.Items.map(({ Name }) => Name)).toContain('Nexus Maven');
  const lifecycles = await new LifecycleRepository(client, space).list({
    take: 9,
  });
  expect(lifecycles.Items.map(({ Name }) => Name)).toEqual([
    'Default Lifecycle',
    'Hotfix',
  ]);
  const groups = await new ProjectGroupRepository(client, space).list({
    take: 9,
  });
  expect(groups.Items).toHaveLength(3);
  await new BuildInformationRepository(client, space).push(
    {
      spaceName: space,
      BuildEnvironment: 'GitHub Actions',
      BuildNumber: '7',
      BuildUrl: 'https://ci.example/7',
      Branch: 'main',
      VcsType: 'Git',
      VcsRoot: 'https://git.example/shop',
      VcsCommitNumber: 'abc123',
      Commits: [{ Id: 'abc123', Comment: 'Fix it' }],
      Packages: [{ Id: 'com.example:shop', Version: '1.11.0' }],
    },
    'OverwriteExisting' as never,
  );
  const release = await new ReleaseRepository(client, space).get(
    releases.Items[0].Id,
  );
  expect(release).toMatchObject({
    BuildInformation: [
      { PackageId: 'com.example:shop', VcsCommitNumber: 'abc123' },
    ],
  });
}, 30_000);
