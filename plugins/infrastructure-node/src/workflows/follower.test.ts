import { NanteError } from '@nante/model';
import { FakeGithub, type FakeRun } from '../testing/fakeGithub';
import type { FollowedRun } from './followerTypes';
import { GithubFollower } from './GithubFollower';

const repository = 'acme/shop';
/** Short waits; the order of things is the same. */
const timing = {
  ...{ poll: 20, quietPoll: 5_000, firstLook: 200, grace: 30 },
  ...{ queued: 300, runners: 5_000, unknown: 60, retry: 10 },
};

function given(options: { perMinute?: number } = {}) {
  const github = new FakeGithub();
  const made = () =>
    new GithubFollower({
      engine: { github: async () => github.api() },
      perMinute: options.perMinute ?? 10_000,
      timing,
    });
  return { github, follower: made(), restarted: made };
}

/** What is told of a run, and how it ends. */
function watch(
  follower: GithubFollower,
  { run }: FakeRun,
  signal?: AbortSignal,
) {
  const told: FollowedRun[] = [];
  const name = { connection: 'github', repository, runId: run.id };
  const ended = follower.follow(name, {
    signal,
    onChange: followed => told.push(followed),
  });
  ended.catch(() => {});
  return { told, ended, last: () => told.at(-1), name };
}

async function until(isSo: () => unknown): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`It never became: ${isSo}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** A run from its begin to its end, with the events that GitHub sends of it. */
function play(github: FakeGithub, fake: FakeRun, hear: GithubFollower) {
  hear.receive(github.runEvent(fake));
  hear.receive(github.jobEvent(fake));
  github.begin(fake);
  hear.receive(github.jobEvent(fake));
  hear.receive(github.runEvent(fake));
  github.end(fake);
  hear.receive(github.jobEvent(fake));
  hear.receive(github.runEvent(fake));
}

describe('a run whose events arrive', () => {
  it('is followed to its end without one request', async () => {
    const { github, follower } = given();
    const other = github.start(repository);
    follower.receive(github.runEvent(other));
    expect(follower.hears('Acme/Shop')).toBe(true);
    const fake = github.start(repository);
    const { ended, told } = watch(follower, fake);
    play(github, fake, follower);
    const { run, jobs } = await ended;
    expect([run.status, run.conclusion]).toEqual(['completed', 'success']);
    expect(jobs.map(({ conclusion }) => conclusion)).toEqual(['success']);
    expect(told.map(one => one.jobs[0]?.status)).toEqual(
      expect.arrayContaining(['queued', 'in_progress', 'completed']),
    );
    expect(github.count()).toBe(0);
  });

  it('is known although its first events came before anybody followed it', async () => {
    const { github, follower } = given();
    const fake = github.start(repository);
    play(github, fake, follower);
    const { run } = await watch(follower, fake).ended;
    expect(run.conclusion).toBe('success');
    expect(github.count()).toBe(0);
  });

  it('ends once, whatever arrives twice, late or out of order', async () => {
    const { github, follower } = given();
    const fake = github.start(repository);
    const early = github.runEvent(fake);
    const { ended, told } = watch(follower, fake);
    follower.receive(early);
    github.begin(fake);
    const begun = github.jobEvent(fake);
    follower.receive(begun);
    follower.receive(begun);
    const before = told.length;
    follower.receive(begun);
    follower.receive(early);
    expect(told).toHaveLength(before);
    github.end(fake, 0, 'failure', 'Build');
    // The end of the run comes before that of its job.
    follower.receive(github.runEvent(fake));
    follower.receive(begun);
    follower.receive(github.jobEvent(fake));
    follower.receive(github.runEvent(fake));
    const { run, jobs } = await ended;
    expect(run.conclusion).toBe('failure');
    expect(jobs[0].steps[0].conclusion).toBe('failure');
    follower.receive(begun);
  });

  it('is asked about once where the end of a job is lost', async () => {
    const { github, follower } = given();
    const fake = github.start(repository, { jobs: ['build', 'deploy'] });
    follower.receive(github.runEvent(fake));
    const { ended } = watch(follower, fake);
    github.begin(fake, 0);
    github.end(fake, 0);
    github.begin(fake, 1);
    github.end(fake, 1, 'failure', 'Build');
    follower.receive(github.jobEvent(fake, 0));
    // Nothing is heard of the second job.
    follower.receive(github.runEvent(fake));
    const { jobs } = await ended;
    expect(jobs.map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'failure',
    ]);
    expect(github.calls.map(({ call }) => call)).toEqual(['jobs']);
  });

  it('passes over what is nothing of ours', () => {
    const { follower } = given();
    const heard: unknown[] = [];
    follower.subscribe(change => heard.push(change));
    follower.receive({ event: 'push', payload: {} });
    follower.receive({ event: 'workflow_run', payload: { nonsense: true } });
    follower.receive({ event: 'workflow_job', payload: undefined });
    expect(heard).toEqual([]);
    expect(follower.hears(repository)).toBe(false);
  });
});

describe('a run whose events never arrive', () => {
  it('is asked about until its end', async () => {
    const { github, follower } = given();
    const fake = github.start(repository);
    const { ended, last } = watch(follower, fake);
    await until(() => last()?.jobs[0]?.status === 'queued');
    github.begin(fake, 0, ['Build', 'Test']);
    await until(() => last()?.jobs[0]?.status === 'in_progress');
    expect(last()?.jobs[0].steps.map(({ name }) => name)).toEqual([
      'Build',
      'Test',
    ]);
    github.end(fake, 0, 'failure', 'Test');
    const { run, jobs } = await ended;
    expect(run.conclusion).toBe('failure');
    expect(jobs[0].steps.map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'failure',
    ]);
  });

  it('is seen to its end also where they stop half-way', async () => {
    const { github } = given();
    const follower = new GithubFollower({
      engine: { github: async () => github.api() },
      perMinute: 10_000,
      timing: { ...timing, quietPoll: 60 },
    });
    const fake = github.start(repository);
    follower.receive(github.runEvent(fake));
    const { ended } = watch(follower, fake);
    github.begin(fake);
    follower.receive(github.jobEvent(fake));
    github.end(fake);
    expect((await ended).run.conclusion).toBe('success');
  });

  it('says as little as it did before where nothing changes', async () => {
    const { github, follower } = given();
    const { told } = watch(follower, github.start(repository));
    await until(() => github.count() > 8);
    // What it is; its jobs; that nothing works on it.
    expect(told.length).toBeLessThanOrEqual(3);
  });

  it('goes on after a restart with the same run', async () => {
    const { github, follower, restarted } = given();
    const fake = github.start(repository);
    const stop = new AbortController();
    const before = watch(follower, fake, stop.signal);
    await until(() => before.last()?.run);
    stop.abort(new Error('The portal stops'));
    await expect(before.ended).rejects.toThrow('The portal stops');
    const asked = github.count();
    github.begin(fake);
    github.end(fake);
    const { run } = await watch(restarted(), fake).ended;
    expect(run.id).toBe(fake.run.id);
    // And nobody asks for the one that is gone.
    expect(github.count()).toBeLessThanOrEqual(asked + 4);
  });

  it('ends with what a runner that died left', async () => {
    const { github, follower } = given();
    const fake = github.start(repository);
    const { ended, last } = watch(follower, fake);
    github.begin(fake, 0, ['Build', 'Test']);
    await until(() => last()?.jobs[0]?.status === 'in_progress');
    github.lose(fake);
    const { jobs } = await ended;
    expect(jobs[0].steps[0].status).toBe('in_progress');
  });
});

describe('a run that nothing works on', () => {
  const waits: [string, FakeGithub['runners'], string][] = [
    [
      'no runner is told of',
      undefined,
      'No runner has taken build yet; it asks for one with the labels self-hosted, linux.',
    ],
    [
      'none has the labels',
      [],
      'build waits: no runner has the labels self-hosted, linux.',
    ],
    [
      'the only one is off',
      [
        {
          id: 1,
          name: 'r1',
          isOnline: false,
          isBusy: false,
          labels: ['self-hosted', 'Linux', 'X64'],
        },
      ],
      'build waits: no runner with the labels self-hosted, linux is online (r1).',
    ],
    [
      'the only one works',
      [
        {
          id: 1,
          name: 'r1',
          isOnline: true,
          isBusy: true,
          labels: ['self-hosted', 'Linux'],
        },
      ],
      'build waits: every runner with the labels self-hosted, linux is busy (r1).',
    ],
    [
      'one is free',
      [
        {
          id: 1,
          name: 'r1',
          isOnline: true,
          isBusy: false,
          labels: ['self-hosted', 'Linux'],
        },
      ],
      'No runner has taken build yet, although r1 with the labels self-hosted, linux is free.',
    ],
  ];
  it.each(waits)('says so where %s', async (_, runners, sentence) => {
    const { github, follower } = given();
    github.runners = runners;
    const fake = github.start(repository);
    const { last, name } = watch(follower, fake);
    await until(() => last()?.waitsFor);
    expect(last()?.waitsFor).toBe(sentence);
    expect(follower.waitsFor(name)).toBe(sentence);
    github.begin(fake);
    await until(() => last()?.jobs[0].status === 'in_progress');
    expect(last()?.waitsFor).toBeUndefined();
    expect(github.count('runners')).toBe(1);
  });

  it('says what it waits for where that is no runner', async () => {
    const { github, follower } = given();
    const fake = github.start(repository, { status: 'waiting', jobs: [] });
    const { last } = watch(follower, fake);
    await until(() => last()?.waitsFor);
    expect(last()?.waitsFor).toBe('It waits for an approval in GitHub.');
  });
});

describe('a GitHub that refuses', () => {
  it('is left alone until its limit ends, and everybody is told when that is', async () => {
    const { github, follower } = given();
    const first = watch(follower, github.start(repository));
    const fake = github.start(repository);
    const second = watch(follower, fake);
    await until(() => first.last()?.run && second.last()?.run);
    github.limitedUntil = Date.now() + 300;
    const resetsAt = new Date(github.limitedUntil).toISOString();
    await until(
      () => first.last()?.limitedUntil && second.last()?.limitedUntil,
    );
    expect(second.last()?.limitedUntil).toBe(resetsAt);
    const asked = github.count();
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(github.count()).toBe(asked);
    github.begin(fake);
    github.end(fake);
    await until(() => Date.now() > Date.parse(resetsAt));
    github.limitedUntil = undefined;
    const { run, limitedUntil } = await second.ended;
    expect([run.conclusion, limitedUntil]).toEqual(['success', undefined]);
  });

  it('is asked again where it does not answer', async () => {
    const { github, follower } = given();
    const fake = github.start(repository);
    const { ended, last } = watch(follower, fake);
    await until(() => last()?.run);
    github.error = new NanteError('unreachable', 'GitHub does not answer');
    await until(() => last()?.problem);
    expect(last()?.problem).toContain('GitHub does not answer');
    github.error = undefined;
    github.begin(fake);
    github.end(fake);
    expect((await ended).problem).toBeUndefined();
  });

  it('ends the following of what the token may not see, and of what is not there', async () => {
    const { github, follower } = given();
    const fake = github.start(repository);
    const { ended } = watch(follower, fake);
    github.error = new NanteError('unauthorized', 'The token lacks actions');
    await expect(ended).rejects.toThrow('The token lacks actions');
    github.error = undefined;
    const unknown = { run: { ...fake.run, id: 4_711 } } as FakeRun;
    await expect(watch(follower, unknown).ended).rejects.toThrow(
      'acme/shop has no run 4711',
    );
    // One that was only just started gets some time.
    expect(github.count('workflowRun')).toBeGreaterThan(2);
  });

  it('hands on what whoever is told of changes fails with', async () => {
    const { github, follower } = given();
    const { run } = github.start(repository);
    const name = { connection: 'github', repository, runId: run.id };
    const onChange = () => {
      throw new Error('The log is full');
    };
    await expect(follower.follow(name, { onChange })).rejects.toThrow(
      'The log is full',
    );
  });
});

describe('a hundred runs at once', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const hundred = async (hasEvents: boolean) => {
    const github = new FakeGithub();
    const asked: number[] = [];
    const follower = new GithubFollower({
      engine: {
        github: async () => {
          asked.push(Date.now());
          return github.api();
        },
      },
    });
    const runs = Array.from({ length: 100 }, (_, index) =>
      github.start(`acme/app-${index % 20}`),
    );
    const ended: number[] = [];
    for (const { run } of runs) {
      const [, owner, name] = new URL(run.url).pathname.split('/');
      void follower
        .follow({
          ...{ connection: 'github', repository: `${owner}/${name}` },
          runId: run.id,
        })
        .then(end => ended.push(end.run.id));
    }
    const hear = (event: Parameters<GithubFollower['receive']>[0]) =>
      hasEvents && follower.receive(event);
    runs.forEach(fake => hear(github.runEvent(fake)));
    await jest.advanceTimersByTimeAsync(60_000);
    for (const fake of runs) {
      github.begin(fake);
      hear(github.runEvent(fake));
      hear(github.jobEvent(fake));
    }
    await jest.advanceTimersByTimeAsync(60_000);
    for (const fake of runs) {
      github.end(fake);
      hear(github.jobEvent(fake));
      hear(github.runEvent(fake));
    }
    const endedAt = Date.now();
    while (ended.length < 100 && Date.now() - endedAt < 900_000)
      await jest.advanceTimersByTimeAsync(1_000);
    const most = Math.max(
      ...asked.map(
        at => asked.filter(one => one >= at && one < at + 60_000).length,
      ),
    );
    return { ended, most, asked, seconds: (Date.now() - endedAt) / 1000 };
  };

  it('are followed within sixty requests a minute where events arrive, each at most twice', async () => {
    const { ended, most, asked, seconds } = await hundred(true);
    expect(ended).toHaveLength(100);
    expect(seconds).toBeLessThan(2);
    expect(most).toBeLessThanOrEqual(60);
    expect(asked.length).toBeLessThanOrEqual(200);
  }, 60_000);

  it('are followed within the same budget where none arrive, and every end is seen', async () => {
    const { ended, most, seconds } = await hundred(false);
    expect(ended).toHaveLength(100);
    expect(most).toBeLessThanOrEqual(60);
    expect(seconds).toBeLessThan(400);
  }, 60_000);
});
