import { cli, failure } from '../__testUtils__/outcome';
import {
  deployRequest,
  releaseRequest,
  rollbackRequest,
  startCompany,
  type Company,
} from './__testUtils__/company';

jest.setTimeout(180_000);

let company: Company;
const release = async (version: string, packageVersion = version) => {
  const request = releaseRequest(version, { packageVersion });
  await company.lab.engine.createRelease(request, cli);
};
const deploy = (version: string, change = {}) =>
  company.lab.engine.deploy(deployRequest(version, change), cli);
const rollBack = (change = {}) =>
  company.lab.engine.rollback(rollbackRequest(change), cli);

beforeAll(async () => {
  company = await startCompany();
  for (const version of ['1.0', '2.0', '3.0']) {
    await company.publish('hello', version);
    await release(version);
  }
  await company.target('hello-1');
});
afterAll(() => company?.stop());
afterEach(() => company.calm());

it('without anything there, or without a good one before, there is no way back', async () => {
  expect(await failure(rollBack())).toMatchObject({
    code: 'refused',
    message:
      'Hello was never deployed to Development: there is nothing to go back from.',
  });
  await deploy('1.0');
  expect(await failure(rollBack())).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('no earlier release of Hello'),
  });
});

it('the last good release that differs comes back, and the run says what that changes', async () => {
  const there = await deploy('2.0');
  // The same packages under another name are no way back.
  await release('2.0-again', '2.0');
  await deploy('2.0-again', { force: true });
  const wanted = {
    ...{ version: '1.0', previousVersion: '2.0-again' },
    changes: [{ packageId: 'com.example:hello', from: '2.0', to: '1.0' }],
  };
  const look = await company.changes(async () => {
    const dry = await rollBack({ dryRun: true });
    expect(dry.deployment).toMatchObject(wanted);
    expect(dry.byHand[0]).toBe(
      "octopus release deploy --project 'Hello' --version '1.0' --environment 'Development' --force-package-download --output-format json --no-prompt | tee deployment.json",
    );
  });
  expect(look).toEqual([]);
  const request = rollbackRequest();
  const run = await company.lab.engine.rollback(request, cli);
  expect(run).toMatchObject({
    ...{ kind: 'rollback', state: 'succeeded' },
    deployment: { ...wanted, state: 'Success', alreadyThere: false },
  });
  const { comments } = await company.octopus.deployment(
    `${run.deployment?.id}`,
  );
  expect(comments).toMatch(
    /^Rolls back from 2\.0-again \(Deployments-\d+, http.*\/tasks\/ServerTasks-\d+\)/u,
  );
  expect(there.deployment?.id).not.toBe(run.deployment?.id);
  // The same request changes nothing more.
  const again = await company.changes(() =>
    company.lab.engine.rollback(request, cli),
  );
  expect(again).toEqual([]);
});

it('from a release that failed it goes back to the last one that was good', async () => {
  await deploy('2.0');
  const bad = await company.target('bad', 'Development', 'bad.invalid');
  await failure(deploy('3.0'));
  await company.octopus.deleteMachine(bad.id);
  const run = await rollBack();
  expect(run.deployment).toMatchObject({
    ...{ version: '2.0', previousVersion: '3.0', state: 'Success' },
  });
});

it('to a release that was named, where that was good there', async () => {
  const run = await rollBack({ version: '1.0' });
  expect(run.deployment).toMatchObject({ version: '1.0', state: 'Success' });
  expect(await failure(rollBack({ version: '3.0' }))).toMatchObject({
    code: 'refused',
    message:
      'Hello 3.0 was never deployed to Development with success, so it is no way back.',
  });
});

it('where it is restricted, operators do it, by its name', async () => {
  const prod = { environment: 'prod' };
  expect(await failure(rollBack(prod))).toMatchObject({
    code: 'refused',
    message: 'Only operators may roll back Production.',
  });
  expect(await failure(rollBack({ ...prod, operator: true }))).toMatchObject({
    hint: 'Confirm it by its name, "Production".',
  });
});

it('during a freeze it is refused like any deployment', async () => {
  await company.lab.fault('octopus', { kind: 'freeze' });
  expect(await failure(rollBack())).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('deployment freeze'),
  });
});
