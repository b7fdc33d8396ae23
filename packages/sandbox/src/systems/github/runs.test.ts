import {
  removeGithubs,
  startGithub,
  type Json,
  type TestGithub,
} from './__testUtils__/server';
import { repositoryWith, workflowText } from './__testUtils__/workTree';

jest.setTimeout(60_000);

let github: TestGithub;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(removeGithubs);

const file = '.github/workflows/test.yml';
const dispatchable = (more = '') => workflowText('workflow_dispatch', more);

function addRunner(to = github): number {
  return to.runs.registerRunner({
    ...{ organization: 'acme', name: 'one', os: 'linux' },
    labels: ['self-hosted', 'Linux', 'x64'],
  });
}

/** A repository with a workflow that is dispatched as often as wanted. */
async function app(more = '', files: Record<string, string> = {}) {
  const own = await repositoryWith(github, 'app', {
    [file]: dispatchable(more),
    ...files,
  });
  async function dispatch(): Promise<number> {
    const { body } = await github.call(
      'POST',
      `${own.path}/actions/workflows/test.yml/dispatches`,
      { ref: 'main', return_run_details: true },
    );
    return body.workflow_run_id;
  }
  const runs = `${own.path}/actions/runs`;
  const look = async (id: number): Promise<Json> =>
    (await github.call('GET', `${runs}/${id}`)).body;
  return { ...own, runs, dispatch, look };
}

it('hands the oldest run to a runner, with all that it needs, and shows what the runner tells', async () => {
  const own = await app();
  const a = `${own.path}/actions`;
  await github.call('POST', `${a}/variables`, { name: 'place', value: 'here' });
  await github.call('PUT', `${own.path}/environments/dev`, {});
  await github.call('POST', `${own.path}/environments/dev/variables`, {
    ...{ name: 'place', value: 'dev' },
  });
  const runner = addRunner();
  let calls = 0;
  const stop = github.runs.onQueued(() => (calls += 1));
  const id = await own.dispatch();
  await own.dispatch();
  expect(calls).toBe(2);
  stop();

  const taken = github.runs.takeNext(runner)!;
  expect(taken).toMatchObject({
    ...{ id, sha: own.sha, ref: 'refs/heads/main', path: file, attempt: 1 },
    repository: { owner: 'acme', name: 'app' },
    variables: { PLACE: 'here' },
    environments: { dev: { variables: { PLACE: 'dev' }, secrets: {} } },
    jobs: [{ key: 'test', name: 'test' }],
  });
  expect((await own.look(id)).status).toBe('in_progress');
  const { body } = await github.call('GET', `${a}/runners`);
  expect(body.runners).toMatchObject([{ status: 'online', busy: true }]);

  const job = github.runs.beginJob(id, { key: 'test', name: 'test' });
  github.runs.beginStep(job, { number: 1, name: 'Say so' });
  github.runs.writeLog(job, 'yes');
  const early = await github.call('GET', `${a}/jobs/${job}/logs`);
  expect(early.status).toBe(404);
  github.runs.endStep(job, 1, 'success');
  github.runs.beginStep(job, { number: 2, name: 'Fail' });
  github.runs.endStep(job, 2, 'failure');
  github.runs.endJob(job, 'failure');
  github.runs.endRun(id);
  expect(await own.look(id)).toMatchObject({
    ...{ status: 'completed', conclusion: 'failure' },
  });
  const shown = (await github.call('GET', `${a}/jobs/${job}`)).body;
  expect(shown.runner_name).toBe('one');
  expect(shown.steps.map((step: Json) => [step.name, step.conclusion])).toEqual(
    [
      ['Say so', 'success'],
      ['Fail', 'failure'],
    ],
  );
  const log = await github.call('GET', `${a}/jobs/${job}/logs`);
  expect(log.status).toBe(302);
  const text = await fetch(log.headers.get('location')!);
  expect(await text.text()).toMatch(/^\d{4}-[\d:.T-]+Z yes\n$/);
  const archive = await github.call('GET', `${own.runs}/${id}/logs`);
  const zip = await fetch(archive.headers.get('location')!);
  expect(zip.headers.get('content-type')).toBe('application/zip');
});

it('keeps a run queued that asks for labels no runner has', async () => {
  const own = await app();
  const runner = github.runs.registerRunner({
    ...{ organization: 'acme', name: 'small', os: 'linux', labels: ['linux'] },
  });
  await own.dispatch();
  expect(github.runs.takeNext(runner)).toBeUndefined();
});

it('cancels a queued run at once, asks the runner of another, and takes it away by force', async () => {
  const own = await app();
  const runner = addRunner();
  const [first, second] = [await own.dispatch(), await own.dispatch()];
  const asked: [number, string][] = [];
  github.runs.onCancel((id, how) => asked.push([id, how]));
  github.runs.takeNext(runner);
  const job = github.runs.beginJob(first, { key: 'test', name: 'test' });

  const cancel = (id: number, how = 'cancel') =>
    github.call('POST', `${own.runs}/${id}/${how}`);
  expect((await cancel(second)).status).toBe(202);
  expect((await own.look(second)).conclusion).toBe('cancelled');
  expect((await cancel(second)).status).toBe(409);

  await cancel(first);
  expect((await own.look(first)).status).toBe('in_progress');
  expect(github.runs.cancelRequested(first)).toBe('cancel');
  await cancel(first, 'force-cancel');
  expect(await own.look(first)).toMatchObject({
    ...{ status: 'completed', conclusion: 'cancelled' },
  });
  expect(asked).toEqual([
    [first, 'cancel'],
    [first, 'force'],
  ]);
  // What the runner still tells changes nothing.
  github.runs.beginStep(job, { number: 1, name: 'Late' });
  github.runs.endRun(first, 'success');
  expect((await own.look(first)).conclusion).toBe('cancelled');
});

it('runs again as another attempt, and keeps what the one before was', async () => {
  const own = await app();
  const runner = addRunner();
  const id = await own.dispatch();
  github.runs.takeNext(runner);
  github.runs.endJob(
    github.runs.beginJob(id, { key: 'test', name: 'test' }),
    'failure',
  );
  github.runs.endRun(id);
  const rerun = `${own.runs}/${id}/rerun-failed-jobs`;
  expect((await github.as('developer')('POST', rerun)).status).toBe(201);
  expect((await github.call('POST', rerun)).status).toBe(403);
  expect(await own.look(id)).toMatchObject({
    ...{ run_attempt: 2, status: 'queued', conclusion: null },
    ...{ actor: { login: 'nante-bot' }, triggering_actor: { login: 'dana' } },
  });
  const jobs = async (end: string) =>
    (await github.call('GET', `${own.runs}/${id}/${end}`)).body.jobs;
  expect(await jobs('jobs')).toMatchObject([{ status: 'queued' }]);
  expect(await jobs('jobs?filter=all')).toHaveLength(2);
  expect(await jobs('attempts/1/jobs')).toMatchObject([
    { conclusion: 'failure' },
  ]);
  expect(github.runs.takeNext(runner)?.attempt).toBe(2);
});

it('lets one run of a group work and one wait, and cancels what waited before', async () => {
  const own = await app('concurrency: deploy');
  const runner = addRunner();
  const first = await own.dispatch();
  github.runs.takeNext(runner);
  const second = await own.dispatch();
  const third = await own.dispatch();
  const states = async () =>
    Promise.all(
      [first, second, third].map(async id => {
        const { status, conclusion } = await own.look(id);
        return conclusion ?? status;
      }),
    );
  expect(await states()).toEqual(['in_progress', 'cancelled', 'pending']);
  expect(github.runs.takeNext(runner)).toBeUndefined();
  github.runs.endRun(first, 'success');
  expect(await states()).toEqual(['success', 'cancelled', 'queued']);
});

it('queues all runs of a group that asks for it, and cancels the older one where that is asked for', async () => {
  const own = await app('concurrency: { group: all, queue: max }', {
    '.github/workflows/newest.yml': workflowText(
      'push',
      'concurrency: { group: "${{ github.workflow }}-${{ github.ref }}", cancel-in-progress: true }',
    ),
  });
  const ids = [
    await own.dispatch(),
    await own.dispatch(),
    await own.dispatch(),
  ];
  expect(ids.map(id => github.runs.run(id).status)).toEqual([
    ...['queued', 'pending', 'pending'],
  ]);
  await own.commit({ 'a.txt': 'a' }, 'Newer');
  await own.push();
  const { body } = await github.call('GET', `${own.runs}?event=push`);
  expect(
    body.workflow_runs.map((run: Json) => [
      run.display_title,
      run.conclusion ?? run.status,
    ]),
  ).toEqual([
    ['Newer', 'queued'],
    ['Begin', 'cancelled'],
  ]);
});

it('waits for a reviewer of the environment, who lets it go on or not', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: dispatchable().replace('steps:', 'environment: prod\n    steps:'),
  });
  const { body: dana } = await github.call('GET', '/users/dana');
  const { body: prod } = await github.call(
    ...(['PUT', `${own.path}/environments/prod`] as const),
    { reviewers: [{ type: 'User', id: dana.id }] },
  );
  async function review(state: string) {
    const { body } = await github.call(
      'POST',
      `${own.path}/actions/workflows/test.yml/dispatches`,
      { ref: 'main', return_run_details: true },
    );
    const run = `${own.path}/actions/runs/${body.workflow_run_id}`;
    const before = (await github.call('GET', run)).body.status;
    const answer = { environment_ids: [prod.id], state, comment: '' };
    const path = `${run}/pending_deployments`;
    expect((await github.call('POST', path, answer)).status).toBe(403);
    await github.as('developer')('POST', path, answer);
    const after = (await github.call('GET', run)).body;
    return [before, after.conclusion ?? after.status];
  }
  expect(await review('approved')).toEqual(['waiting', 'queued']);
  expect(await review('rejected')).toEqual(['waiting', 'failure']);
});

it('takes a run away from its runner when its repository goes, whatever the runner still tells', async () => {
  const own = await app();
  const runner = addRunner();
  const id = await own.dispatch();
  github.runs.takeNext(runner);
  const job = github.runs.beginJob(id, { key: 'test', name: 'test' });
  const asked: string[] = [];
  github.runs.onCancel((_, how) => asked.push(how));
  await github.call('DELETE', own.path);
  expect(asked).toEqual(['force']);
  github.runs.beginStep(job, { number: 1, name: 'Late' });
  github.runs.endJob(job, 'success');
  github.runs.writeLog(github.runs.beginJob(id, { name: 'later' }), 'late');
  github.runs.endRun(id);
  expect(github.runs.cancelRequested(id)).toBe('force');
  expect(await github.steer('GET', '/state')).toMatchObject({ runs: 3 });
});

it('says of a run that was under way when the stand-in went down that it failed', async () => {
  const own = await app();
  const runner = addRunner();
  const [lost, waiting] = [await own.dispatch(), await own.dispatch()];
  github.runs.takeNext(runner);
  github.runs.beginJob(lost, { key: 'test', name: 'test' });
  await github.stop();
  const again = await startGithub({ dataDir: github.dataDir });
  expect(again.runs.run(lost)).toMatchObject({
    ...{ status: 'completed', conclusion: 'failure' },
  });
  expect(again.runs.run(waiting).status).toBe('queued');
  expect(again.runs.takeNext(addRunner(again))?.id).toBe(waiting);
});

it('shows the seeded company its three runs with jobs, steps and logs', async () => {
  const path = '/repos/acme/hello/actions';
  const { body } = await github.call('GET', `${path}/runs`);
  expect(body.workflow_runs.map((run: Json) => run.conclusion)).toEqual([
    ...['cancelled', 'failure', 'success'],
  ]);
  const { id } = body.workflow_runs[1];
  const { jobs } = (await github.call('GET', `${path}/runs/${id}/jobs`)).body;
  const failed = jobs[0].steps.find(
    (step: Json) => step.conclusion === 'failure',
  );
  expect(failed.name).toBe('Test');
  const log = await github.call('GET', `${path}/jobs/${jobs[0].id}/logs`);
  const text = await fetch(log.headers.get('location')!);
  expect(await text.text()).toContain('FAILED');
});
