import {
  type FakeRun,
  FakeGithub,
} from '@nante/plugin-infrastructure-node/testUtils';
import { GithubFollower } from '@nante/plugin-infrastructure-node';
import { type RunDocument, infrastructureConfigSchema } from '@nante/model';
import {
  type Situation,
  run,
  runAction,
  runExamples,
  shop,
  situation,
} from '../__testUtils__/actions';
import { createGithubRunAction } from './githubRunFollow';
import { examples } from './githubRunFollow.examples';

// Two cores are shared by many.
jest.setTimeout(30_000);

const may = ['infrastructure.pipeline.run'];
const repository = 'acme/shop';
const commit = '4f1cbb0a61d3e2a7c5d8f90b1e6a7c3d2b1a0f9e';
const owned = {
  ...shop,
  metadata: {
    ...shop.metadata,
    annotations: { 'github.com/project-slug': repository },
  },
};
const config = infrastructureConfigSchema.parse({
  connections: { github: { type: 'github', organization: 'acme' } },
  environments: {},
  sizes: {},
});
const patience = { look: 10, total: 200 };

/** A GitHub with the repository, and what the actions stand on. */
function given(change: Situation = {}, documents: RunDocument[] = []) {
  const github = new FakeGithub();
  github.push(repository, { '.github/workflows/ci.yml': 'on: push' });
  const engine = {
    github: async () => github.api(),
    config: async () => config,
    managedRepositories: async () => [],
    listRuns: async () => documents,
    ...change.engine,
  };
  const made = () =>
    new GithubFollower({
      engine,
      perMinute: 10_000,
      timing: { poll: 10, queued: 30 },
    });
  const situated = () =>
    situation({ may, entities: [owned], follower: made(), ...change, engine });
  return {
    github,
    situated,
    action: () => createGithubRunAction(situated().deps, { patience }),
  };
}

async function until<T>(find: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 4_000;
  for (;;) {
    const found = find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`It never became: ${find}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** The run that a dispatch started. */
const started = (github: FakeGithub) =>
  until(() => {
    const call = github.calls.find(one => one.call === 'dispatchWorkflow');
    return call && github.newest(repository);
  });

const push = { repository, app: 'shop', workflow: 'ci.yml', commit };
const dispatch = { repository, app: 'shop', workflow: 'deploy.yml' };

/** Begins an action whose failure is looked at later. */
function begin(action: ReturnType<typeof createGithubRunAction>) {
  const done = runAction(action, dispatch);
  done.catch(() => {});
  return done;
}

describe('github:run:follow', () => {
  it('does what its examples say', async () => {
    const github = new FakeGithub();
    github.push(repository, {});
    const play = async (fake: FakeRun) => {
      github.begin(fake);
      github.end(fake);
    };
    const api = github.api();
    const done = await runExamples(
      deps => createGithubRunAction(deps, { patience }),
      examples,
      {
        ...{ may, entities: [owned] },
        engine: {
          config: async () => config,
          managedRepositories: async () => [],
          github: async () => ({
            ...api,
            async dispatchWorkflow(...args) {
              const answer = await api.dispatchWorkflow(...args);
              await play(github.newest(repository)!);
              return answer;
            },
            async workflowRuns(of, query, options) {
              if (query.sha && !github.newest(repository, query.sha))
                await play(github.start(repository, { sha: query.sha }));
              return api.workflowRuns(of, query, options);
            },
          }),
        },
      },
    );
    expect(done.map(({ outputs }) => outputs.conclusion)).toEqual([
      'success',
      'success',
    ]);
    expect(github.calls).toContainEqual(
      expect.objectContaining({
        call: 'dispatchWorkflow',
        what: {
          ...{ workflow: 'provision.yml', ref: 'main' },
          inputs: { environment: 'dev' },
        },
      }),
    );
    const asked = github.calls.filter(({ call }) => call === 'workflowRuns');
    expect(asked.at(-1)!.what).toMatchObject({
      workflow: 'ci.yml',
      sha: commit,
    });
  });

  it('waits for the run of a push, and hands back what the runs of ours carry', async () => {
    const documents: RunDocument[] = [];
    const { github, action } = given({}, documents);
    const done = runAction(action(), push);
    await until(() => github.count('workflowRuns') > 1);
    // Others of the same commit, and of the same workflow, are not it.
    github.start(repository, {
      sha: commit,
      path: '.github/workflows/docs.yml',
    });
    github.start(repository, { sha: 'b'.repeat(40) });
    const fake = github.start(repository, {
      sha: commit,
      jobs: ['ci / Build'],
    });
    documents.push(
      {
        ...{ ...run, id: 'gh-2', kind: 'deploy', state: 'succeeded' },
        link: fake.run.url,
        deployment: {
          version: '0.1.7',
          url: 'https://octopus/tasks/1',
        } as never,
      },
      {
        ...{ ...run, id: 'gh-1', kind: 'publish', state: 'succeeded' },
        link: fake.run.url,
        artifact: { version: '0.1.7', pull: 'https://nexus/shop.zip' } as never,
      },
      { ...run, id: 'other', link: 'https://elsewhere' },
    );
    github.begin(fake, 0, ['Build', 'Test']);
    github.end(fake);
    const { outputs, logged } = await done;
    expect(outputs).toEqual({
      workflowRunId: fake.run.id,
      url: fake.run.url,
      conclusion: 'success',
      results: [
        { id: 'gh-2', kind: 'deploy', state: 'succeeded' },
        { id: 'gh-1', kind: 'publish', state: 'succeeded' },
      ],
      outputs: {
        version: '0.1.7',
        artifact: 'https://nexus/shop.zip',
        deploymentUrl: 'https://octopus/tasks/1',
      },
    });
    expect(logged).toEqual(
      expect.arrayContaining([
        `The workflow run: ${fake.run.url}`,
        'ci / Build > Test: success',
        'ci / Build: success',
        'publish: succeeded, /runs/gh-1',
      ]),
    );
    expect(github.count('dispatchWorkflow')).toBe(0);
  });

  it('says in time that no runner takes it', async () => {
    const { github, action } = given();
    github.runners = [];
    const done = runAction(action(), dispatch);
    await until(() => github.count('runners'));
    const fake = await started(github);
    github.begin(fake);
    github.end(fake);
    expect((await done).logged).toContain(
      'build waits: no runner has the labels self-hosted, linux.',
    );
  });

  it('fails with the job, the step, its first error lines and what to do', async () => {
    const { github, action } = given();
    const failed = begin(action());
    const fake = await started(github);
    fake.jobs[0] = { ...fake.jobs[0], name: 'ci / Build' };
    fake.logs[fake.jobs[0].id] = [
      '2026-11-26T23:00:00.0000000Z ##[group]Run go test',
      '2026-11-26T23:00:00.0000000Z password is hunter2',
      '2026-11-26T23:00:01.0000000Z --- FAIL: TestHealth (0.00s)',
      '2026-11-26T23:00:01.0000000Z ##[error]Process completed with exit code 1.',
    ].join('\n');
    github.begin(fake, 0, ['Build', 'Test', 'Publish']);
    github.end(fake, 0, 'failure', 'Test');
    await expect(failed).rejects.toThrow(
      /CI of acme\/shop failed in ci \/ Build > Test\. --- FAIL: TestHealth \(0\.00s\)\. A test fails.* Nothing was published\. The whole log: https:/,
    );
  });

  it('writes the end of a failed log, without our secrets', async () => {
    const { github, situated } = given();
    const logged: string[] = [];
    const { deps } = situated();
    const done = runAction(createGithubRunAction(deps), dispatch, { logged });
    const fake = await started(github);
    fake.logs[fake.jobs[0].id] = 'password is hunter2\n##[error]no such host';
    github.begin(fake);
    github.end(fake, 0, 'failure', 'Build');
    await expect(done).rejects.toThrow('failed in build > Build. no such host');
    expect(logged).toEqual(
      expect.arrayContaining(['password is ***', 'no such host']),
    );
    expect(logged.join()).not.toContain('hunter2');
  });

  it('fails with what a run of ours says, where that is the reason', async () => {
    const documents: RunDocument[] = [];
    const { github, action } = given({}, documents);
    const failed = begin(action());
    const fake = await started(github);
    documents.push({
      ...{ ...run, id: 'gh-3', kind: 'deploy-docker', state: 'failed' },
      link: fake.run.url,
      error: {
        code: 'failed',
        message: 'The new release did not answer.',
        hint: '0.1.6 runs again.',
      },
    });
    github.begin(fake);
    github.end(fake, 0, 'failure', 'Build');
    await expect(failed).rejects.toThrow(
      'CI of acme/shop failed in build > Build. The new release did not answer. 0.1.6 runs again. Its run has a page: /runs/gh-3.',
    );
  });

  it('says that a runner died in the middle', async () => {
    const { github, action } = given();
    const failed = begin(action());
    const fake = await started(github);
    github.begin(fake);
    github.lose(fake);
    await expect(failed).rejects.toThrow(
      /failed in build\. Its runner runner-1 was lost in the middle of Build\. Look at the runner, then repeat the failed jobs/,
    );
  });

  it('cancels the run with the task', async () => {
    const { github, action } = given();
    const cancel = new AbortController();
    const done = runAction(action(), dispatch, { signal: cancel.signal });
    const fake = await started(github);
    github.begin(fake);
    await until(() => github.count('jobs'));
    cancel.abort(new Error('The task was cancelled'));
    await expect(done).rejects.toThrow('The task was cancelled');
    expect(github.calls).toContainEqual(
      expect.objectContaining({ call: 'cancelRun', what: fake.run.id }),
    );
    expect(fake.run.conclusion).toBe('cancelled');
  });

  it('says that somebody cancelled the run in GitHub', async () => {
    const { github, action } = given();
    const failed = begin(action());
    const fake = await started(github);
    github.begin(fake);
    github.end(fake, 0, 'cancelled');
    await expect(failed).rejects.toThrow(
      /CI of acme\/shop was cancelled in GitHub/,
    );
  });

  it('leaves a run alone that takes too long', async () => {
    const { github, situated } = given();
    const { deps } = situated();
    const timeout = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValueOnce(AbortSignal.abort(new Error('Too long')));
    await expect(
      runAction(createGithubRunAction(deps), {
        ...dispatch,
        timeoutMinutes: 1,
      }),
    ).rejects.toThrow(/has not ended within 1 minutes\. It goes on in GitHub/);
    timeout.mockRestore();
    expect(github.count('cancelRun')).toBe(0);
  });
});

describe('a restarted portal', () => {
  it('follows the same run, and starts none again', async () => {
    const { github, action } = given();
    const checkpoints: Record<string, unknown> = {};
    const stop = new AbortController();
    const died = runAction(action(), dispatch, {
      checkpoints,
      signal: stop.signal,
    });
    const fake = await started(github);
    await until(() => Object.keys(checkpoints).length === 4);
    // As a process that is killed: nobody cancels.
    jest.spyOn(github, 'cancel').mockImplementation(() => {});
    stop.abort(new Error('killed'));
    await expect(died).rejects.toThrow('killed');
    github.begin(fake);
    github.end(fake);
    const { outputs } = await runAction(action(), dispatch, { checkpoints });
    expect(outputs.workflowRunId).toBe(fake.run.id);
    expect(github.count('dispatchWorkflow')).toBe(1);
  });

  it('finds a run that it started and did not note', async () => {
    const { github, action } = given();
    const checkpoints: Record<string, unknown> = {};
    const play = async () => {
      const done = runAction(action(), dispatch, { checkpoints });
      const fake = await until(() => github.newest(repository));
      github.begin(fake);
      github.end(fake);
      return (await done).outputs;
    };
    const first = await play();
    const noted = Object.keys(checkpoints).find(
      name =>
        name.startsWith('github.run.follow.run.') && !name.endsWith('before'),
    )!;
    delete checkpoints[noted];
    const { outputs } = await runAction(action(), dispatch, { checkpoints });
    expect(outputs.workflowRunId).toBe(first.workflowRunId);
    expect(github.count('dispatchWorkflow')).toBe(1);

    delete checkpoints[noted];
    const other = github.start(repository, {
      ...{ path: '.github/workflows/deploy.yml', actor: 'nante-bot' },
      event: 'workflow_dispatch',
    });
    expect(other.run.id).not.toBe(first.workflowRunId);
    await expect(
      runAction(action(), dispatch, { checkpoints }),
    ).rejects.toThrow(/2 new runs fit: .*Look at them in GitHub/);
    expect(github.count('dispatchWorkflow')).toBe(1);
  });
});

describe('who may, and what is taken', () => {
  it('is the owner of the component whose repository it is', async () => {
    const ledger = (app: string) => ({
      managedRepositories: async () => [
        {
          ...{ app, connection: 'github', repository: 'Acme/Shop' },
          ...{ repositoryId: '1', runId: 'r' },
        },
      ],
    });
    const refusals: [Situation, RegExp][] = [
      [{ may: [] }, /You lack the permission infrastructure\.pipeline\.run/],
      [
        { groups: ['group:default/billing'] },
        /Only group:default\/shop and operators may run workflows of acme\/shop/,
      ],
      [{ entities: [shop] }, /the component does not say that it is its own/],
      [{ engine: ledger('billing') }, /it was made for billing/],
      [{ entities: [] }, /The catalog has no component shop/],
    ];
    for (const [change, message] of refusals) {
      const { github, action } = given(change);
      await expect(runAction(action(), dispatch)).rejects.toThrow(message);
      expect(github.count()).toBe(0);
    }
    // A new app has no component yet: the ledger knows its repository.
    const { github, action } = given({ entities: [], engine: ledger('shop') });
    const done = runAction(action(), {
      ...dispatch,
      owner: 'group:default/shop',
    });
    const fake = await started(github);
    github.begin(fake);
    github.end(fake);
    expect((await done).outputs.conclusion).toBe('success');
  });

  it('is refused with everything that is wrong', async () => {
    const { github, action } = given();
    const wrong: [object, RegExp][] = [
      [{ workflow: '../ci.yml' }, /workflow: use the name of its file/],
      [{ commit: 'main' }, /commit: use the whole commit/],
      [{ commit, inputs: { a: 'b' } }, /has neither ref nor inputs/],
      [{ timeoutMinutes: 0 }, /timeoutMinutes: use 1 to 1440/],
      [{ repository: 'a/b/c' }, /"a\/b\/c" is no repository/],
      [{ ref: '${{ parameters.branch }}' }, /still holds the expression/],
      [
        {
          inputs: Object.fromEntries(
            Array.from({ length: 26 }, (_, n) => [`i${n}`, 1]),
          ),
        },
        /at most 25/,
      ],
    ];
    for (const [change, message] of wrong)
      await expect(
        runAction(action(), { ...dispatch, ...change }),
      ).rejects.toThrow(message);
    expect(github.count('dispatchWorkflow')).toBe(0);
    await expect(
      runAction(action(), { ...push, workflow: 'none.yml' }),
    ).rejects.toThrow(
      /no run of none\.yml for the commit 4f1cbb0a61d3 .*"on: push" of none\.yml/,
    );
  });

  it('asks nobody in a dry run', async () => {
    const { github, action } = given();
    const { outputs, logged } = await runAction(action(), push, {
      isDryRun: true,
    });
    expect(outputs).toMatchObject({ conclusion: 'success', results: [] });
    expect(logged.join()).toContain('Would follow the run of ci.yml');
    expect(github.count()).toBe(0);
  });
});
