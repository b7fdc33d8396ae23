import { connectionNamed } from '@nante/model';
import { cli, detailsOf, failure } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';
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
  for (const version of ['1.0.0', '1.0.1', '1.0.2', '1.0.3']) {
    await company.publish('hello', version);
    const request = releaseRequest(version, { packageVersion: version });
    await company.lab.engine.createRelease(request, cli);
  }
  await company.target('hello-1');
});
afterAll(() => company?.stop());
afterEach(() => company.calm());

const deploy = (version: string, change = {}) =>
  company.lab.engine.deploy(deployRequest(version, change), cli);
const restricted = {
  ...{ environment: 'prod', operator: true },
  confirm: 'Production',
};

it('a dry run says what would change and where, and changes nothing', async () => {
  const act = async () => {
    const run = await deploy('1.0.0', { dryRun: true });
    expect(run.deployment).toEqual({
      ...{ connection: 'octopus', project: 'Hello', version: '1.0.0' },
      ...{ environment: 'Development', targets: ['hello-1'] },
      ...{ alreadyThere: false, problems: [] },
      changes: [{ packageId: 'com.example:hello', to: '1.0.0' }],
    });
    expect(run.steps).toHaveLength(1);
    expect(run.byHand).toEqual([
      "octopus release deploy --project 'Hello' --version '1.0.0' --environment 'Development' --output-format json --no-prompt | tee deployment.json",
      expect.stringMatching(/^octopus task wait .* --progress --timeout 60$/u),
    ]);
  };
  expect(await company.changes(act)).toEqual([]);
});

it('a release is deployed, and its log becomes the run’s, each line once', async () => {
  const request = deployRequest('1.0.0', { comment: 'first one' });
  const act = () => company.lab.engine.deploy(request, cli);
  const calls = await company.changes(async () => {
    const run = await act();
    expect(run.deployment).toMatchObject({
      ...{ state: 'Success', version: '1.0.0', targets: ['hello-1'] },
      ...{ alreadyThere: false, problems: [], id: expect.any(String) },
      url: expect.stringContaining(`/tasks/${run.deployment?.taskId}`),
    });
    expect(run.deployment?.seconds).toBeGreaterThan(0);
  });
  expect(calls).toHaveLength(1);
  const lines = await company.lab.engine.runLog(request.requestId, -1);
  const told = lines.flatMap(({ step, text }) =>
    step === 'follow' ? [text] : [],
  );
  expect(told).toContainEqual(
    expect.stringMatching(/^Step 1: Deploy hello › hello-1: \(pretended\)/u),
  );
  expect(told).toContain('Step 2: Health check');
  expect(new Set(told).size).toBe(told.length);
  const entries = await readLedger(company.lab.store, 'deployments.hello.dev');
  const made = await company.octopus.deployment(entries[0].outsideId);
  expect(entries).toMatchObject([{ kind: 'deployment', state: 'created' }]);
  expect(made.comments).toMatch(
    new RegExp(
      `^first one\nAsked for by user:default/mia .*\nnante:${request.requestId}$`,
      'u',
    ),
  );
  // The same request is the same run.
  expect(await company.changes(act)).toEqual([]);
});

it('what runs there already, on the same targets, is success at once; forced it is deployed again', async () => {
  const request = deployRequest('1.0.0');
  const began = performance.now();
  const calls = await company.changes(async () => {
    const run = await company.lab.engine.deploy(request, cli);
    expect(run.deployment).toMatchObject({ alreadyThere: true, changes: [] });
    expect(run.deployment?.id).toBeUndefined();
    expect(detailsOf(run).deploy).toBe(
      'skipped: 1.0.0 runs there already, on hello-1.',
    );
  });
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(calls).toEqual([]);
  const before = await company.deployments('Hello');
  const forced = await deploy('1.0.0', { force: true });
  expect(forced.deployment?.alreadyThere).toBe(false);
  expect(await company.deployments('Hello')).toBe(before + 1);
});

it('a target that it has not reached yet is reached', async () => {
  const late = await company.target('hello-late');
  const first = await deploy('1.0.0', { targets: ['hello-1'] });
  expect(first.deployment?.alreadyThere).toBe(true);
  const run = await deploy('1.0.0');
  expect(run.deployment).toMatchObject({ alreadyThere: false });
  expect(run.deployment?.targets.sort()).toEqual(['hello-1', 'hello-late']);
  const only = await deploy('1.0.1', { targets: ['hello-late'] });
  expect(only.deployment).toMatchObject({
    ...{ targets: ['hello-late'], previousVersion: '1.0.0' },
    changes: [{ packageId: 'com.example:hello', from: '1.0.0', to: '1.0.1' }],
  });
  await company.octopus.deleteMachine(late.id);
});

describe('nothing is deployed', () => {
  const frozen = { kind: 'freeze', environments: ['Development'] };

  it.each<[string, () => Promise<unknown>, Record<string, unknown>]>([
    [
      'where the lifecycle wants another environment first',
      () => deploy('1.0.3', { environment: 'staging' }),
      {
        code: 'refused',
        message:
          'Hello 1.0.3 cannot go to Staging: the lifecycle "Default Lifecycle" demands that the phase "Development" is done first.',
        hint: 'Deploy it with success to Development.',
      },
    ],
    [
      'to an environment that the lifecycle does not have',
      () =>
        deploy('1.0.3', {
          octopusEnvironment: 'Development 2',
          environment: 'other',
        }),
      {
        code: 'refused',
        message: expect.stringContaining('does not have this environment'),
      },
    ],
    [
      'during a freeze',
      async () => {
        await company.lab.fault('octopus', frozen);
        return deploy('1.0.3');
      },
      {
        code: 'refused',
        message: expect.stringMatching(
          /cannot go to Development: the deployment freeze "Freeze by a fault of the sandbox" holds until 2/u,
        ),
      },
    ],
    [
      'of a release that there is not',
      () => deploy('1.0'),
      { code: 'not-found', message: 'There is no release 1.0 of Hello.' },
    ],
    [
      'to an environment by part of its name',
      () => deploy('1.0.3', { octopusEnvironment: 'Develop' }),
      {
        code: 'invalid-input',
        hint: expect.stringContaining('"Development", "Staging"'),
      },
    ],
    [
      'to an environment by its name in another case',
      () => deploy('1.0.3', { octopusEnvironment: 'development' }),
      { code: 'invalid-input' },
    ],
    [
      'to an environment that nobody knows',
      () => deploy('1.0.3', { environment: 'moon' }),
      { code: 'invalid-input', hint: expect.stringContaining('dev, prod') },
    ],
    [
      'to a target that is none of the project',
      () => deploy('1.0.3', { targets: ['hello'] }),
      {
        code: 'invalid-input',
        message: '"hello" is no target of this project in Development.',
        hint: 'Its targets are hello-1.',
      },
    ],
    [
      'where there is no target',
      async () => {
        await deploy('1.0.2');
        return deploy('1.0.2', { environment: 'staging' });
      },
      {
        code: 'invalid-input',
        message:
          'There is no target in Staging that has one of the tags hello.',
      },
    ],
    [
      'by a member where it is restricted',
      () => deploy('1.0.3', { ...restricted, operator: false }),
      { code: 'refused', message: 'Only operators may deploy to Production.' },
    ],
    [
      'without its name where it is restricted',
      () => deploy('1.0.3', { ...restricted, confirm: 'prod' }),
      { code: 'refused', hint: 'Confirm it by its name, "Production".' },
    ],
    [
      'where it is restricted and was only called otherwise',
      () => deploy('1.0.3', { octopusEnvironment: 'Production' }),
      { code: 'refused', message: 'Only operators may deploy to Production.' },
    ],
    [
      'with a version that is none',
      () => deploy('../1'),
      { code: 'invalid-input' },
    ],
  ])('%s', async (_, act, error) => {
    const before = await company.deployments('Hello');
    expect(await failure(act())).toMatchObject(error);
    const made = (await company.deployments('Hello')) - before;
    // One of these deploys to Development first.
    expect(made).toBe(_ === 'where there is no target' ? 1 : 0);
  });

  it('with a read-only connection, or a key that may not', async () => {
    const { setting } = company.lab;
    const octopus = connectionNamed(setting.config, 'octopus', 'octopus')!;
    const connections = {
      ...setting.config.connections,
      octopus: { ...octopus, readOnly: true },
    };
    const readOnly = company.lab.engineWith({
      config: { ...setting.config, connections },
    });
    const request = deployRequest('1.0.3');
    expect(await failure(readOnly.deploy(request, cli))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('octopus is read-only'),
    });
    // Looking is no change.
    const look = { ...deployRequest('1.0.3'), dryRun: true };
    expect((await readOnly.deploy(look, cli)).state).toBe('succeeded');
    const limited = company.lab.engineWith({
      secrets: {
        OCTOPUS_API_KEY: String(setting.endpoints.octopus?.limitedKey),
      },
    });
    const before = await company.deployments('Hello');
    expect(await failure(limited.deploy(request, cli))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('lacks the permission DeploymentCreate'),
    });
    expect(await company.deployments('Hello')).toBe(before);
    // Once it may, the same request goes on.
    expect((await company.lab.engine.deploy(request, cli)).state).toBe(
      'succeeded',
    );
  });
});

it('an operator who names it deploys where it is restricted', async () => {
  await company.target('hello-s', 'Staging');
  await company.target('hello-p', 'Production');
  await deploy('1.0.1', { environment: 'staging' });
  const run = await deploy('1.0.1', restricted);
  expect(run.deployment).toMatchObject({
    ...{ environment: 'Production', state: 'Success', targets: ['hello-p'] },
  });
});

it('a deployment that fails is a failed run with its first problems; the repeat deploys again', async () => {
  const bad = await company.target('bad', 'Development', 'bad.invalid');
  const request = deployRequest('1.0.3', { targets: ['bad'] });
  const act = () => failure(company.lab.engine.deploy(request, cli));
  const before = await company.deployments('Hello');
  const error = await act();
  expect(error).toMatchObject({
    code: 'failed',
    message: expect.stringContaining(
      'Deploying Hello 1.0.3 to Development failed: ',
    ),
    hint: expect.stringContaining('/tasks/ServerTasks-'),
  });
  const run = await company.lab.engine.getRun(request.requestId);
  expect(run).toMatchObject({
    ...{ state: 'failed', error: { step: 'follow' } },
    deployment: { state: 'Failed', targets: ['bad'] },
    leftovers: [expect.stringMatching(/^Deployments-\d+ in Octopus .*Failed/u)],
  });
  expect(run?.deployment?.problems[0]).toContain('bad');
  expect(error.message).toContain(run?.deployment?.problems[0]);
  await act();
  expect(await company.deployments('Hello')).toBe(before + 2);
  await company.octopus.deleteMachine(bad.id);
});
