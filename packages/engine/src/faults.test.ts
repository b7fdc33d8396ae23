import { setTimeout as sleep } from 'node:timers/promises';
import { provisionRequest, startLab, type Lab } from './__testUtils__/lab';
import {
  cli,
  expectConverges,
  failure,
  guestsOf,
  whenRunning,
} from './__testUtils__/outcome';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

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
    await expectConverges(lab, request);
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
    expect(run?.leftovers).toHaveLength(await guestsOf(lab, 'middle'));
    await lab.clearFaults();
    await expectConverges(lab, request);
  });
});

describe('Terraform that does not end', () => {
  it('is not killed after a cancel: the run fails, the lock stays, and the repeat takes it up', async () => {
    const request = provisionRequest({ app: 'slow' });
    await lab.fault('s3', {
      kind: 'latency',
      method: 'PUT',
      path: 'terraform\\.tfstate$',
      ms: 6_000,
    });
    const impatient = lab.engineWith({
      timing: { ...lab.setting.timing, cancelGraceMs: 500 },
    });
    const controller = new AbortController();
    const error = await failure(
      impatient.provision(request, {
        ...whenRunning('create', async () => {
          await sleep(1_500);
          controller.abort();
        }),
        signal: controller.signal,
      }),
    );
    expect(error).toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/Terraform \(process \d+\) still works/),
    });
    expect(await impatient.lockHolder('slow-dev')).toMatchObject({
      runId: request.requestId,
    });
    expect(await impatient.getRun(request.requestId)).toMatchObject({
      state: 'failed',
      leftovers: [expect.stringContaining('still works')],
    });
    await lab.clearFaults();
    await expectConverges(lab, request);
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
    await expectConverges(lab, request);
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
    expect(await guestsOf(lab, 'strand')).toBe(1);
    expect(await lab.engine.lockHolder('strand-dev')).toMatchObject({
      runId: request.requestId,
    });
    await lab.clearFaults();
    const elsewhere = lab.engineWith({
      workDirectory: `${lab.setting.workDirectory}-elsewhere`,
    });
    await expectConverges(lab, request);
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
    expect(await guestsOf(lab, 'held')).toBe(0);
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
    await expectConverges(lab, request);
    expect(
      JSON.parse(
        (await lab.store.get('nante/dead-dev/operation.lock'))?.body ?? '{}',
      ),
    ).toMatchObject({ state: 'released', fencing: 9 });
  });
});
