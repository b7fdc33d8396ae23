import type { OperationLock } from '@nante/model';
import { startLab, type Lab } from '../__testUtils__/lab';
import { failure } from '../__testUtils__/outcome';
import { processStartTime } from '../process';
import { ownProcess } from './machine';

jest.setTimeout(60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

const lockOf = (app: string) => `nante/${app}-dev/operation.lock`;
const stateLockOf = (app: string) => `env:/${app}-dev/terraform.tfstate.tflock`;

async function hold(app: string, change: Partial<OperationLock> = {}) {
  const lock: OperationLock = {
    version: 1,
    state: 'held',
    fencing: 3,
    holder: 'workflow:runner-7:41',
    door: 'workflow',
    runId: 'gone-run',
    tool: 'terraform',
    acquiredAt: '2026-01-01T00:00:00.000Z',
    heartbeat: 9,
    ...change,
  };
  await lab.store.put(lockOf(app), JSON.stringify(lock), { always: true });
}
const lockNow = async (app: string) =>
  JSON.parse((await lab.store.get(lockOf(app)))?.body ?? '{}');
const ask = (app: string, change = {}) =>
  lab.engine.unlock(
    {
      requestId: 'unlock-it-now',
      app,
      environment: 'dev',
      operator: true,
      ...change,
    },
    { door: 'cli' },
  );

describe('unlock', () => {
  it('gives back what a dead run holds, and has nothing to do otherwise', async () => {
    expect(await ask('free')).toMatchObject({ released: false, effects: [] });
    await hold('dead');
    expect(await ask('dead')).toMatchObject({
      released: true,
      holder: 'workflow:runner-7:41',
      runId: 'gone-run',
    });
    expect(await lockNow('dead')).toMatchObject({
      state: 'released',
      fencing: 4,
    });
  });

  it('is refused while the holder lives, at once and also by force', async () => {
    await hold('alive', { process: await parentProcess() });
    const start = performance.now();
    expect(await failure(ask('alive'))).toMatchObject({
      code: 'locked',
      message: expect.stringContaining('workflow:runner-7:41'),
    });
    expect(performance.now() - start).toBeLessThan(1_500);

    await hold('beats');
    let heartbeat = 9;
    const beat = setInterval(() => {
      heartbeat += 1;
      void hold('beats', { heartbeat });
    }, 200);
    try {
      const forced = { force: true, confirm: 'beats-dev' };
      expect(await failure(ask('beats'))).toMatchObject({ code: 'locked' });
      expect(await failure(ask('beats', forced))).toMatchObject({
        code: 'locked',
      });
    } finally {
      clearInterval(beat);
    }
    expect((await lockNow('beats')).state).toBe('held');
  });

  it("takes Terraform's lock and a lost state away only by force, with the name typed", async () => {
    await hold('stuck', {
      strandedState: {
        machine: 'runner-7',
        path: '/var/lib/nante/errored.tfstate',
      },
    });
    await lab.store.put(
      stateLockOf('stuck'),
      JSON.stringify({ ID: 'l-1', Who: 'root@runner-7', Operation: 'apply' }),
      { always: true },
    );
    expect(await failure(ask('stuck'))).toMatchObject({ code: 'locked' });
    for (const confirm of [undefined, 'stuck', 'other-dev']) {
      expect(
        await failure(ask('stuck', { force: true, confirm })),
      ).toMatchObject({ code: 'invalid-input' });
    }
    expect(await lab.store.get(stateLockOf('stuck'))).toBeDefined();
    const done = await ask('stuck', { force: true, confirm: 'stuck-dev' });
    expect(done.effects.join(' ')).toMatch(
      /root@runner-7.*is gone.*\/errored\.tfstate is given up/,
    );
    expect(await lab.store.get(stateLockOf('stuck'))).toBeUndefined();
    const lock = await lockNow('stuck');
    expect([lock.state, lock.strandedState]).toEqual(['released', undefined]);
  });

  it('of a restricted environment is for operators', async () => {
    const request = { environment: 'prod', operator: false };
    expect(await failure(ask('free', request))).toMatchObject({
      code: 'refused',
    });
  });
});

/** A process that runs on this machine and is not this one. */
async function parentProcess() {
  const mark = await ownProcess();
  const started = (await processStartTime(process.ppid)) ?? '';
  return { ...mark, pid: process.ppid, started };
}
