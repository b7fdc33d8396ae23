import { mockCredentials } from '@backstage/backend-test-utils';
import { NanteError } from '@nante/model';
import { fakeConfig } from '@nante/plugin-infrastructure-node/testUtils';
import request from 'supertest';
import {
  claimed,
  document,
  older,
  pipelinesOn,
  stagesOf,
} from './__testUtils__/pipelines';
import { component } from './__testUtils__/company';
import type { Options } from './__testUtils__/start';

// Two cores are shared by many.
jest.setTimeout(30_000);

const run = '/pipelines/runs/github/acme/shop/1';
const log = '/pipelines/jobs/github/acme/shop/1/log';

describe('who may ask about pipelines', () => {
  it('is nobody without a sign-in, and nobody without the permission', async () => {
    const { server, get, post, github } = await pipelinesOn({
      deny: ['infrastructure.pipeline.read', 'infrastructure.run.read'],
    });
    const paths = [
      ...['/pipelines?entityRef=component:default/shop', run, log],
      ...['/workflow-fleet', '/home', '/templates/durations'],
    ];
    for (const path of paths) {
      const anonymous = await request(server)
        .get(`/api/infrastructure${path}`)
        .set('authorization', mockCredentials.none.header());
      expect([path, anonymous.status]).toEqual([path, 401]);
      expect([path, (await get(path)).status]).toEqual([path, 403]);
    }
    for (const path of ['/pipelines/actions', '/workflow-fleet/raise'])
      expect([path, (await post(path)).status]).toEqual([path, 403]);
    expect(github.count()).toBe(0);
  });

  it('sees repositories that a component names, and no others that the token reaches', async () => {
    const { get, github } = await pipelinesOn();
    github.push('acme/secret', {});
    const fake = github.start('acme/secret');
    const answer = await get(
      `/pipelines/runs/github/acme/secret/${fake.run.id}`,
    );
    expect([answer.status, answer.body.error.message]).toEqual([
      404,
      'No component of the catalog has the repository acme/secret of github',
    ]);
    expect(
      (await get('/pipelines/runs/github/acme/..%2f..%2fx/1')).status,
    ).toBe(400);
  });
});

describe('the chain of a commit', () => {
  it('shows every stage with what our runs know of it', async () => {
    const { github, documents, pipeline } = await pipelinesOn();
    const sha = github.newestCommit('acme/shop');
    const fake = github.start('acme/shop', {
      sha,
      jobs: ['ci / Build and publish', 'Deploy to dev'],
    });
    github.begin(fake, 0, [
      'Set up job',
      'Build',
      'Test',
      'Scan',
      'Publish',
      'Release',
    ]);
    github.end(fake, 0);
    github.begin(fake, 1, ['Deploy']);
    github.end(fake, 1);
    const link = fake.run.url;
    const digest = `sha256:${'1'.repeat(64)}`;
    documents.push(
      document('gh-3', {
        ...{ kind: 'deploy-docker', link, environment: 'dev' },
        appDeployment: {
          version: '0.1.7',
          url: 'http://10.30.0.101:8080',
        } as never,
      }),
      document('gh-2', {
        ...{ kind: 'release', link, environment: '' },
        release: { version: '0.1.7', url: 'https://octopus/r' } as never,
      }),
      document('gh-1', {
        ...{ kind: 'publish', environment: '', inputs: { commit: sha } },
        artifact: {
          name: 'shop',
          version: '0.1.7',
          digest,
          pull: 'nexus/shop@x',
        } as never,
      }),
    );
    const answer = await pipeline();
    expect(answer).toMatchObject({
      repository: { connection: 'github', name: 'acme/shop' },
      ...{ branch: 'main', currentVersion: 'v0.2.0' },
      commit: { sha, title: 'A change' },
      mayRun: { allowed: true },
      sources: [{ connection: 'github', ok: true }],
    });
    expect(answer.stages.map(({ title, state }) => [title, state])).toEqual([
      ['Commit', 'succeeded'],
      ['Build', 'succeeded'],
      ['Test', 'succeeded'],
      ['Scan', 'succeeded'],
      ['Publish', 'succeeded'],
      ['Release', 'succeeded'],
      ['dev', 'succeeded'],
    ]);
    expect(stagesOf(answer)).toMatchObject({
      publish: { detail: 'shop 0.1.7 (sha256:111111111111)', runId: 'gh-1' },
      release: { detail: '0.1.7', runId: 'gh-2', url: 'https://octopus/r' },
      dev: { detail: '0.1.7', runId: 'gh-3', url: 'http://10.30.0.101:8080' },
    });
    expect(answer.uses).toEqual([
      {
        ...{ caller: 'ci.yml', workflow: 'reusable-ci.yml', ref: older },
        ...{ version: 'v0.1.0', state: 'behind' },
      },
    ]);
    expect(answer.dispatchable).toEqual([
      {
        ...{ file: 'ci.yml', name: 'CI' },
        inputs: [
          {
            name: 'environment',
            required: true,
            type: 'choice',
            options: ['dev', 'prod'],
          },
          { name: 'force', required: false, type: 'boolean', default: 'false' },
        ],
      },
    ]);
  });

  it('says where it failed, what was left out, and that a runner died', async () => {
    const { github, pipeline, hear } = await pipelinesOn();
    const fake = github.start('acme/shop');
    github.begin(fake, 0, ['Build', 'Test', 'Publish']);
    github.end(fake, 0, 'failure', 'Test');
    const states = async () =>
      Object.fromEntries(
        (await pipeline()).stages.map(({ kind, state }) => [kind, state]),
      );
    expect(await states()).toEqual({
      ...{ commit: 'succeeded', build: 'succeeded' },
      ...{ test: 'failed', publish: 'skipped' },
    });
    const second = github.start('acme/shop', { sha: 'd'.repeat(40) });
    github.begin(second, 0, ['Build', 'Test']);
    github.lose(second);
    await hear(github.runEvent(second));
    expect(await states()).toMatchObject({ build: 'failed', test: 'skipped' });
  });

  it('shows what will be built before its job begins, and why nothing takes it', async () => {
    const { github, pipeline } = await pipelinesOn();
    github.runners = [];
    github.start('acme/shop', {
      createdAt: new Date(Date.now() - 60_000).toISOString(),
      calls: [
        { path: 'nante/nante/.github/workflows/reusable-ci.yml@x', sha: older },
      ],
    });
    const answer = await pipeline();
    expect(answer.stages.map(({ kind, state }) => [kind, state])).toEqual([
      ['commit', 'succeeded'],
      ...['build', 'test', 'scan', 'publish'].map(kind => [kind, 'pending']),
    ]);
    expect(answer.runs[0]).toMatchObject({
      state: 'queued',
      waitsFor: 'build waits: no runner has the labels self-hosted, linux.',
    });
  });

  it('costs GitHub little at first, and nothing while nothing changes', async () => {
    const { github, pipeline, hear } = await pipelinesOn();
    const fake = github.start('acme/shop');
    github.begin(fake);
    github.end(fake);
    await pipeline();
    const first = github.count();
    expect(first).toBeLessThanOrEqual(6);
    await Promise.all(Array.from({ length: 50 }, () => pipeline()));
    expect(github.count()).toBe(first);
    const next = github.start('acme/shop');
    await hear(github.runEvent(next));
    await hear(github.runEvent(next));
    expect((await pipeline()).runs[0].id).toBe(next.run.id);
    // Its runs, its jobs, and the runners that it waits for.
    expect(github.count()).toBeLessThanOrEqual(first + 3);
  });
});

describe('pages that are open', () => {
  it('are told once that something of a repository changed, however many events there are', async () => {
    const { github, hear, published } = await pipelinesOn();
    const fake = github.start('acme/shop');
    await hear(github.runEvent(fake));
    github.begin(fake);
    await hear(github.jobEvent(fake));
    await hear(github.jobEvent(fake));
    await hear({ event: 'push', payload: {} });
    const told = () => published.filter(({ topic }) => topic === 'signals');
    const deadline = Date.now() + 10_000;
    while (!told().length && Date.now() < deadline)
      await new Promise(resolve => setTimeout(resolve, 50));
    expect(told()).toEqual([
      expect.objectContaining({
        eventPayload: expect.objectContaining({
          channel: 'infrastructure',
          message: { kind: 'workflows', id: 'acme/shop' },
        }),
      }),
    ]);
  }, 20_000);
});

describe('a chain that there is not', () => {
  const reasons: [string, string, Options | undefined, string?][] = [
    ['a component without a repository', 'plain', undefined, 'no-repository'],
    ['one that the catalog lacks', 'nobody', undefined, 'no-repository'],
    ['a repository on another server', 'elsewhere', undefined, 'no-connection'],
    [
      'a repository that the token may not see',
      'gone',
      {
        entities: [
          component('gone', 'shop', { 'github.com/project-slug': 'acme/gone' }),
        ],
      },
      'not-readable',
    ],
  ];
  it.each(reasons)('says why: %s', async (_, name, options, missing) => {
    const { pipeline } = await pipelinesOn(options);
    expect(await pipeline(name)).toMatchObject({
      missing,
      stages: [],
      runs: [],
    });
  });

  it('says that there is no connection, no workflow, and nothing that ran', async () => {
    const none = await pipelinesOn({ config: fakeConfig });
    expect((await none.pipeline()).missing).toBe('no-connection');
    const { pipeline } = await pipelinesOn();
    expect((await pipeline()).missing).toBe('nothing-run');
    const bare = await pipelinesOn({
      entities: [
        component('bare', 'shop', { 'github.com/project-slug': 'acme/bare' }),
      ],
    });
    bare.github.push('acme/bare', { 'README.md': 'nothing' });
    expect((await bare.pipeline('bare')).missing).toBe('no-workflow');
  });

  it('shows what was known before while GitHub is down, and until when its limit is used up', async () => {
    const { github, pipeline, hear } = await pipelinesOn();
    const fake = github.start('acme/shop');
    github.begin(fake);
    github.end(fake);
    await pipeline();
    github.error = new NanteError('unreachable', 'GitHub does not answer');
    await hear(github.runEvent(github.start('acme/shop')));
    const down = await pipeline();
    expect(down.runs).toHaveLength(1);
    expect(down.sources).toMatchObject([
      { ok: false, error: expect.stringContaining('GitHub does not answer') },
    ]);
    github.error = undefined;
    github.limitedUntil = Date.now() + 60_000;
    await hear(github.runEvent(github.start('acme/shop')));
    const limited = await pipeline();
    expect(limited.limitedUntil).toBe(
      new Date(github.limitedUntil).toISOString(),
    );
    expect(limited.runs).toHaveLength(1);
    const asked = github.count();
    await pipeline();
    expect(github.count()).toBe(asked);
  });

  it('says that the token may not read what it needs', async () => {
    const { github, pipeline } = await pipelinesOn();
    github.error = new NanteError('unauthorized', 'The token lacks actions');
    expect(await pipeline()).toMatchObject({
      missing: 'not-readable',
      sources: [{ ok: false }],
    });
  });
});

describe('a run and its log', () => {
  it('has jobs, steps, the runs of ours that it made, and the end of its log without our secrets', async () => {
    process.env.NEXUS_PASSWORD = 'a-secret-of-ours';
    const { github, get, documents } = await pipelinesOn();
    const fake = github.start('acme/shop');
    const jobId = fake.jobs[0].id;
    const path = `/pipelines/jobs/github/acme/shop/${jobId}/log`;
    fake.logs[jobId] = `${'line\n'.repeat(5_010)}it is a-secret-of-ours\n`;
    github.begin(fake, 0, ['Build']);
    github.end(fake, 0);
    documents.push(document('gh-1', { kind: 'publish', link: fake.run.url }));
    const { body } = await get(
      `/pipelines/runs/github/Acme/Shop/${fake.run.id}`,
    );
    expect(body).toMatchObject({
      run: { id: fake.run.id, state: 'succeeded', file: 'ci.yml' },
      jobs: [{ name: 'build', state: 'succeeded', steps: [{ name: 'Build' }] }],
      results: [{ id: 'gh-1', kind: 'publish', state: 'succeeded' }],
      mayRun: { allowed: true },
    });
    const other = github.start('acme/shop');
    expect(
      (await get(path.replace(`${jobId}`, `${other.jobs[0].id}`))).body,
    ).toEqual({ omitted: 0 });
    const { body: end } = await get(path);
    expect(end.lines).toHaveLength(5_000);
    expect(end.omitted).toBe(11);
    expect(end.lines.at(-1)).toBe('it is ***');
    delete process.env.NEXUS_PASSWORD;
  });
});

describe('a click', () => {
  const entityRef = 'component:default/shop';

  it('starts, repeats and cancels, for whoever owns the component', async () => {
    const { github, post } = await pipelinesOn({ member: true });
    const started = await post('/pipelines/actions', {
      ...{ entityRef, action: 'dispatch', file: 'ci.yml' },
      inputs: { environment: 'dev' },
    });
    expect(started.status).toBe(202);
    const fake = github.newest('acme/shop')!;
    expect(started.body).toEqual({ runId: fake.run.id, url: fake.run.url });
    github.begin(fake);
    for (const action of ['rerun-failed', 'cancel']) {
      const answer = await post('/pipelines/actions', {
        ...{ entityRef, action, runId: fake.run.id },
      });
      expect([answer.status, answer.body.runId]).toEqual([202, fake.run.id]);
    }
    expect(github.calls.map(({ call }) => call)).toEqual(
      expect.arrayContaining([
        'dispatchWorkflow',
        'rerunFailedJobs',
        'cancelRun',
      ]),
    );
  });

  it('is refused with the reason that the page shows', async () => {
    const thief = component('thief', 'group:default/thieves', {
      'github.com/project-slug': 'acme/shop',
    });
    const ledger = [
      {
        ...{ app: 'other', connection: 'github', repository: 'acme/shop' },
        ...{ repositoryId: '1', runId: 'r' },
      },
    ];
    const refusals: [Options, string, RegExp][] = [
      [{ member: true }, 'billing', /^Only billing and operators may do this/],
      [
        { member: true, deny: ['infrastructure.pipeline.run'] },
        'shop',
        /You lack the permission infrastructure\.pipeline\.run/,
      ],
      [
        { member: true, entities: [...claimed, thief] },
        'shop',
        /thief, which has another owner, names it too/,
      ],
      [
        { member: true, engine: { managedRepositories: async () => ledger } },
        'shop',
        /it was made for other/,
      ],
    ];
    for (const [options, name, message] of refusals) {
      const { github, post, pipeline } = await pipelinesOn(options);
      const { mayRun } = await pipeline(name);
      expect([mayRun.allowed, mayRun.reason]).toEqual([
        false,
        expect.stringMatching(message),
      ]);
      const answer = await post('/pipelines/actions', {
        entityRef: `component:default/${name}`,
        ...{
          action: 'dispatch',
          file: 'ci.yml',
          inputs: { environment: 'dev' },
        },
      });
      expect([answer.status, answer.body.error.message]).toEqual([
        403,
        mayRun.reason,
      ]);
      expect(github.count('dispatchWorkflow')).toBe(0);
    }
  });

  it('with inputs that the workflow does not take says all that is wrong', async () => {
    const { github, post } = await pipelinesOn();
    const tried = async (body: object) => {
      const answer = await post('/pipelines/actions', {
        ...{ entityRef, action: 'dispatch', file: 'ci.yml', inputs: {} },
        ...body,
      });
      return [answer.status, answer.body.error.message];
    };
    expect(
      await tried({ inputs: { environment: 'moon', other: 'x' } }),
    ).toEqual([
      400,
      'inputs.other: the workflow has no such input; inputs.environment: is to be one of dev, prod',
    ]);
    expect(await tried({})).toEqual([400, 'inputs.environment: is missing']);
    expect((await tried({ file: '../../x.yml' }))[0]).toBe(400);
    expect((await tried({ file: 'none.yml' }))[1]).toMatch(/is no workflow of/);
    const missing = await post('/pipelines/actions', {
      ...{ entityRef, action: 'cancel', runId: 99 },
    });
    expect(missing.status).toBe(404);
    expect(github.count('dispatchWorkflow')).toBe(0);
  });
});
