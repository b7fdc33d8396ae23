import { randomBytes } from 'node:crypto';
import type { CreateRepositoryRequest } from '@nante/model';
import { startLab, type Lab } from '../__testUtils__/lab';
import { cli, detailsOf } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';

jest.setTimeout(60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ deployments: true });
});
afterAll(() => lab?.stop());

const make = (change: Partial<CreateRepositoryRequest> = {}) =>
  lab.engine.createRepository(
    {
      requestId: `repository-${randomBytes(8).toString('hex')}`,
      requestedBy: 'user:default/olga',
      operator: true,
      dryRun: false,
      ...{ name: 'apps', format: 'raw', blobStore: 'default', redeploy: false },
      ...change,
    },
    cli,
  );

it('a repository is made once; asking for it again is success, and otherwise says in what it differs', async () => {
  const planned = await make({ dryRun: true });
  expect(planned.repository).toMatchObject({ alreadyThere: false });
  const nexus = await lab.engine.nexus('nexus');
  await expect(nexus.repository('apps')).resolves.toBeUndefined();
  const run = await make();
  expect(run.repository).toEqual({
    ...{ connection: 'nexus', name: 'apps', format: 'raw' },
    url: expect.stringMatching(/\/repository\/apps$/),
    alreadyThere: false,
  });
  expect(await readLedger(lab.store, 'releases.nexus')).toMatchObject([
    { kind: 'repository', outsideId: 'apps', state: 'created', runId: run.id },
  ]);
  const again = await make();
  expect(again.repository?.alreadyThere).toBe(true);
  expect(detailsOf(again).repository).toMatch(/^skipped/);
  await expect(make({ redeploy: true })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('may not be published again'),
  });
  await expect(make({ format: 'npm' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('a hosted repository of format raw'),
  });
});

it('only operators make repositories, and what Nexus refuses changes nothing', async () => {
  await expect(make({ operator: false })).rejects.toMatchObject({
    code: 'refused',
  });
  await expect(make({ dockerPort: 5000 })).rejects.toMatchObject({
    code: 'invalid-input',
  });
  await expect(
    make({ name: 'other', blobStore: 'none' }),
  ).rejects.toMatchObject({ code: 'invalid-input' });
  const { repository } = await make({
    ...{ name: 'images', format: 'docker', redeploy: true },
  });
  expect(repository).toMatchObject({ name: 'images', format: 'docker' });
});
