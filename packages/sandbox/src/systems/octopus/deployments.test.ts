import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startOctopus } from './__testUtils__/server';

afterEach(removeTestSandboxes);

type Octopus = Awaited<ReturnType<typeof startOctopus>>;

async function release(
  { api }: Octopus,
  version: string,
  more: Record<string, unknown> = {},
) {
  const { body } = await api('POST', 'releases', {
    ProjectId: 'Projects-2',
    Version: version,
    SelectedPackages: [{ ActionName: 'Deploy billing', Version: '2.11.0' }],
    ...more,
  });
  return body;
}

const deploy = (
  { api }: Octopus,
  ReleaseId: string,
  number: number,
  more: Record<string, unknown> = {},
) =>
  api('POST', 'deployments', {
    ReleaseId,
    EnvironmentId: `Environments-${number}`,
    ...more,
  });

it('lets a release go where its phases lead, and no further', async () => {
  const octopus = await startOctopus({ systems: ['nexus', 'octopus'] });
  const { Id } = await release(octopus, '3.0.0');
  expect(await deploy(octopus, Id, 2)).toMatchObject({
    status: 400,
    body: {
      ErrorMessage:
        "Release 3.0.0 of Billing cannot be deployed to Staging: the lifecycle 'Default Lifecycle' demands that the phase 'Development' is completed first.",
    },
  });
  expect((await deploy(octopus, Id, 4)).body.ErrorMessage).toContain(
    "the lifecycle 'Default Lifecycle' does not have this environment",
  );
  const first = await deploy(octopus, Id, 1, { Comments: 'nante:7' });
  expect(first).toMatchObject({
    status: 201,
    body: { Comments: 'nante:7', DeployedBy: 'Nante', UseGuidedFailure: false },
  });
  expect((await octopus.ended(first.body.TaskId)).State).toBe('Success');
  const progression = await octopus.api('GET', `releases/${Id}/progression`);
  expect(progression.body).toMatchObject({
    Phases: [
      { Name: 'Development', Progress: 'Complete' },
      { Name: 'Staging', Progress: 'Current' },
      { Name: 'Production', Progress: 'Pending' },
    ],
    NextDeployments: ['Environments-2'],
  });
  expect((await deploy(octopus, Id, 2)).status).toBe(201);
  expect((await deploy(octopus, Id, 3)).status).toBe(400);
  // Where it has been it may go again.
  expect((await deploy(octopus, Id, 1)).status).toBe(201);
}, 30_000);

it('takes the lifecycle of the channel', async () => {
  const octopus = await startOctopus();
  const { api } = octopus;
  const packages = ['Deploy shop', 'Roll out storefront'].flatMap(
    ActionName => [
      { ActionName, Version: '1.11.0' },
      { ActionName, PackageReferenceName: 'web', Version: '1.11.0' },
    ],
  );
  const { body } = await api('POST', 'releases', {
    ProjectId: 'Projects-1',
    ChannelId: 'Channels-2',
    Version: '1.11.1-hotfix',
    SelectedPackages: packages,
  });
  expect((await deploy(octopus, body.Id, 1)).status).toBe(400);
  expect((await deploy(octopus, body.Id, 2)).status).toBe(201);
});

it('keeps a release with a defect where it is', async () => {
  const octopus = await startOctopus();
  const { api, admin } = octopus;
  const { Items } = (await api('GET', 'projects/billing/releases?take=1')).body;
  const path = `releases/${Items[0].Id}`;
  await admin('POST', `${path}/defects`, { Description: 'It loses invoices' });
  expect(await deploy(octopus, Items[0].Id, 2)).toMatchObject({
    status: 400,
    body: { ErrorMessage: expect.stringContaining('unresolved defect') },
  });
  expect(
    (await api('GET', 'projects/billing/progression')).body.Releases[0],
  ).toMatchObject({
    HasUnresolvedDefect: true,
    NextDeployments: [],
  });
  expect((await deploy(octopus, Items[0].Id, 1)).status).toBe(201);
  await admin('POST', `${path}/defects/resolve`);
  expect(
    (await api('GET', `${path}/progression`)).body.NextDeployments,
  ).toContain('Environments-2');
});

it('refuses deployments while a freeze holds', async () => {
  const octopus = await startOctopus();
  const { api, admin, fault, steer, send, endpoint } = octopus;
  await fault({ kind: 'freeze', environments: ['Development'] });
  const { Items } = (await api('GET', 'projects/billing/releases?take=1')).body;
  const frozen = await deploy(octopus, Items[0].Id, 1);
  expect(frozen).toMatchObject({
    status: 400,
    body: {
      ErrorMessage: expect.stringContaining(
        "the deployment freeze 'Freeze by a fault of the sandbox' holds until",
      ),
    },
  });
  expect(
    (await api('GET', '../deploymentfreezes')).body.DeploymentFreezes,
  ).toHaveLength(1);
  await steer('DELETE', 'faults');

  const key = `${endpoint.adminKey}`;
  const hour = 3_600_000;
  const at = (later: number) => new Date(Date.now() + later).toISOString();
  const freeze = {
    Name: 'Holidays',
    Start: at(-hour),
    End: at(hour),
    ProjectEnvironmentScope: { 'Projects-2': ['Environments-1'] },
  };
  await send(key, 'POST', '/api/deploymentfreezes', freeze);
  await send(key, 'POST', '/api/deploymentfreezes', {
    ...freeze,
    Name: 'Over',
    Start: at(-2 * hour),
    End: at(-hour),
  });
  expect((await deploy(octopus, Items[0].Id, 1)).body.ErrorMessage).toContain(
    "'Holidays'",
  );
  const named = (more: object) =>
    api('POST', 'deployments/create/untenanted/v1', {
      spaceIdOrName: 'Default',
      projectName: 'billing',
      releaseVersion: Items[0].Version,
      environmentNames: ['development'],
      ...more,
    });
  expect((await named({})).status).toBe(400);
  expect(
    (
      await named({
        deploymentFreezeNames: ['Holidays'],
        deploymentFreezeOverrideReason: 'Urgent',
      })
    ).status,
  ).toBe(200);
  expect((await admin('GET', '../deploymentfreezes')).body.Count).toBe(1);
  expect(
    (await admin('GET', '../deploymentfreezes?includeComplete=true')).body
      .Count,
  ).toBe(2);
});

it('makes releases with any version that can be read, each once', async () => {
  const octopus = await startOctopus();
  for (const version of [
    '2026.11.26-main.7+build_5',
    'v1',
    'final_build.8',
    '1.0.0.0',
  ])
    expect((await release(octopus, version)).Version).toBe(version);
  expect(await release(octopus, 'V1')).toMatchObject({
    Errors: [expect.stringContaining('already exists')],
  });
  expect((await release(octopus, 'one two')).Errors[0]).toContain(
    'is not a version',
  );
  expect(
    (await release(octopus, '4.0.0', { SelectedPackages: [] })).Errors,
  ).toEqual([
    "Package version is missing for the step 'Deploy billing', package com.example:billing.",
  ]);
});

it('chooses the packages of a release as the executions API does', async () => {
  const { api } = await startOctopus({ systems: ['nexus', 'octopus'] });
  const create = (more: object) =>
    api('POST', 'releases/create/v1', {
      spaceIdOrName: 'Default',
      projectName: 'Billing',
      ...more,
    });
  const packageOf = async (id: string) =>
    (await api('GET', `releases/${id}`)).body.SelectedPackages[0].Version;
  const newest = (await create({})).body;
  expect(newest.ReleaseVersion).toBe('2.11.1');
  expect(await packageOf(newest.ReleaseId)).toBe('2.11.0');
  const chosen = async (version: string, packages: string[]) =>
    packageOf(
      (await create({ releaseVersion: version, packages })).body.ReleaseId,
    );
  expect(await chosen('3.1', ['Deploy billing:2.3.0'])).toBe('2.3.0');
  expect(await chosen('3.2', ['com.example:billing:2.4.0'])).toBe('2.4.0');
  expect(await chosen('3.3', ['*:2.5.0'])).toBe('2.5.0');
  const again = { releaseVersion: '3.3', packageVersion: '2.0.0' };
  expect((await create(again)).status).toBe(400);
  const same = await create({ ...again, ignoreIfAlreadyExists: true });
  expect(same.body.ReleaseVersion).toBe('3.3');
  expect(await packageOf(same.body.ReleaseId)).toBe('2.5.0');
  expect((await create({ projectName: 'Bill' })).body.Errors[0]).toContain(
    "Could not find the project 'Bill'",
  );
  // Nexus has nothing of hello.
  expect((await create({ projectName: 'Hello' })).body.Errors).toEqual([
    "Package version is missing for the step 'Deploy hello', package com.example:hello.",
  ]);
}, 30_000);

it('keeps the process that a release was made with', async () => {
  const { api } = await startOctopus();
  const process = (await api('GET', 'projects/billing/deploymentprocesses'))
    .body;
  const steps = [
    ...process.Steps,
    { Name: 'Say', Actions: [{ Name: 'Say', ActionType: 'Octopus.Script' }] },
  ];
  const path = `deploymentprocesses/${process.Id}`;
  expect(
    (await api('PUT', path, { ...process, Steps: steps })).body.Version,
  ).toBe(2);
  expect((await api('PUT', path, { ...process, Steps: [] })).status).toBe(409);
  const { Items } = (await api('GET', 'projects/billing/releases?take=1')).body;
  const snapshot = Items[0].ProjectDeploymentProcessSnapshotId;
  expect(
    (await api('GET', `deploymentprocesses/${snapshot}`)).body.Steps,
  ).toHaveLength(1);
  expect(
    (
      await api('PUT', `deploymentprocesses/${snapshot}`, {
        Version: 1,
        Steps: [],
      })
    ).status,
  ).toBe(404);
  const twice = [steps[0], { ...steps[0], Id: undefined }];
  expect(
    (await api('PUT', path, { Version: 2, Steps: twice })).body.Errors[0],
  ).toContain('two steps');
});

it('shows one cell for each project and environment, with the last success behind a failure', async () => {
  const { api } = await startOctopus();
  const { Items, Projects, Environments } = (await api('GET', 'dashboard'))
    .body;
  expect(Environments).toHaveLength(4);
  expect(Projects).toHaveLength(4);
  const cell = (project: string, environment: number) =>
    Items.filter(
      (item: { ProjectId: string; EnvironmentId: string }) =>
        item.ProjectId === project &&
        item.EnvironmentId === `Environments-${environment}`,
    );
  expect(cell('Projects-1', 2)).toMatchObject([
    {
      ReleaseVersion: '1.11.0',
      State: 'Failed',
      IsCurrent: true,
      IsPrevious: false,
    },
    {
      ReleaseVersion: '1.10.0',
      State: 'Success',
      IsCurrent: false,
      IsPrevious: true,
    },
  ]);
  expect(cell('Projects-1', 3)).toMatchObject([
    {
      ReleaseVersion: '1.10.0',
      State: 'Executing',
      HasPendingInterruptions: true,
    },
    { ReleaseVersion: '1.9.0', State: 'Success' },
  ]);
  expect(cell('Projects-2', 1)).toMatchObject([
    { ReleaseVersion: '2.11.0', IsCurrent: true },
  ]);
  expect(cell('Projects-3', 1)).toEqual([]);
});

it('lets a person answer what a seeded deployment waits for', async () => {
  const { api, as, ended } = await startOctopus({
    systems: ['nexus', 'octopus'],
  });
  const { Items } = (await api('GET', 'interruptions?pendingOnly=true')).body;
  const [{ Id, TaskId }] = Items;
  expect(Items[0]).toMatchObject({
    CanTakeResponsibility: true,
    HasResponsibility: false,
  });
  const submit = (answer: object) =>
    api('POST', `interruptions/${Id}/submit`, answer);
  expect((await submit({ Result: 'Proceed' })).status).toBe(403);
  expect(
    (await api('PUT', `interruptions/${Id}/responsible`)).body.Username,
  ).toBe('nante');
  expect(
    (await as('limitedKey')('PUT', `interruptions/${Id}/responsible`)).status,
  ).toBe(409);
  expect(
    (await submit({ Result: 'Proceed', Notes: 'Looked at it' })).body,
  ).toMatchObject({
    IsPending: false,
    Form: { Values: { Result: 'Proceed', Notes: 'Looked at it' } },
  });
  expect((await submit({ Result: 'Proceed' })).status).toBe(409);
  expect((await ended(TaskId)).State).toBe('Success');
  const { body } = await api('GET', `events?regarding=${TaskId}&take=2`);
  expect(body.Items[0]).toMatchObject({ Category: 'DeploymentSucceeded' });
}, 30_000);

it('lets tasks hang by a fault, until they are cancelled or it is taken back', async () => {
  const octopus = await startOctopus({ systems: ['nexus', 'octopus'] });
  const { api, fault, steer, ended } = octopus;
  await fault({ kind: 'task-hangs' });
  const { Items } = (await api('GET', 'projects/billing/releases?take=1')).body;
  const first = (await deploy(octopus, Items[0].Id, 1)).body.TaskId;
  const second = (await deploy(octopus, Items[0].Id, 2)).body.TaskId;
  await new Promise(resolve => setTimeout(resolve, 100));
  expect((await api('GET', `tasks?ids=${first},${second}`)).body).toMatchObject(
    {
      TotalResults: 2,
      Items: [
        { IsCompleted: false },
        { IsCompleted: false, State: 'Executing' },
      ],
    },
  );
  await api('POST', `tasks/${first}/cancel`);
  expect(await ended(first)).toMatchObject({
    State: 'Canceled',
    FinishedSuccessfully: false,
  });
  await steer('DELETE', 'faults');
  expect((await ended(second)).State).toBe('Success');
  expect((await api('POST', `tasks/${second}/cancel`)).status).toBe(409);
}, 30_000);

it('answers all tasks to who asks for none in particular', async () => {
  const { api } = await startOctopus();
  expect((await api('GET', 'tasks?ids=')).body.TotalResults).toBe(62);
  expect(
    (await api('GET', 'tasks?ids=ServerTasks-9999')).body.TotalResults,
  ).toBe(0);
  const { Items } = (await api('GET', 'tasks?states=Failed')).body;
  expect(Items).toMatchObject([
    { State: 'Failed', FinishedSuccessfully: false },
  ]);
});
