import {
  removeGithubs,
  startGithub,
  type Json,
  type TestGithub,
} from './__testUtils__/server';
import {
  cloneOf,
  repositoryWith,
  workflowText,
} from './__testUtils__/workTree';

jest.setTimeout(60_000);

let github: TestGithub;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(removeGithubs);

const file = '.github/workflows/test.yml';

async function runsOf(path: string, query = ''): Promise<Json[]> {
  const { body } = await github.call('GET', `${path}/actions/runs?${query}`);
  return body.workflow_runs;
}

it('starts a run by a push, waiting for a runner with the labels of its jobs', async () => {
  const { path, sha } = await repositoryWith(github, 'app', {
    [file]: workflowText('push'),
  });
  const [run, ...others] = await runsOf(path, `head_sha=${sha}&event=push`);
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    ...{ status: 'queued', conclusion: null, head_branch: 'main' },
    ...{ display_title: 'Begin', run_number: 1, name: 'Test', path: file },
    html_url: `${github.url}/acme/app/actions/runs/${run.id}`,
  });
  const jobs = await github.call(
    ...(['GET', `${path}/actions/runs/${run.id}/jobs`] as const),
  );
  expect(jobs.body.jobs).toMatchObject([
    { name: 'test', status: 'queued', labels: ['self-hosted', 'linux'] },
  ]);
});

it.each([
  ['{ push: { branches: [main] } }', ['main']],
  ['{ push: { branches: ["feature/**", "!feature/b"] } }', ['feature/a']],
  ['{ push: { branches-ignore: ["feature/*"] } }', ['main']],
  ['{ push: { tags: ["v*"] } }', ['v1']],
  ['{ push: { paths: ["docs/**"] } }', ['feature/a', 'feature/b', 'v1']],
  ['[push]', ['main', 'feature/a', 'feature/b', 'v1']],
  ['workflow_dispatch', []],
])('follows the filters of `on: %s`', async (on, expected) => {
  const own = await repositoryWith(github, 'app', { 'readme.md': 'app' });
  await own.commit({ [file]: workflowText(on) });
  await own.push('main');
  for (const branch of ['feature/a', 'feature/b'])
    await own.push(`HEAD:refs/heads/${branch}`);
  await own.git('tag', 'v1');
  await own.push('v1');
  const started = (await runsOf(own.path)).map(run => run.head_branch);
  expect(started.sort()).toEqual([...expected].sort());
});

it('looks at the files of a push, and at the message that asks for no run', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: workflowText('{ push: { paths-ignore: ["**.md"] } }'),
  });
  await own.commit({ 'a.md': 'text' }, 'Only text');
  await own.push();
  await own.commit({ 'a.go': 'code', 'b.md': 'text' }, 'Code and text');
  await own.push();
  await own.commit({ 'b.go': 'code' }, 'Code [skip ci]');
  await own.push();
  const titles = (await runsOf(own.path)).map(run => run.display_title);
  expect(titles).toEqual(['Code and text', 'Begin']);
});

it('gives a failed run for a workflow that cannot be read or whose call leads nowhere', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: 'on: push\njobs: {',
    '.github/workflows/call.yml':
      'on: push\njobs:\n  a:\n    uses: acme/none/.github/workflows/x.yml@main\n',
  });
  const runs = await runsOf(own.path);
  expect(runs).toHaveLength(2);
  expect(runs.map(run => [run.status, run.conclusion])).toEqual([
    ['completed', 'failure'],
    ['completed', 'startup_failure'],
  ]);
});

it('follows callers into the workflows they call, and says which commits those are', async () => {
  const caller = `name: CI
on: push
concurrency:
  group: ci-\${{ github.ref }}
jobs:
  ci:
    uses: nante/nante/.github/workflows/reusable-ci.yml@v0.1.0
    with: { app_name: app }
  after:
    name: After \${{ github.ref_name }}
    needs: ci
    runs-on: self-hosted
    environment: dev
    steps: [{ run: "true" }]
`;
  const own = await repositoryWith(github, 'app', { [file]: caller });
  const [run] = await runsOf(own.path);
  const { commit } = github.credentials.workflows;
  expect(run.referenced_workflows).toEqual([
    {
      path: 'nante/nante/.github/workflows/reusable-ci.yml@v0.1.0',
      sha: commit,
      ref: 'refs/tags/v0.1.0',
    },
  ]);
  expect(github.runs.run(run.id).plan).toEqual([
    {
      key: 'ci/build',
      name: 'ci / Build and publish',
      labels: ['self-hosted', 'linux'],
      needs: [],
    },
    {
      ...{ key: 'after', name: 'After main', labels: ['self-hosted'] },
      ...{ needs: ['ci/build'], environment: 'dev' },
    },
  ]);
});

it('dispatches a workflow, and says at once which run that is', async () => {
  const on =
    '{ workflow_dispatch: { inputs: { environment: { type: choice, options: [dev, prod], required: true }, times: { type: number, default: 2 }, loud: { type: boolean } } } }';
  const own = await repositoryWith(github, 'app', {
    [file]: workflowText(on, 'run-name: To ${{ inputs.environment }}'),
  });
  const dispatch = (body: object) =>
    github.call(
      'POST',
      `${own.path}/actions/workflows/test.yml/dispatches`,
      body,
    );
  const { status, body } = await dispatch({
    ...{ ref: 'main', inputs: { environment: 'prod' } },
    return_run_details: true,
  });
  expect(status).toBe(200);
  const run = github.runs.run(body.workflow_run_id);
  expect(run).toMatchObject({
    ...{ event: 'workflow_dispatch', title: 'To prod', sha: own.sha },
    inputs: { environment: 'prod', times: 2, loud: false },
  });
  const inputs = { environment: 'dev' };
  expect((await dispatch({ ref: 'main', inputs })).status).toBe(204);

  const refusals: [object, string][] = [
    [{ ref: 'main' }, "Required input 'environment' not provided"],
    [
      { ref: 'main', inputs: { ...inputs, extra: 1 } },
      'Unexpected inputs provided: ["extra"]',
    ],
    [{ ref: 'main', inputs: { environment: 'moon' } }, 'not in the list'],
    [{ ref: 'nowhere', inputs }, 'No ref found for: nowhere'],
    [{ inputs }, '"ref" wasn\'t supplied'],
  ];
  for (const [asked, message] of refusals) {
    const refused = await dispatch(asked);
    expect(refused.status).toBe(422);
    expect(refused.body.message).toContain(message);
  }
  expect(await runsOf(own.path)).toHaveLength(2);
});

it('does not dispatch what has no such trigger', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: workflowText('push'),
  });
  const refused = await github.call(
    'POST',
    `${own.path}/actions/workflows/test.yml/dispatches`,
    { ref: 'main' },
  );
  expect(refused.body.message).toBe(
    "Workflow does not have 'workflow_dispatch' trigger",
  );
});

it('runs a pull request on its merge, with the secrets of the repository', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: workflowText('pull_request'),
  });
  await own.git('checkout', '--quiet', '-b', 'feature');
  await own.commit({ 'a.txt': 'a' }, 'Feature');
  await own.push('feature');
  const { body: pull } = await github.call('POST', `${own.path}/pulls`, {
    ...{ title: 'A feature', head: 'feature', base: 'main' },
  });
  const sha = await own.commit({ 'b.txt': 'b' }, 'More');
  await own.push('feature');
  const runs = await runsOf(own.path, 'event=pull_request');
  expect(runs).toHaveLength(2);
  expect(runs[0]).toMatchObject({
    ...{ head_sha: sha, head_branch: 'feature', display_title: 'A feature' },
    pull_requests: [{ number: pull.number }],
  });
  const { checkout } = github.runs.run(runs[0].id);
  await own.git('fetch', '--quiet', 'origin', 'refs/pull/1/merge');
  const merge = await own.git('rev-parse', 'FETCH_HEAD');
  expect(merge.stdout.trim()).toBe(checkout);
});

it('gives the pull request of a fork neither a secret nor a runner of ours', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: workflowText('pull_request'),
  });
  await github.call('PATCH', own.path, { visibility: 'public' });
  const developer = github.as('developer');
  await developer('POST', `${own.path}/forks`, {});
  const fork = await cloneOf(github, 'dana/app', 'developer');
  await fork.git('checkout', '--quiet', '-b', 'attack');
  await fork.commit({ [file]: workflowText('pull_request') });
  await fork.push('attack');
  const opened = await developer('POST', `${own.path}/pulls`, {
    ...{ title: 'Please', head: 'dana:attack', base: 'main' },
  });
  expect(opened.status).toBe(201);

  const [run] = await runsOf(own.path, 'event=pull_request');
  expect(run).toMatchObject({
    ...{ status: 'completed', conclusion: 'action_required' },
    head_repository: { full_name: 'dana/app' },
  });
  const runner = github.runs.registerRunner({
    ...{ organization: 'acme', name: 'one', os: 'linux' },
    labels: ['self-hosted', 'linux'],
  });
  await github.call('POST', `${own.path}/actions/runs/${run.id}/approve`);
  expect(github.runs.run(run.id).status).toBe('queued');
  expect(github.runs.takeNext(runner)).toBeUndefined();
});

it('starts nothing by what a run pushes with its own token', async () => {
  const own = await repositoryWith(github, 'app', {
    [file]: workflowText('push'),
  });
  const runner = github.runs.registerRunner({
    ...{ organization: 'acme', name: 'one', os: 'linux' },
    labels: ['self-hosted', 'linux'],
  });
  const { id, token } = github.runs.takeNext(runner)!;
  await own.commit({ 'made.txt': 'made' }, 'Made by a run');
  await own.git(
    ...['remote', 'set-url', 'origin'],
    github.url.replace('//', `//x:${token}@`).concat('/acme/app.git'),
  );
  expect(await own.push('main')).toMatchObject({ code: 0 });
  expect(await runsOf(own.path)).toHaveLength(1);
  const foreign = await github.send(token, 'GET', '/repos/acme/hello');
  expect(foreign.status).toBe(404);
  github.runs.endRun(id);
  expect((await own.push('main')).stderr).toContain('Authentication failed');
});
