import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError, type ProvisionRequest } from '@nante/model';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from './__testUtils__/lab';
import type { RunOptions } from './types';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const cli: RunOptions = { door: 'cli' };

async function failure(promise: Promise<unknown>): Promise<NanteError> {
  const error = await promise.then(
    () => undefined,
    problem => problem,
  );
  if (!NanteError.is(error))
    throw new Error(`expected one of our errors, got ${error}`);
  return error;
}

/** Does something once, as soon as a step runs. */
function whenRunning(step: string, act: () => Promise<void>): RunOptions {
  let done = false;
  return {
    door: 'cli',
    onRun: run => {
      const runs = run.steps.some(
        ({ id, state }) => id === step && state === 'running',
      );
      if (!runs || done) return;
      done = true;
      void act();
    },
  };
}

async function guestsOf(app: string): Promise<number> {
  const { guests } = await lab.proxmox.resources();
  const configs = await Promise.all(
    guests.map(({ node, kind, vmId }) =>
      lab.proxmox.guestConfig(node, kind, vmId),
    ),
  );
  return configs.filter(({ description }) =>
    description.includes(`app=${app} `),
  ).length;
}

/** The repeat makes exactly one machine, and destroy leaves none. */
async function expectConverges(request: ProvisionRequest) {
  const run = await lab.engine.provision(request, cli);
  expect(run.state).toBe('succeeded');
  expect(await guestsOf(request.app)).toBe(1);
  await lab.engine.destroy(
    destroyRequest({ app: request.app, name: request.name }),
    cli,
  );
  expect(await guestsOf(request.app)).toBe(0);
  expect(await lab.store.list(`env:/${request.app}-dev/`)).toEqual([]);
}

describe('Proxmox is away', () => {
  it('at submit: the check says so, and nothing is changed', async () => {
    await lab.fault('proxmox', { kind: 'refuse' });
    const request = provisionRequest({ app: 'down' });
    const error = await failure(lab.engine.provision(request, cli));
    expect(error.code).toBe('unreachable');
    expect(await lab.engine.getRun(request.requestId)).toMatchObject({
      state: 'failed',
      leftovers: [],
      error: { step: 'check' },
    });
    await lab.clearFaults();
    await expectConverges(request);
  });

  it('in the middle: the run fails truly, names what may exist, and the repeat finishes it', async () => {
    const request = provisionRequest({ app: 'middle' });
    await lab.fault('proxmox', {
      kind: 'status',
      method: 'PUT',
      path: '/config$',
      status: 500,
      reason: 'cfs-lock timeout',
    });
    const error = await failure(lab.engine.provision(request, cli));
    const run = await lab.engine.getRun(request.requestId);
    expect(run).toMatchObject({ state: 'failed', error: { step: 'create' } });
    expect(error.message.length).toBeGreaterThan(10);
    expect(run?.leftovers).toHaveLength(await guestsOf('middle'));
    await lab.clearFaults();
    await expectConverges(request);
  });
});

describe('the bucket is away', () => {
  it('at the final write: the run waits for it and succeeds', async () => {
    const request = provisionRequest({ app: 'late' });
    const run = await lab.engine.provision(
      request,
      whenRunning('finish', () =>
        lab.fault('s3', { kind: 'refuse', durationMs: 1_500 }),
      ),
    );
    expect(run.state).toBe('succeeded');
    await sleep(1_000);
    expect(
      (await lab.store.get(`nante/late-dev/runs/${request.requestId}.json`))
        ?.body,
    ).toContain('"succeeded"');
    await expectConverges(request);
  });

  it('for the state: it is kept here, the workspace stays locked, and the next run uploads it first', async () => {
    const request = provisionRequest({ app: 'strand' });
    const error = await failure(
      lab.engine.provision(
        request,
        whenRunning('create', () =>
          lab.fault('s3', {
            kind: 'status',
            method: 'PUT',
            path: 'terraform\\.tfstate$',
            status: 403,
          }),
        ),
      ),
    );
    expect(error.message).toContain('could not upload its state');
    expect(await guestsOf('strand')).toBe(1);
    expect(await lab.engine.lockHolder('strand-dev')).toMatchObject({
      runId: request.requestId,
    });
    await lab.clearFaults();
    const elsewhere = lab.engineWith({
      workDirectory: `${lab.setting.workDirectory}-elsewhere`,
    });
    await expectConverges(request);
    expect(await elsewhere.lockHolder('strand-dev')).toBeUndefined();
  });
});

describe('the lock', () => {
  const lock = (heartbeat: number) =>
    JSON.stringify({
      version: 1,
      state: 'held',
      fencing: 7,
      holder: 'workflow:runner-3:17',
      door: 'workflow',
      runId: 'their-run-1',
      link: 'https://example.com/run/1',
      tool: 'terraform',
      acquiredAt: '2026-11-01T00:00:00.000Z',
      heartbeat,
    });

  it('of somebody who works is waited for, and then named', async () => {
    let heartbeat = 0;
    const beat = () =>
      lab.store.put('nante/held-dev/operation.lock', lock((heartbeat += 1)), {
        always: true,
      });
    await beat();
    const timer = setInterval(beat, 300);
    const waits: string[] = [];
    const impatient = lab.engineWith({
      timing: { ...lab.setting.timing, lockWaitMs: 3_000 },
    });
    const request = provisionRequest({ app: 'held' });
    const error = await failure(
      impatient.provision(request, {
        door: 'cli',
        onLog: ({ text }) => waits.push(text),
      }),
    );
    clearInterval(timer);
    expect(error).toMatchObject({
      code: 'locked',
      message: expect.stringContaining('workflow:runner-3:17'),
    });
    expect(waits.join('\n')).toContain('https://example.com/run/1');
    expect(await guestsOf('held')).toBe(0);
  });

  it('of somebody who is gone is taken over, unless Terraform still holds its own', async () => {
    await lab.store.put('nante/dead-dev/operation.lock', lock(1), {
      always: true,
    });
    const info = JSON.stringify({
      ID: 'abc',
      Who: 'root@runner-3',
      Operation: 'OperationTypeApply',
      Created: '2026-11-01T00:00:00Z',
    });
    await lab.store.put('env:/dead-dev/terraform.tfstate.tflock', info, {
      always: true,
    });
    const request = provisionRequest({ app: 'dead' });
    const impatient = lab.engineWith({
      timing: { ...lab.setting.timing, lockWaitMs: 4_000 },
    });
    const error = await failure(impatient.provision(request, cli));
    expect(error.message).toContain('root@runner-3');
    await lab.store.delete('env:/dead-dev/terraform.tfstate.tflock');
    await expectConverges(request);
    expect(
      JSON.parse(
        (await lab.store.get('nante/dead-dev/operation.lock'))?.body ?? '{}',
      ),
    ).toMatchObject({ state: 'released', fencing: 9 });
  });
});

describe('killed with -9', () => {
  const script = join(__dirname, '__testUtils__/provisionProcess.ts');

  it.each([
    'reserve',
    'plan',
    'create',
    'create +300',
    'create +900',
    'verify',
  ])('in %s: the repeat ends with one machine', async moment => {
    const [step, delay] = moment.split(' ');
    const app = `kill-${moment.replace(/[^a-z0-9]+/g, '-')}`;
    const request = provisionRequest({ app });
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        script,
        JSON.stringify({ setting: lab.setting, request }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise(resolve =>
      child.once('exit', (_code, signal) => resolve(signal)),
    );
    child.stdout.on('data', async (data: Buffer) => {
      if (!data.toString().split('\n').includes(step)) return;
      await sleep(Number(delay ?? 0));
      child.kill('SIGKILL');
    });
    expect(await ended).toBe('SIGKILL');
    await expectConverges(request);
  });
});
