import {
  type StandIns,
  startStandIns,
} from '@nante/plugin-infrastructure-node/standIns';
import { infrastructureConfigSchema } from '@nante/model';
import type { DeploymentMatrixResponse } from '@nante/plugin-infrastructure-common';
import { rowOf } from './__testUtils__/deployments';
import {
  document,
  githubConfig,
  pipelinesOn,
  stagesOf,
} from './__testUtils__/pipelines';

// Two cores are shared by many.
jest.setTimeout(30_000);

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());

/** The shop's pipeline, whose newest commit is what runs in Development. */
async function given() {
  const backend = await pipelinesOn({
    config: infrastructureConfigSchema.parse({
      ...standIns.config,
      connections: {
        ...standIns.config.connections,
        github: githubConfig.connections.github,
      },
    }),
    engine: standIns.clients,
  });
  const matrix = (await backend.get('/deployments'))
    .body as DeploymentMatrixResponse;
  const { cells } = rowOf(matrix, 'shop');
  const fake = backend.github.start('acme/shop', { jobs: ['ci / Build'] });
  backend.github.begin(fake, 0, ['Build', 'Release']);
  backend.github.end(fake);
  const { version, releaseId } = cells.Development;
  backend.documents.push(
    document('gh-1', {
      ...{ kind: 'release', link: fake.run.url, environment: '' },
      release: {
        ...{ connection: 'octopus', id: releaseId!, version: version! },
        ...{ project: 'Shop', packages: [], url: '', alreadyThere: false },
      },
    }),
  );
  return { ...backend, cells };
}

describe('the chain after the workflow', () => {
  it('goes on with where Octopus has taken the release to, and where it may go', async () => {
    const { pipeline, cells } = await given();
    const answer = await pipeline();
    const seen = stagesOf(answer);
    expect(seen.release).toMatchObject({ state: 'succeeded', runId: 'gh-1' });
    // Development is ours by the name of dev, Staging is nobody's, Production is prod.
    expect(
      answer.stages
        .filter(({ kind }) => kind === 'deploy')
        .map(one => one.title),
    ).toEqual(['dev', 'prod', 'Staging']);
    expect(seen.dev).toMatchObject({
      state: cells.Development.state === 'Success' ? 'succeeded' : 'failed',
      detail: cells.Development.version,
    });
    // Something else runs in Production, where it may still go.
    expect(cells.Production.version).not.toBe(cells.Development.version);
    expect(seen.prod).toMatchObject({
      state: 'pending',
      detail: `${cells.Production.version} runs there`,
    });
  });

  it('is shown without Octopus where that is down', async () => {
    const { pipeline } = await given();
    await standIns.fault('octopus', { kind: 'status', status: 503 });
    expect(stagesOf(await pipeline()).release.state).toBe('succeeded');
  });
});
