import { cli, detailsOf, failure } from '../__testUtils__/outcome';
import {
  hello,
  releaseRequest,
  startCompany,
  type Company,
} from '../deploy/__testUtils__/company';
import { readLedger } from '../ledger/ledger';

jest.setTimeout(120_000);

let company: Company;
beforeAll(async () => {
  company = await startCompany();
  for (const version of ['1.0.0', '1.0.1', '2024.11-r2'])
    await company.publish('hello', version);
});
afterAll(() => company?.stop());
afterEach(() => company.calm());

const make = (version: string, change = {}) =>
  company.lab.engine.createRelease(releaseRequest(version, change), cli);
const project = async () => (await company.octopus.findProject('Hello'))!;

it('a dry run says what it would be made of', async () => {
  const act = async () => {
    const run = await make('1.0.0', { dryRun: true, packageVersion: '1.0.0' });
    expect(run.release).toMatchObject({
      ...{ id: '', alreadyThere: false },
      packages: [
        {
          ...{ step: 'Deploy hello', packageId: 'com.example:hello' },
          ...{ feed: 'Nexus Maven', version: '1.0.0' },
        },
      ],
    });
  };
  expect(await company.changes(act)).toEqual([]);
});

it('a release takes the versions that were named, and the same once more is success', async () => {
  const request = releaseRequest('1.0.0', {
    packages: { 'com.example:hello': '1.0.0' },
    notes: '<script>alert(1)</script> & <b>bold</b>',
    commit: 'abcdef0123',
    buildUrl: 'https://ci.example.com/1',
  });
  const run = await company.lab.engine.createRelease(request, cli);
  const { id } = await project();
  const found = (await company.octopus.findRelease(id, '1.0.0'))!;
  expect(run.release).toMatchObject({ id: found.id, alreadyThere: false });
  expect(found.packages).toEqual([
    { action: 'Deploy hello', reference: '', version: '1.0.0' },
  ]);
  // What is HTML stays text.
  expect(found.notes).toBe('<script>alert(1)</script> & <b>bold</b>');
  expect(found.builds).toMatchObject([
    { commit: 'abcdef0123', buildUrl: 'https://ci.example.com/1' },
  ]);
  const [entry] = await readLedger(company.lab.store, 'releases.hello');
  expect(entry).toMatchObject({ kind: 'release', outsideId: found.id });
  const again = await company.changes(async () => {
    await company.lab.engine.createRelease(request, cli);
    const other = await make('1.0.0', { packageVersion: '1.0.0' });
    expect(other.release).toMatchObject({ id: found.id, alreadyThere: true });
    expect(detailsOf(other).release).toMatch(/^skipped: It is there already/u);
  });
  expect(again).toEqual([]);
});

it('the same version with other packages is refused, and says in what they differ', async () => {
  const act = async () =>
    expect(
      await failure(make('1.0.0', { packages: { 'Deploy hello': '1.0.1' } })),
    ).toMatchObject({
      code: 'conflict',
      message:
        'There is a release 1.0.0 of Hello already: it has com.example:hello 1.0.0 and not 1.0.1.',
    });
  expect(await company.changes(act)).toEqual([]);
});

it.each(['2024.11-r2', 'final_build.7', '1.0.0+build.5'])(
  'the version %s is taken as it is',
  async version => {
    const run = await make(version, { packageVersion: '2024.11-r2' });
    const { id } = await project();
    const found = await company.octopus.findRelease(id, version);
    expect(run.release).toMatchObject({ version, id: found?.id });
  },
);

it('without a version the newest of the feed is taken', async () => {
  const run = await make('5.0.0');
  const { id } = await project();
  const feed = await company.octopus.packageVersions(
    'Feeds-1001',
    'com.example:hello',
  );
  expect(run.release?.packages[0].version).toBe(feed[0]);
  expect((await company.octopus.findRelease(id, '5.0.0'))?.packages).toEqual([
    { action: 'Deploy hello', reference: '', version: feed[0] },
  ]);
});

it.each([
  [
    'a version that the feed does not have',
    { packageVersion: '9.9.9' },
    'has no 9.9.9 of com.example:hello',
    'Its newest are ',
  ],
  [
    'a package that the process does not deploy',
    { packages: { 'com.example:hell': '1.0.0' } },
    'deploys nothing called "com.example:hell"',
    '"Deploy hello" (com.example:hello)',
  ],
  [
    'a channel by part of its name',
    { channel: 'Def' },
    'no channel "Def"',
    '"Default"',
  ],
])('%s is said, with what there is', async (_, change, message, hint) => {
  const act = async () =>
    expect(await failure(make('7.0.0', change))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  expect(await company.changes(act)).toEqual([]);
});

it('a project that there is not, or that differs in case, is not found', async () => {
  for (const name of ['Hell', 'hELLO', 'Projects-99'])
    expect(await failure(make('1.0.0', { project: name }))).toMatchObject({
      code: 'not-found',
      message: `There is no project "${name}" in this space of Octopus.`,
    });
  // Its slug and its id are names too.
  const { id } = await project();
  for (const name of ['hello', id])
    expect((await make('5.0.0', { project: name })).release?.project).toBe(
      hello.project,
    );
});

it('a rate limit in the middle is waited for', async () => {
  await company.lab.fault('octopus', { kind: 'rate-limit', perMinute: 120 });
  const engine = company.lab.engineWith({});
  const octopus = await engine.octopus('octopus');
  // What is left in the server's bucket goes away.
  const asks = Array.from({ length: 125 }, () => octopus.freezes());
  await Promise.all(asks);
  const request = releaseRequest('6.0.0', { packageVersion: '1.0.1' });
  expect((await engine.createRelease(request, cli)).state).toBe('succeeded');
  expect(octopus.requestCounts().refused).toBeGreaterThan(0);
});
