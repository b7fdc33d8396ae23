import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { createGithubClient } from './GithubClient';
import type { GithubApi } from './types';

jest.setTimeout(60_000);

let github: TestSystem;
let api: GithubApi;
const hello = { owner: 'acme', name: 'hello' };
beforeAll(async () => {
  github = await startSystem('github');
  const { apiUrl, token } = github.endpoint;
  api = createGithubClient({ url: String(apiUrl), token: String(token) });
});
afterAll(() => github?.stop());
afterEach(() => github.clearFaults());

describe("GitHub's runs, asked of a whole server", () => {
  it('come with jobs, steps and logs, and cost nothing while they stay the same', async () => {
    const { value: runs, etag } = await api.workflowRuns(hello, {
      workflow: 'ci.yml',
    });
    expect(runs?.map(run => run.conclusion).sort()).toEqual([
      ...['cancelled', 'failure', 'success'],
    ]);
    const before = api.requestCounts();
    expect(
      await api.workflowRuns(hello, { workflow: 'ci.yml', etag }),
    ).toMatchObject({ value: undefined });
    expect(api.requestCounts().notModified).toBe(before.notModified + 1);
    const failed = runs!.find(run => run.conclusion === 'failure')!;
    const { value: jobs } = await api.jobs(hello, failed.id);
    const [job] = jobs!;
    expect(job.steps.find(step => step.conclusion === 'failure')?.name).toBe(
      'Test',
    );
    expect(await api.jobLog(hello, job.id)).toEqual(expect.any(String));
  });

  it('are started with the id of the run, and cancelled', async () => {
    await github.fault({ kind: 'no-runner' });
    const started = await api.dispatchWorkflow(hello, {
      ...{ workflow: 'ci.yml', ref: 'main', inputs: {} },
    });
    const { value: run } = await api.workflowRun(hello, started.runId);
    expect(run).toMatchObject({ event: 'workflow_dispatch', branch: 'main' });
    await api.cancelRun(hello, started.runId);
    // Who is late finds it ended, which is what was wanted.
    await api.cancelRun(hello, started.runId);
    const runners = (await api.runners(hello))!;
    expect(runners.map(({ isOnline }) => isOnline)).not.toContain(true);
    expect(new Set(runners.map(({ name }) => name)).size).toBe(runners.length);
  });

  it('are refused with the end of the limit where that is far', async () => {
    await github.fault({ kind: 'rate-limited', resetSeconds: 1800 });
    await expect(api.repository(hello)).rejects.toMatchObject({
      code: 'refused',
      details: { resetsAt: expect.any(String) },
    });
    expect(api.limitedUntil()).toBeGreaterThan(Date.now() + 60_000);
  });
});
