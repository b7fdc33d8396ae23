import {
  startFakeGithub,
  type FakeAnswer,
  type FakeGithub,
} from './__testUtils__/fakeGithub';

const shop = { owner: 'acme', name: 'shop' };
const at = '/repos/acme/shop';
const path = `POST ${at}/actions/workflows/ci.yml/dispatches`;
const list = `GET ${at}/actions/workflows/ci.yml/runs`;
const wanted = { workflow: 'ci.yml', ref: 'main', inputs: { size: '$(id)' } };

const run = (id: number, change: object = {}) => ({
  ...{ id, run_number: id, event: 'workflow_dispatch', head_sha: 'abc' },
  ...{ created_at: 't', updated_at: 't', html_url: `https://x/runs/${id}` },
  ...{ actor: { login: 'nante-bot' }, ...change },
});
const runs = (...all: object[]): FakeAnswer => ({
  body: { workflow_runs: all },
});

let github: FakeGithub;
beforeEach(async () => {
  github = await startFakeGithub();
  github.answers['GET /user'] = [{ body: { login: 'nante-bot' } }];
  github.answers[`GET ${at}/commits/main`] = [
    {
      body: {
        ...{ sha: 'abc', parents: [], commit: { tree: { sha: 't' } } },
      },
    },
  ];
});
afterEach(() => github.stop());
const start = () =>
  github.client({ lookMs: 20 }).dispatchWorkflow(shop, wanted);
const sent = () =>
  github.seen.flatMap(({ method, body }) => (method === 'POST' ? [body] : []));

it('a started workflow is the run that GitHub names; its inputs stay text', async () => {
  github.answers[list] = [runs()];
  github.answers[path] = [
    { body: { workflow_run_id: 9, html_url: 'https://x/9', run_url: 'y' } },
  ];
  const client = github.client({ lookMs: 20 });
  const first = await client.dispatchWorkflow(shop, wanted);
  expect(first).toEqual({ runId: 9, url: 'https://x/9' });
  expect(sent()).toEqual([
    { ref: 'main', inputs: { size: '$(id)' }, return_run_details: true },
  ]);
  // A server that has named one names all: nothing else is asked any more.
  github.seen.length = 0;
  await client.dispatchWorkflow(shop, wanted);
  expect(github.seen).toHaveLength(1);
});

describe('a started workflow on a server that names no runs', () => {
  beforeEach(() => {
    github.answers[path] = [{ status: 204 }];
  });

  it('is the new one of our user and that commit', async () => {
    const others = [
      run(2, { actor: { login: 'dana' } }),
      run(3, { head_sha: 'def' }),
    ];
    github.answers[list] = [
      runs(run(1)),
      runs(...others, run(1)),
      runs(run(4), ...others, run(1)),
    ];
    expect(await start()).toEqual({ runId: 4, url: 'https://x/runs/4' });
  });

  it('two that fit are not guessed between', async () => {
    github.answers[list] = [runs(), runs(run(4), run(5))];
    await expect(start()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('2 new runs fit: 4, 5'),
      hint: expect.stringContaining("don't start it again"),
    });
    expect(sent()).toHaveLength(1);
  });

  it('and refuses the word that asks for them, it is sent again without', async () => {
    github.answers[path] = [
      {
        status: 422,
        body: { message: '"return_run_details" is not a permitted key.' },
      },
      { status: 204 },
    ];
    github.answers[list] = [runs(), runs(run(4))];
    expect(await start()).toMatchObject({ runId: 4 });
    expect(sent()).toEqual([
      { ref: 'main', inputs: { size: '$(id)' }, return_run_details: true },
      { ref: 'main', inputs: { size: '$(id)' } },
    ]);
  });

  it('two that we start at once are each their own', async () => {
    github.answers[list] = [
      runs(),
      runs(run(1)),
      runs(run(1)),
      runs(run(2), run(1)),
    ];
    const client = github.client({ lookMs: 20 });
    const both = await Promise.all([
      client.dispatchWorkflow(shop, wanted),
      client.dispatchWorkflow(shop, wanted),
    ]);
    expect(both.map(({ runId }) => runId)).toEqual([1, 2]);
  });
});

it('a ref that is not there starts nothing', async () => {
  github.answers[list] = [runs()];
  github.answers[`GET ${at}/commits/main`] = [{ status: 422 }];
  await expect(start()).rejects.toMatchObject({ code: 'not-found' });
  expect(sent()).toEqual([]);
});
