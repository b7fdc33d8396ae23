import type { Reply, startOctopus } from './server';

type Octopus = Awaited<ReturnType<typeof startOctopus>>;

/** An answer, with the call of the vendor's document that it belongs to. */
export interface Answered extends Reply {
  call: string;
}

/** Asks every route of the stand-in at least once, as an administrator. */
export async function walkThroughAllRoutes(
  { send, endpoint, ended, fault, steer }: Octopus,
  answered: (answer: Answered) => void,
): Promise<void> {
  /** Fills the parts in braces in their order. */
  async function ask(
    call: string,
    values: string[] = [],
    options: { query?: string; body?: unknown } = {},
  ) {
    const [method, pattern] = call.split(' ');
    const left = [...values];
    const path = pattern
      .replace('{spaceId}', 'Spaces-1')
      .replace(/\{\w+\}/g, () => encodeURIComponent(left.shift() ?? ''));
    const reply = await send(
      `${endpoint.adminKey}`,
      method,
      `/api${path === '/' ? '' : path}${options.query ?? ''}`,
      options.body,
    );
    answered({ call, ...reply });
    return reply.body;
  }
  const list = async (path: string, query?: string) => {
    await ask(`GET /{spaceId}/${path}`, [], { query: '?take=100' });
    await ask(`GET /{spaceId}/${path}/all`, [], { query });
  };

  await ask('GET /');
  await ask('GET /{spaceId}');
  await ask('GET /spaces');
  await ask('GET /spaces/all');
  await ask('GET /spaces/{id}', ['Spaces-1']);
  await ask('GET /spaces/{id}', ['Spaces-99']);
  await ask('GET /users/me');
  await ask('GET /{spaceId}/users/{id}/permissions', ['Users-1']);
  await ask('GET /configuration/certificates/{id}', ['certificate-global']);
  await ask('GET /octopusservernodes/ping');

  await list('environments');
  await ask('GET /{spaceId}/environments/{id}', ['Environments-1']);
  await ask('GET /{spaceId}/environments/{id}/machines', ['Environments-1']);
  const environment = await ask('POST /{spaceId}/environments', [], {
    body: { Name: 'Test' },
  });
  await ask('PUT /{spaceId}/environments/{environmentId}', [environment.Id], {
    body: { ...environment, Description: 'For tests' },
  });
  await ask('DELETE /{spaceId}/environments/{id}', [environment.Id]);
  await list('lifecycles');
  await ask('GET /{spaceId}/lifecycles/{id}', ['Lifecycles-1']);
  await ask('GET /{spaceId}/lifecycles/{id}/projects', ['Lifecycles-1']);
  await ask('POST /{spaceId}/lifecycles', [], {
    body: {
      Name: 'Short',
      Phases: [{ Name: 'All', OptionalDeploymentTargets: ['Environments-1'] }],
    },
  });
  await list('projectgroups');
  await ask('GET /{spaceId}/projectgroups/{id}', ['ProjectGroups-2']);
  await ask('GET /{spaceId}/projectgroups/{id}/projects', ['ProjectGroups-2']);
  await ask('POST /{spaceId}/projectgroups', [], { body: { Name: 'More' } });

  await list('machinepolicies');
  await ask('GET /{spaceId}/machinepolicies/{id}', ['MachinePolicies-1']);
  await ask('GET /{spaceId}/machinepolicies/{id}/machines', [
    'MachinePolicies-1',
  ]);
  await ask('POST /{spaceId}/machinepolicies', [], {
    body: { Name: 'Patient' },
  });
  await list('accounts');
  await ask('GET /{spaceId}/accounts/{id}', ['Accounts-1']);
  const secret = { HasValue: true, NewValue: 'not so secret' };
  const account = await ask('POST /{spaceId}/accounts', [], {
    body: { AccountType: 'Token', Name: 'other', Token: secret },
  });
  await ask('DELETE /{spaceId}/accounts/{id}', [account.Id]);
  await ask('POST /{spaceId}/certificates', [], {
    body: { Name: 'cluster', CertificateData: secret },
  });
  await list('certificates');
  await ask('GET /{spaceId}/certificates/{id}', ['Certificates-1']);
  await list('feeds');
  await ask('GET /{spaceId}/feeds/{id}', ['Feeds-1001']);
  const feed = await ask('POST /{spaceId}/feeds', [], {
    body: {
      FeedType: 'Helm',
      Name: 'Other',
      FeedUri: 'http://charts.invalid',
      Password: secret,
    },
  });
  await ask('PUT /{spaceId}/feeds/{id}', [feed.Id], { body: feed });
  await ask('GET /{spaceId}/feeds/{id}/packages/versions', ['Feeds-1001'], {
    query: '?packageId=com.example:shop',
  });
  await ask('GET /{spaceId}/feeds/{id}/packages/search', ['Feeds-1003'], {
    query: '?term=shop',
  });
  await ask('GET /{spaceId}/feeds/{id}/packages/versions', [feed.Id], {
    query: '?packageId=shop',
  });
  await ask('DELETE /{spaceId}/feeds/{id}', [feed.Id]);

  await list('projects');
  await ask('GET /{spaceId}/projects/{projectId}', ['Projects-1']);
  const project = await ask('POST /{spaceId}/projects', [], {
    body: {
      Name: 'Made',
      ProjectGroupId: 'ProjectGroups-1',
      LifecycleId: 'Lifecycles-1',
    },
  });
  await ask('PUT /{spaceId}/projects/{projectId}', [project.Id], {
    body: { ...project, Description: 'By a test' },
  });
  await ask('GET /{spaceId}/projects/{projectId}/channels', [project.Id]);
  await list('channels');
  await ask('GET /{spaceId}/channels/{id}', ['Channels-1']);
  await ask('GET /{spaceId}/channels/{id}/releases', ['Channels-1']);
  await ask('POST /{spaceId}/channels', [], {
    body: {
      ProjectId: project.Id,
      Name: 'Preview',
      Rules: [
        {
          Tag: '^preview',
          ActionPackages: [{ DeploymentAction: 'Say', PackageReference: '' }],
        },
      ],
    },
  });
  const process = await ask(
    'GET /{spaceId}/projects/{projectId}/deploymentprocesses',
    [project.Id],
  );
  await ask('GET /{spaceId}/deploymentprocesses/{id}', [
    'deploymentprocess-Projects-1',
  ]);
  const step = {
    Name: 'Say',
    Actions: [
      {
        Name: 'Say',
        ActionType: 'Octopus.Script',
        Properties: {
          'Octopus.Action.RunOnServer': 'true',
          'Octopus.Action.Script.ScriptBody': 'true',
        },
      },
    ],
  };
  const changed = await ask(
    'PUT /{spaceId}/projects/{projectId}/deploymentprocesses',
    [project.Id],
    { body: { ...process, Steps: [step] } },
  );
  await ask('PUT /{spaceId}/deploymentprocesses/{id}', [changed.Id], {
    body: changed,
  });
  await ask(
    'GET /{spaceId}/deploymentprocesses/{deploymentProcessId}/template',
    ['deploymentprocess-Projects-1'],
  );

  await ask('GET /{spaceId}/releases');
  const release = await ask('POST /{spaceId}/releases', [], {
    body: { ProjectId: project.Id, Version: '1.0.0' },
  });
  await ask('POST /{spaceId}/releases', [], {
    body: { ProjectId: project.Id, Version: '1.0.0' },
  });
  await ask('GET /{spaceId}/releases/{id}', [release.Id]);
  await ask('PUT /{spaceId}/releases/{id}', [release.Id], {
    body: { ...release, ReleaseNotes: '<b>Notes</b>' },
  });
  await ask('GET /{spaceId}/projects/{projectId}/releases', ['Projects-1']);
  await ask('GET /{spaceId}/projects/{projectId}/releases/{version}', [
    'Projects-1',
    '1.10.0',
  ]);
  const other = await ask('POST /{spaceId}/releases/create/v1', [], {
    body: {
      spaceId: 'Spaces-1',
      spaceIdOrName: 'Default',
      projectName: 'Shop',
    },
  });
  await ask('GET /{spaceId}/releases/{releaseId}/deployments', ['Releases-23']);
  await ask('GET /{spaceId}/releases/{id}/deployments/template', [
    'Releases-23',
  ]);
  await ask('GET /{spaceId}/releases/{releaseId}/progression', ['Releases-23']);
  await ask('POST /{spaceId}/releases/{releaseId}/defects', [other.ReleaseId], {
    body: { Description: 'Broken' },
  });
  await ask('GET /{spaceId}/releases/{releaseId}/defects', [other.ReleaseId]);
  await ask('POST /{spaceId}/releases/{releaseId}/defects/resolve', [
    other.ReleaseId,
  ]);
  await ask('POST /{spaceId}/build-information', [], {
    body: {
      PackageId: 'com.example:shop',
      Version: '1.11.0',
      OctopusBuildInformation: {
        BuildUrl: 'https://ci.example/7',
        VcsCommitNumber: 'abc123',
        Commits: [{ Id: 'abc123', Comment: 'Fix it' }],
      },
    },
  });
  await ask('GET /{spaceId}/build-information');
  await ask('GET /{spaceId}/projects/{projectId}/releases/{version}', [
    'shop',
    '1.11.0',
  ]);

  const deployment = await ask('POST /{spaceId}/deployments', [], {
    body: { ReleaseId: release.Id, EnvironmentId: 'Environments-1' },
  });
  await ended(deployment.TaskId);
  await ask('POST /{spaceId}/deployments/v1', [], {
    body: { ReleaseId: release.Id, EnvironmentId: 'Environments-2' },
  });
  await ask('POST /{spaceId}/deployments', [], {
    body: { ReleaseId: release.Id, EnvironmentId: 'Environments-4' },
  });
  await ask('POST /{spaceId}/deployments/create/untenanted/v1', [], {
    body: {
      SpaceId: 'Spaces-1',
      SpaceIdOrName: 'Default',
      ProjectName: 'Made',
      ReleaseVersion: '1.0.0',
      EnvironmentNames: ['Development'],
    },
  });
  await ask('GET /{spaceId}/deployments');
  await ask('GET /{spaceId}/deployments/{id}', [deployment.Id]);
  await ask('GET /{spaceId}/dashboard');
  await ask('GET /{spaceId}/dashboard/dynamic', [], {
    query: '?includePrevious=true',
  });
  await ask('GET /{spaceId}/projects/{projectId}/progression', ['Projects-1']);
  await ask('GET /{spaceId}/progression/{projectId}', ['Projects-1']);

  await list('machines');
  await ask('GET /{spaceId}/machines/{id}', ['Machines-1']);
  await ask('GET /{spaceId}/machines/{id}', ['Machines-999']);
  const { Endpoint } = await ask('GET /{spaceId}/machines/discover', [], {
    query: '?host=web-9.example&type=Ssh',
  });
  await ask('GET /{spaceId}/machines/discover', [], {
    query: '?host=web-9.example&type=TentaclePassive',
  });
  const machine = await ask('POST /{spaceId}/machines', [], {
    body: {
      Name: 'web-9',
      EnvironmentIds: ['Environments-1'],
      Roles: ['web'],
      Endpoint: { ...Endpoint, AccountId: 'Accounts-1' },
    },
  });
  await ask('PUT /{spaceId}/machines/{machineid}', [machine.Id], {
    body: { ...machine, Roles: ['web', 'extra'] },
  });
  await ask('GET /{spaceId}/machines/{id}/tasks', [machine.Id]);
  const check = await ask('POST /{spaceId}/tasks', [], {
    body: {
      Name: 'Health',
      Description: 'Check web-9',
      Arguments: { MachineIds: [machine.Id] },
    },
  });
  await ended(check.Id);
  await ask('GET /{spaceId}/machines/{id}/connection', [machine.Id]);
  await ask('DELETE /{spaceId}/machines/{id}', [machine.Id]);
  await ask('GET /{spaceId}/machineroles/all');

  // Whatever the machine's load, what is cancelled still runs.
  await fault({ kind: 'task-hangs' });
  for (const tasks of ['/{spaceId}/tasks', '/tasks']) {
    await ask(`GET ${tasks}`);
    const task = await ask(`POST ${tasks}`, [], {
      body: {
        Name: 'Health',
        Description: 'Check all',
        Arguments: { EnvironmentId: 'Environments-1' },
      },
    });
    await ask(`GET ${tasks}/{id}`, [task.Id]);
    await ask(`GET ${tasks}/{id}/details`, [task.Id]);
    await ask(`GET ${tasks}/{id}/raw`, [task.Id]);
    await ask(`GET ${tasks}/{id}/queued-behind`, [task.Id]);
    await ask(`POST ${tasks}/{id}/cancel`, [task.Id]);
    await ask(`POST ${tasks}/{id}/cancel`, ['ServerTasks-1']);
  }
  await steer('DELETE', 'faults');
  await ask('GET /{spaceId}/interruptions');
  await ask('GET /{spaceId}/interruptions/{id}', ['Interruptions-1']);
  await ask('PUT /{spaceId}/interruptions/{id}/responsible', [
    'Interruptions-1',
  ]);
  await ask('GET /{spaceId}/interruptions/{id}/responsible', [
    'Interruptions-1',
  ]);
  await ask('POST /{spaceId}/interruptions/{id}/submit', ['Interruptions-1'], {
    body: { Result: 'Perhaps' },
  });
  await ask('POST /{spaceId}/interruptions/{id}/submit', ['Interruptions-1'], {
    body: { Result: 'Abort', Notes: 'No' },
  });

  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const freeze = await ask('POST /deploymentfreezes', [], {
    body: {
      Name: 'Holidays',
      Start: new Date().toISOString(),
      End: soon,
      ProjectEnvironmentScope: { 'Projects-1': ['Environments-3'] },
    },
  });
  await ask('GET /deploymentfreezes');
  await ask('GET /deploymentfreezes/{id}', [freeze.Id]);
  await ask('PUT /deploymentfreezes/{id}', [freeze.Id], { body: freeze });
  await ask('DELETE /deploymentfreezes/{id}', [freeze.Id]);

  const { Items } = await ask('GET /{spaceId}/events');
  await ask('GET /events');
  await ask('GET /{spaceId}/events/{id}', [Items[0].Id]);
  await ask('DELETE /{spaceId}/releases/{id}', [other.ReleaseId]);
  await ask('DELETE /{spaceId}/projects/{projectId}', [project.Id]);
}
