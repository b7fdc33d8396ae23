import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '@nante/model';
import { kill } from '../__testUtils__/killed';
import { cancelIn, cli, detailsOf, failure } from '../__testUtils__/outcome';
import type { RunOptions } from '../types';
import {
  deployRequest,
  projectRequest,
  releaseRequest,
  startCompany,
  type Company,
} from './__testUtils__/company';

jest.setTimeout(180_000);

let company: Company;
beforeAll(async () => {
  company = await startCompany();
  for (const version of ['1.0', '2.0']) {
    await company.publish('hello', version);
    const request = releaseRequest(version, { packageVersion: version });
    await company.lab.engine.createRelease(request, cli);
  }
  await company.target('hello-1');
});
afterAll(() => company?.stop());
afterEach(() => company.calm());

let count = 0;
/** Each test deploys anew, so that nothing is there already. */
const request = (change = {}) => {
  count += 1;
  return deployRequest(count % 2 ? '1.0' : '2.0', { force: true, ...change });
};
const fault = (change: Record<string, unknown>) =>
  company.lab.fault('octopus', change);
const creation = { method: 'POST', path: '/deployments$', count: 1 };
const linesOf = async ({ id }: Pick<RunDocument, 'id'>) =>
  (await company.lab.engine.runLog(id, -1)).map(({ text }) => text);
async function taskOf(requestId: string) {
  const run = await company.lab.engine.getRun(requestId);
  return company.octopus.task(`${run?.deployment?.taskId}`);
}

describe('one request makes one deployment', () => {
  it('when the answer is lost on its way', async () => {
    await fault({ kind: 'reset', phase: 'after', ...creation });
    const before = await company.deployments('Hello');
    const run = await company.lab.engine.deploy(request(), cli);
    expect(run.deployment?.state).toBe('Success');
    expect(await company.deployments('Hello')).toBe(before + 1);
  });

  it('when it never arrives: then none, and the repeat makes it', async () => {
    await fault({ kind: 'reset', ...creation });
    const before = await company.deployments('Hello');
    const wish = request();
    const act = () => company.lab.engine.deploy(wish, cli);
    expect(await failure(act())).toMatchObject({ code: 'unreachable' });
    expect(await company.deployments('Hello')).toBe(before);
    expect((await act()).state).toBe('succeeded');
    expect(await company.deployments('Hello')).toBe(before + 1);
  });

  it.each([
    ['between the ledger and the answer', 'deploy', 700],
    ['while it is followed', 'follow', 100],
  ])('killed with -9 %s', async (_, step, delay) => {
    await fault({ kind: 'latency', ms: 1_500, phase: 'after', ...creation });
    await fault({ kind: 'task-hangs' });
    const before = await company.deployments('Hello');
    const wish = request();
    const what = { verb: 'deploy' as const, request: wish };
    expect(await kill(company.lab, what, step, delay)).toBe(true);
    await company.calm();
    const run = await company.lab.engine.deploy(wish, cli);
    expect(run.deployment?.state).toBe('Success');
    expect(await company.deployments('Hello')).toBe(before + 1);
    // What the killed try had said of the task is not said again.
    const lines = (await linesOf(run)).filter(line => line.startsWith('Step '));
    expect(lines.length).toBeGreaterThan(2);
    expect(new Set(lines).size).toBe(lines.length);
  });
});

describe('a task', () => {
  it('that does not end in time is a failure, goes on, and is waited for by the repeat', async () => {
    await fault({ kind: 'task-hangs' });
    const impatient = company.lab.engineWith({
      timing: { ...company.lab.setting.timing, followLimitMs: 600 },
    });
    const wish = request();
    const error = await failure(impatient.deploy(wish, cli));
    expect(error).toMatchObject({
      code: 'failed',
      message: expect.stringMatching(
        /^The task ServerTasks-\d+ did not end within 0 min; how it ends is not known\.$/u,
      ),
    });
    const run = await company.lab.engine.getRun(wish.requestId);
    expect(run).toMatchObject({
      ...{ state: 'failed', deployment: { state: 'Executing' } },
      leftovers: [expect.stringContaining('Executing')],
    });
    await company.calm();
    const before = await company.deployments('Hello');
    const again = await company.lab.engine.deploy(wish, cli);
    expect(again.deployment).toMatchObject({
      ...{ id: run?.deployment?.id, state: 'Success' },
    });
    expect(await company.deployments('Hello')).toBe(before);
  });

  it('that does not end in time is cancelled where that was asked for', async () => {
    await fault({ kind: 'task-hangs' });
    const impatient = company.lab.engineWith({
      timing: { ...company.lab.setting.timing, followLimitMs: 300 },
    });
    const wish = request({ cancelOnTimeout: true });
    expect(await failure(impatient.deploy(wish, cli))).toMatchObject({
      code: 'failed',
      message: expect.stringContaining('and was cancelled.'),
    });
    expect((await taskOf(wish.requestId)).state).toBe('Canceled');
  });

  it('goes with its run when that is cancelled', async () => {
    await fault({ kind: 'task-hangs' });
    const wish = request();
    const error = await failure(
      company.lab.engine.deploy(wish, cancelIn('follow')),
    );
    expect(error.code).toBe('cancelled');
    expect((await taskOf(wish.requestId)).state).toBe('Canceled');
    const run = await company.lab.engine.getRun(wish.requestId);
    expect(run).toMatchObject({
      ...{ state: 'cancelled', deployment: { state: 'Canceled' } },
    });
  });

  it.each([
    ['that Octopus ended for its time', 'TimedOut', 'took longer than'],
    ['that somebody cancelled in Octopus', 'Canceled', 'was cancelled in'],
    ['that says success and was none', 'Success', 'failed: Something broke'],
  ])('%s is a failure', async (_, state, message) => {
    const wish = request();
    const body = {
      Task: {
        ...{ Id: 'ServerTasks-1', State: state, IsCompleted: true },
        ...{ FinishedSuccessfully: false, QueueTime: '2026-01-01T00:00:00Z' },
        ErrorMessage: 'Something broke',
      },
      ActivityLogs: null,
    };
    await fault({ kind: 'status', status: 200, path: '/details$', body });
    expect(await failure(company.lab.engine.deploy(wish, cli))).toMatchObject({
      code: 'failed',
      message: expect.stringContaining(message),
    });
    const run = await company.lab.engine.getRun(wish.requestId);
    expect(run).toMatchObject({ state: 'failed', deployment: { state } });
  });

  it('whose list comes back empty is no proof that something runs there', async () => {
    await company.lab.engine.deploy(deployRequest('1.0', { force: true }), cli);
    const empty = { Items: [], TotalResults: 0 };
    await fault({
      ...{ kind: 'status', status: 200, path: '/tasks$', method: 'GET' },
      body: empty,
    });
    const run = await company.lab.engine.deploy(deployRequest('1.0'), cli);
    expect(run.deployment).toMatchObject({
      ...{ alreadyThere: false, state: 'Success' },
    });
  });

  it('waits in the queue, and the run says behind how many', async () => {
    await fault({ kind: 'task-hangs' });
    const [machine] = await company.octopus.machines();
    for (let task = 0; task < 6; task += 1)
      await company.octopus.checkHealth([machine.id]);
    const wish = request();
    const queued = new Promise<void>(resolve => {
      const options: RunOptions = {
        door: 'cli',
        onLog: ({ text }) => /behind \d task/u.test(text) && resolve(),
      };
      void company.lab.engine.deploy(wish, options).catch(() => {});
    });
    await queued;
    const run = await company.lab.engine.getRun(wish.requestId);
    expect(detailsOf(run!).follow).toMatch(
      /^running: Waits in the queue of Octopus, behind \d tasks?$/u,
    );
    await company.calm();
    const end = await company.lab.engine.deploy(wish, cli);
    expect(end.deployment?.state).toBe('Success');
  });
});

describe('a server', () => {
  it('that is away for a moment is waited for', async () => {
    const wish = request();
    let isAway = false;
    const run = await company.lab.engine.deploy(wish, {
      door: 'cli',
      onLog: ({ text }) => {
        if (isAway || !text.startsWith('Step 1')) return;
        isAway = true;
        void fault({ kind: 'refuse', durationMs: 1_500 });
      },
    });
    expect(isAway).toBe(true);
    expect(run.deployment?.state).toBe('Success');
  });

  it('that is down from the beginning is said, and nothing happened', async () => {
    await fault({ kind: 'refuse' });
    const error = await failure(company.lab.engine.deploy(request(), cli));
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nothing listens there'),
    });
  });

  it('that limits the rate in the middle is waited for', async () => {
    await fault({ kind: 'rate-limit', perMinute: 150 });
    const engine = company.lab.engineWith({});
    const octopus = await engine.octopus('octopus');
    await Promise.all(Array.from({ length: 145 }, () => octopus.freezes()));
    const before = await company.deployments('Hello');
    const run = await engine.deploy(request(), cli);
    expect(run.deployment?.state).toBe('Success');
    expect(await company.deployments('Hello')).toBe(before + 1);
  });
});

describe('a manual intervention', () => {
  beforeAll(async () => {
    const process = {
      ...{ kind: 'package' as const, feed: 'Nexus Maven', roles: ['hello'] },
      ...{ packageId: 'com.example:hello', approvals: ['Development'] },
    };
    const gate = { app: 'gate', project: 'Gate' };
    const { engine } = company.lab;
    await engine.createProject(projectRequest({ ...gate, process }), cli);
    const release = { ...gate, packageVersion: '1.0' };
    await engine.createRelease(releaseRequest('1.0', release), cli);
  });

  it.each([
    ['Proceed', 'succeeded'],
    ['Abort', 'failed'],
  ])(
    'is waited for with what it asks; answered "%s" the run has %s',
    async (result, state) => {
      const wish = deployRequest('1.0', {
        ...{ app: 'gate', project: 'Gate', force: true },
      });
      const asked: string[] = [];
      const end = company.lab.engine
        .deploy(wish, {
          door: 'cli',
          onLog: ({ text }) => asked.push(text),
        })
        .catch(error => error);
      while (!asked.some(line => line.startsWith('Answer Proceed or Abort')))
        await sleep(50);
      expect(asked).toContainEqual(
        expect.stringContaining('Should gate 1.0 go to Development?'),
      );
      const waiting = await company.lab.engine.getRun(wish.requestId);
      expect(waiting?.state).toBe('running');
      expect(detailsOf(waiting!).follow).toMatch(
        /^running: Waits for a person/u,
      );
      const taskId = `${waiting?.deployment?.taskId}`;
      const [open] = await company.octopus.interruptions(taskId);
      await company.octopus.answerInterruption(open.id, { result });
      // The same answer once more is success.
      await company.octopus.answerInterruption(open.id, { result });
      await end;
      expect((await company.lab.engine.getRun(wish.requestId))?.state).toBe(
        state,
      );
    },
  );
});
