import type {
  PipelineRunResponse,
  WorkflowFleetResponse,
} from '@nante/plugin-infrastructure-common';
import {
  type GithubStandIn,
  startGithub,
} from '@nante/plugin-infrastructure-node/standIns';
import { component } from './__testUtils__/company';
import { githubConfig, pipelinesOn } from './__testUtils__/pipelines';

jest.setTimeout(60_000);

let standIn: GithubStandIn;
beforeAll(async () => {
  standIn = await startGithub();
});
afterAll(() => standIn?.stop());

/** The sandbox's company: hello has three finished runs, and pins an older release. */
const given = () =>
  pipelinesOn({
    config: githubConfig,
    entities: [
      component('hello', 'shop', { 'github.com/project-slug': 'acme/hello' }),
    ],
    engine: { github: async () => standIn.client },
  });

describe("a GitHub with the sandbox's company", () => {
  it('has a chain, runs, jobs and logs on the pages', async () => {
    const { pipeline, get } = await given();
    const seen = await pipeline('hello');
    expect(seen.missing).toBeUndefined();
    expect(seen.sources).toMatchObject([{ ok: true }]);
    expect(seen.runs.map(({ state }) => state).sort()).toEqual([
      'cancelled',
      'failed',
      'succeeded',
    ]);
    expect(seen.uses.length).toBeGreaterThan(0);
    const failed = seen.runs.find(({ state }) => state === 'failed')!;
    const { body } = await get(
      `/pipelines/runs/github/acme/hello/${failed.id}`,
    );
    const { jobs } = body as PipelineRunResponse;
    const job = jobs.find(({ state }) => state === 'failed')!;
    expect(job.steps.find(({ state }) => state === 'failed')?.name).toBe(
      'Test',
    );
    const { body: log } = await get(
      `/pipelines/jobs/github/acme/hello/${job.id}/log`,
    );
    expect(log.lines.length).toBeGreaterThan(0);
  });

  it('shows what hello calls in the fleet', async () => {
    const { get } = await given();
    const { repositories } = (await get('/workflow-fleet'))
      .body as WorkflowFleetResponse;
    expect(repositories).toMatchObject([
      { repository: 'acme/hello', state: 'behind' },
    ]);
    expect(repositories[0].uses[0].version).toBe('v0.0.9');
  });
});
