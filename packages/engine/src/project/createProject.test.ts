import { cli, detailsOf, failure } from '../__testUtils__/outcome';
import {
  projectRequest,
  startCompany,
  type Company,
} from '../deploy/__testUtils__/company';
import { readLedger } from '../ledger/ledger';

jest.setTimeout(120_000);

let company: Company;
beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company?.stop());
afterEach(() => company.calm());

const process = {
  kind: 'package' as const,
  feed: 'Nexus Maven',
  packageId: 'com.example:orders',
  healthCheck: { port: 8080, path: '/health', timeoutSeconds: 20 },
  approvals: ['Production'],
};
const orders = (change = {}) =>
  projectRequest({ app: 'orders', project: 'Orders', process, ...change });
const make = (change = {}) =>
  company.lab.engine.createProject(orders(change), cli);

it('a dry run says what there would be, and makes nothing', async () => {
  const act = async () => {
    const run = await make({ dryRun: true });
    expect(run.project).toMatchObject({ alreadyThere: false, name: 'Orders' });
    expect(run.byHand).toHaveLength(4);
    expect(run.byHand[0]).toBe(
      "octopus project create --name 'Orders' --group 'Default Project Group' --no-prompt",
    );
  };
  expect(await company.changes(act)).toEqual([]);
});

it('a project is made with its group, an approval, its package and the look whether it answers', async () => {
  const request = orders({ group: 'Warehouse' });
  const run = await company.lab.engine.createProject(request, cli);
  const { octopus } = company;
  const project = (await octopus.findProject('Orders'))!;
  expect(run.project).toEqual({
    ...{ connection: 'octopus', id: project.id, name: 'Orders' },
    ...{ slug: 'orders', alreadyThere: false },
    url: expect.stringMatching(/\/app#\/Spaces-1\/projects\/orders/u),
  });
  const groups = await octopus.projectGroups();
  expect(groups.find(group => group.id === project.groupId)?.name).toBe(
    'Warehouse',
  );
  const made = await octopus.process(project);
  expect(made.steps).toEqual([
    { name: 'Approve', roles: [], actionTypes: ['Octopus.Manual'] },
    {
      ...{ name: 'Deploy orders', roles: ['orders'] },
      actionTypes: ['Octopus.TentaclePackage'],
    },
    {
      ...{ name: 'Health check', roles: ['orders'] },
      actionTypes: ['Octopus.Script'],
    },
  ]);
  expect(made.packages).toMatchObject([
    { packageId: 'com.example:orders', feedId: 'Feeds-1001', reference: '' },
  ]);
  const entries = await readLedger(company.lab.store, 'releases.orders');
  expect(entries).toMatchObject([
    { kind: 'project', state: 'created', outsideId: project.id },
  ]);
  // The same request is the same run; another one finds it there and leaves it alone.
  const again = await company.changes(async () => {
    expect((await company.lab.engine.createProject(request, cli)).id).toBe(
      request.requestId,
    );
    const other = await make({ process: { ...process, packageId: 'other:x' } });
    expect(other.project?.alreadyThere).toBe(true);
    expect(detailsOf(other).process).toBe(
      'skipped: Its process is left alone.',
    );
  });
  expect(again).toEqual([]);
});

it('cut off between project and process: the repeat gives it its process', async () => {
  await company.lab.fault('octopus', {
    ...{ kind: 'status', status: 500, count: 1 },
    ...{ method: 'PUT', path: 'deploymentprocesses$' },
  });
  const request = projectRequest({ app: 'half', project: 'Half', process });
  const act = () => company.lab.engine.createProject(request, cli);
  expect(await failure(act())).toMatchObject({ code: 'unreachable' });
  const { octopus } = company;
  expect(await octopus.findProject('Half')).toBeDefined();
  const run = await act();
  expect(run.project?.alreadyThere).toBe(false);
  const half = (await octopus.findProject('Half'))!;
  expect((await octopus.process(half)).steps).toHaveLength(3);
});

it('a chart gets the step for charts', async () => {
  const run = await make({
    ...{ app: 'web', project: 'Web' },
    process: { kind: 'helm', feed: 'Nexus Helm', packageId: 'shop' },
  });
  expect(run.state).toBe('succeeded');
  const web = (await company.octopus.findProject('Web'))!;
  const { steps } = await company.octopus.process(web);
  expect(steps.map(({ actionTypes }) => actionTypes)).toEqual([
    ['Octopus.HelmChartUpgrade'],
  ]);
});

it.each([
  ['a lifecycle', { lifecycle: 'default lifecycle' }, '"Default Lifecycle"'],
  [
    'a feed',
    { process: { ...process, feed: 'Nexus' } },
    '"Nexus Docker", "Nexus Helm"',
  ],
  [
    'an environment',
    { process: { ...process, approvals: ['Prod'] } },
    '"Production"',
  ],
])(
  '%s by part of its name, or in another case, is none',
  async (_, change, known) => {
    const act = async () =>
      expect(
        await failure(make({ project: 'Nothing', ...change })),
      ).toMatchObject({
        code: 'invalid-input',
        hint: expect.stringContaining(known),
      });
    expect(await company.changes(act)).toEqual([]);
    expect(await company.octopus.findProject('Nothing')).toBeUndefined();
  },
);

it('a key that may only look is said with the permission that lacks', async () => {
  const { endpoints } = company.lab.setting;
  const looking = company.lab.engineWith({
    secrets: { OCTOPUS_API_KEY: String(endpoints.octopus?.readOnlyKey) },
  });
  const request = projectRequest({ app: 'no', project: 'No' });
  expect(await failure(looking.createProject(request, cli))).toMatchObject({
    code: 'unauthorized',
    message: expect.stringMatching(
      /lacks the permission Project(Group)?Create/u,
    ),
  });
});
