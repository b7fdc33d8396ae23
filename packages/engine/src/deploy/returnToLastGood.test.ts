import { kill } from '../__testUtils__/killed';
import { cli, failure } from '../__testUtils__/outcome';
import {
  deployRequest,
  releaseRequest,
  startCompany,
  type Company,
} from './__testUtils__/company';

jest.setTimeout(180_000);

let company: Company;
beforeAll(async () => {
  company = await startCompany();
  for (const version of ['1.0', '2.0']) {
    await company.publish('hello', version);
    const request = releaseRequest(version, { packageVersion: version });
    await company.lab.engine.createRelease(request, cli);
  }
  await company.target('hello-1');
});
afterAll(() => company?.stop());
afterEach(() => company.calm());

const wish = (version: string, change = {}) =>
  deployRequest(version, { force: true, returnOnFailure: true, ...change });
const deploy = (request: ReturnType<typeof wish>) =>
  company.lab.engine.deploy(request, cli);

/** The next task that is looked at has ended like this. */
const nextTaskIs = (state: string) =>
  company.lab.fault('octopus', {
    ...{ kind: 'status', status: 200, path: '/details$', count: 1 },
    body: {
      Task: {
        ...{ Id: 'ServerTasks-1', State: state, IsCompleted: true },
        ...{ FinishedSuccessfully: false, QueueTime: '2026-01-01T00:00:00Z' },
        ErrorMessage: 'Something broke',
      },
      ActivityLogs: null,
    },
  });

it('a failed deployment without a good one before says that there is nothing to return to', async () => {
  await nextTaskIs('Failed');
  const request = wish('1.0');
  const error = await failure(deploy(request));
  expect(error.message).toBe(
    'Deploying Hello 1.0 to Development failed: Something broke. Nothing was returned to: no other release of Hello was deployed to Development with success.',
  );
  const run = await company.lab.engine.getRun(request.requestId);
  expect(run).toMatchObject({
    ...{ state: 'failed', error: { step: 'follow' } },
    deployment: { state: 'Failed', returnedTo: '' },
  });
  expect(run?.steps.at(-1)).toMatchObject({ id: 'return', state: 'skipped' });
});

it('the last good release is deployed again in the same run, which fails all the same and says both', async () => {
  const good = await deploy(wish('1.0'));
  expect(good.steps.at(-1)).toMatchObject({ id: 'return', state: 'skipped' });
  expect(good.deployment?.returnedTo).toBeUndefined();
  const before = await company.deployments('Hello');

  await nextTaskIs('Failed');
  const request = wish('2.0');
  const error = await failure(deploy(request));
  expect(error).toMatchObject({
    code: 'failed',
    message:
      'Deploying Hello 2.0 to Development failed: Something broke. 1.0 is back.',
    hint: expect.not.stringContaining('Roll back'),
  });
  const run = await company.lab.engine.getRun(request.requestId);
  expect(run).toMatchObject({
    state: 'failed',
    deployment: {
      ...{ version: '2.0', previousVersion: '1.0', returnedTo: '1.0' },
      state: 'Failed',
    },
  });
  expect(run?.steps.at(-1)).toMatchObject({ id: 'return', state: 'succeeded' });
  expect(await company.deployments('Hello')).toBe(before + 2);
  const { id } = (await company.octopus.findProject('Hello'))!;
  const { items } = await company.octopus.deployments({ projectId: id });
  expect(items[0].comments).toMatch(
    /^Returns to 1\.0, because 2\.0 failed \(Deployments-\d+\)\. Asked for by user:default\/mia/u,
  );
  const { version } = await company.octopus.release(items[0].releaseId);
  expect(version).toBe('1.0');
});

it.each([
  ['somebody cancelled in Octopus', 'Canceled', true],
  ['failed, where nobody asked for a return', 'Failed', undefined],
])(
  'a deployment that %s is not returned',
  async (_, state, returnOnFailure) => {
    const before = await company.deployments('Hello');
    await nextTaskIs(state);
    const request = wish('2.0', { returnOnFailure });
    const { message } = await failure(deploy(request));
    expect(message).not.toContain('is back');
    expect(await company.deployments('Hello')).toBe(before + 1);
  },
);

it('a run that was killed on the way back is taken up there: one deployment, one return', async () => {
  await deploy(wish('1.0', { targets: ['hello-1'] }));
  // Whatever goes there fails.
  await company.target('bad', 'Development', 'bad.invalid');
  const before = await company.deployments('Hello');
  const request = wish('2.0', { targets: ['bad'] });
  const what = { verb: 'deploy' as const, request };
  expect(await kill(company.lab, what, 'return', 40)).toBe(true);
  const error = await failure(deploy(request));
  expect(error.message).toMatch(
    /^Deploying Hello 2\.0 to Development failed: .*\. The last good release could not be brought back: Deploying Hello 1\.0 to Development failed: /u,
  );
  expect(await company.deployments('Hello')).toBe(before + 2);
  // Over is over: whoever asks again deploys again.
  await failure(deploy(request));
  expect(await company.deployments('Hello')).toBe(before + 4);
});
