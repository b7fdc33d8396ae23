import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createOctopusClient } from './OctopusClient';
import {
  startFakeOctopus,
  type FakeOctopus,
  type SeenRequest,
} from './__testUtils__/fakeOctopus';
import { vendorDocument } from './__testUtils__/vendorDocument';
import type { OctopusApi } from './types';

const folder = process.env.NANTE_CONTRACTS_DIR;
const isHere = folder && existsSync(join(folder, 'octopus'));

const project = {
  ...{ id: 'Projects-1', name: 'Shop', slug: 'shop', groupId: 'G-1' },
  ...{ lifecycleId: 'L-1', processId: 'P-1', isDisabled: false },
  description: '',
};
const endpoint = {
  ...{ style: 'ssh' as const, host: '192.0.2.1', port: 22 },
  ...{ fingerprint: 'SHA256:x', accountId: 'Accounts-1' },
};
const machine = {
  ...{ name: 'web-1', environmentIds: ['Environments-1'], roles: ['web'] },
  ...{ policyId: 'MachinePolicies-1', endpoint },
};
const release = { id: 'Releases-1', version: '1.0' };
const environment = { id: 'Environments-1', name: 'Development' };

/** Every call of the client, once, with everything that it can send; and fields of its answer that have to be there. */
const calls: [string, (api: OctopusApi) => Promise<unknown>, string[]][] = [
  ['checkAccess', api => api.checkAccess(), ['version', 'user']],
  ['environments', api => api.environments(), ['name', 'slug', 'sortOrder']],
  ['lifecycles', api => api.lifecycles(), ['name', 'phases', 'minimum']],
  ['projectGroups', api => api.projectGroups(), ['id', 'name']],
  ['createProjectGroup', api => api.createProjectGroup('Apps'), ['id']],
  ['projects', api => api.projects(), ['slug', 'processId', 'lifecycleId']],
  [
    'createProject',
    api => api.createProject({ ...project, description: 'x' }),
    ['id', 'groupId'],
  ],
  ['findProject', api => api.findProject('shop'), []],
  ['process', api => api.process(project), ['version', 'packageId', 'feedId']],
  ['replaceProcess', api => api.replaceProcess(project, []), ['version']],
  ['channels', api => api.channels('Projects-1'), ['lifecycleId', 'isDefault']],
  [
    'dashboard',
    api => api.dashboard(),
    ['groups', 'environmentsOf', 'releaseVersion', 'completedAt', 'state'],
  ],
  [
    'progression',
    api => api.progression('Projects-1'),
    ['assembledAt', 'deployments', 'nextEnvironments'],
  ],
  [
    'release',
    api => api.release('Releases-1'),
    ['notes', 'packages', 'commit', 'commitUrl', 'buildUrl', 'branch'],
  ],
  ['releases', api => api.releases({ take: 5 }), ['total', 'version']],
  [
    'releases of a project',
    api => api.releases({ projectId: 'Projects-1', skip: 5 }),
    ['total'],
  ],
  ['findRelease', api => api.findRelease('Projects-1', 'x'), ['assembledAt']],
  [
    'createRelease',
    api =>
      api.createRelease({
        ...{ project, version: '1.0', channel: 'Channels-1', notes: 'n' },
        packages: [{ action: 'a', reference: '', version: '1' }],
      }),
    ['id'],
  ],
  ['deployableTo', api => api.deployableTo('Releases-1'), []],
  [
    'packageVersions',
    api => api.packageVersions('Feeds-1', 'a:b', { take: 3 }),
    [],
  ],
  [
    'deployment',
    api => api.deployment('Deployments-1'),
    ['taskId', 'createdAt', 'deployedBy', 'comments', 'machineIds'],
  ],
  [
    'deployments',
    api =>
      api.deployments({
        ...{ projectId: 'Projects-1', environmentId: 'Environments-1' },
        ...{ states: ['Success'], take: 5 },
      }),
    ['releaseId'],
  ],
  [
    'createDeployment',
    api =>
      api.createDeployment({
        ...{ project, release, environment, machineIds: ['Machines-1'] },
        ...{ force: true, comment: 'c' },
      }),
    ['deploymentId', 'taskId'],
  ],
  ['freezes', api => api.freezes(), []],
  ['task', api => api.task('ServerTasks-1'), ['queuedAt', 'completedAt']],
  [
    'taskDetails',
    api => api.taskDetails('ServerTasks-1'),
    ['activities', 'status', 'startedAt', 'percentage', 'level', 'text'],
  ],
  ['tasks', api => api.tasks(['ServerTasks-1']), []],
  ['cancelTask', api => api.cancelTask('ServerTasks-1'), []],
  ['checkHealth', api => api.checkHealth(['Machines-1']), []],
  [
    'interruptions',
    api => api.interruptions('ServerTasks-1'),
    ['title', 'isPending', 'canTakeResponsibility', 'responsibleUser'],
  ],
  [
    'answerInterruption',
    api => api.answerInterruption('Interruptions-1', { result: 'Proceed' }),
    [],
  ],
  [
    'machines',
    api => api.machines(),
    ['roles', 'health', 'healthSummary', 'policyId', 'operatingSystem'],
  ],
  ['machine', api => api.machine('Machines-1'), ['environmentIds']],
  ['findMachine', api => api.findMachine('x'), []],
  [
    'discoverMachine',
    api => api.discoverMachine({ style: 'ssh', host: '192.0.2.1', port: 22 }),
    ['thumbprint'],
  ],
  ['createMachine', api => api.createMachine(machine), ['id']],
  ['updateMachine', api => api.updateMachine('Machines-1', machine), ['id']],
  ['deleteMachine', api => api.deleteMachine('Machines-1'), []],
  ['machinePolicies', api => api.machinePolicies(), ['isDefault']],
  ['accounts', api => api.accounts(), ['type']],
  ['certificates', api => api.certificates(), ['thumbprint']],
  ['feeds', api => api.feeds(), ['type']],
  ['serverThumbprint', api => api.serverThumbprint(), []],
  [
    'events',
    api =>
      api.events({
        ...{ since: '2026-01-01T00:00:00Z', documentIds: ['Projects-1'] },
        take: 5,
      }),
    ['category', 'occurredAt', 'username', 'message', 'documentIds'],
  ],
  [
    'pushBuildInformation',
    api =>
      api.pushBuildInformation({
        ...{ packageId: 'a:b', version: '1', commit: 'abcdef0' },
        buildUrl: 'https://ci.example.com/1',
      }),
    [],
  ],
];

/** Names of all fields of a value, however deep, that hold something. */
function filled(value: unknown): Set<string> {
  if (Array.isArray(value))
    return new Set(value.flatMap(item => [...filled(item)]));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(
    Object.entries(value).flatMap(([name, item]) =>
      item === '' || item === undefined ? [] : [name, ...filled(item)],
    ),
  );
}

if (!isHere) {
  describe('calls to Octopus, not compared', () => {
    // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
    it.skip('the schemas are not here: set NANTE_CONTRACTS_DIR to compare', () => {});
  });
} else {
  describe("calls to Octopus compared with the vendor's document", () => {
    const vendor = vendorDocument(folder);
    let server: FakeOctopus;
    beforeAll(async () => {
      server = await startFakeOctopus();
      server.otherwise = ({ method, path }: SeenRequest) =>
        vendor.sampleAnswer(method, path);
    });
    afterAll(() => server.stop());

    it.each(calls)(
      '%s: it exists, with what we send, and what we read of its answer',
      async (_, call, fields) => {
        server.seen.length = 0;
        const api = createOctopusClient({
          ...{ url: server.url, apiKey: 'API-1', space: 'Spaces-1' },
        });
        const answer = await call(api);
        expect(server.seen.length).toBeGreaterThan(0);
        expect(server.seen.flatMap(vendor.problemsOf)).toEqual([]);
        const read = filled(answer);
        expect(fields.filter(field => !read.has(field))).toEqual([]);
      },
    );

    it('and all of them are', () => {
      const api = createOctopusClient({
        ...{ url: server.url, apiKey: 'API-1', space: 'Spaces-1' },
      });
      const compared = calls.map(([name]) => name.split(' ')[0]);
      // These two send nothing.
      const others = ['pageUrl', 'requestCounts'];
      expect([...new Set([...compared, ...others])].sort()).toEqual(
        Object.keys(api).sort(),
      );
      process.stdout.write(
        `calls: ${calls.length} compared, with what is read of their answers; ${others.length} left out, which send nothing (${others.join(', ')})\n`,
      );
    });
  });
}
