import { HOSTS_CHANGED_TOPIC } from '@nante/plugin-infrastructure-common';
import { body, run, start } from './__testUtils__/start';

describe('runs', () => {
  it('are listed and filtered without asking the bucket each time', async () => {
    const listRuns = jest.fn(async () => [
      run,
      { ...run, id: 'request-0', state: 'failed' as const, host: 'db-1' },
    ]);
    const { get, post } = await start({
      engine: {
        listRuns,
        getRun: async id => (id === run.id ? run : undefined),
      },
    });
    expect((await get('/runs')).body.runs).toHaveLength(2);
    expect((await get('/runs?state=failed&host=db-1')).body.runs).toHaveLength(
      1,
    );
    expect((await get('/runs?mine=true')).body.runs).toHaveLength(0);
    await get('/runs?limit=0').expect(400);
    expect(listRuns).toHaveBeenCalledTimes(1);
    const one = await get('/runs/request-1').expect(200);
    expect(one.body).toMatchObject({
      usualSeconds: 120,
      targetSeconds: 300,
      mayCancel: false,
    });
    await get('/runs/unknown').expect(404);
    await post('/runs/request-1/cancel').expect(202);
  });

  it('of this process show live, wake a waiting log, and tell catalog and pages when hosts change', async () => {
    const lines = [{ n: 0, time: '', level: 'info' as const, text: 'one' }];
    let written = 0;
    let finish!: () => void;
    const ended = new Promise<void>(resolve => {
      finish = resolve;
    });
    let begun!: () => void;
    const started = new Promise<void>(resolve => {
      begun = resolve;
    });
    const live = { ...run, id: 'request-0002', state: 'running' as const };
    const { get, post, runner, published } = await start({
      engine: {
        runLog: async (_id, after) => lines.slice(after + 1, written),
        requestCancel: async () => {},
        provision: async (_request, options) => {
          options.onRun?.(live);
          begun();
          await ended;
          written = 1;
          options.onLog?.(lines[0]);
          const result = {
            name: 'web-2',
            kind: 'vm' as const,
            connection: 'lab',
            node: 'pve1',
            vmId: 20_001,
            address: null,
            user: 'ops',
            ssh: null,
            entityRef: 'resource:default/lab-20001',
          };
          return { ...live, state: 'succeeded', result };
        },
      },
    });
    const done = runner.provision({
      ...body.request,
      kind: 'vm',
      requestedBy: 'user:default/mock',
      operator: false,
      allowChange: false,
    });
    await started;
    expect((await get('/runs/request-0002')).body).toMatchObject({
      run: { state: 'running' },
      mayCancel: true,
    });
    await post('/runs/request-0002/cancel').expect(202);
    const waiting = get('/runs/request-0002/log?after=-1&wait=true').then(
      answer => answer.body,
    );
    setTimeout(finish, 100);
    expect(await waiting).toEqual({ lines });
    await done;
    expect(published).toContainEqual({
      topic: HOSTS_CHANGED_TOPIC,
      eventPayload: { connection: 'lab', vmIds: [20_001] },
    });
    expect(published).toContainEqual(
      expect.objectContaining({
        topic: 'signals',
        eventPayload: expect.objectContaining({ message: { kind: 'hosts' } }),
      }),
    );
  });

  it('of releases tell the pages of deployments when they end, and not before', async () => {
    const release = { ...run, id: 'request-0003', kind: 'release' as const };
    const { runner, published } = await start({
      engine: {
        createRelease: async (_request, options) => {
          options.onRun?.({ ...release, state: 'running' });
          options.onRun?.({ ...release, state: 'succeeded' });
          return { ...release, state: 'succeeded' };
        },
      },
    });
    await runner.createRelease({
      requestId: release.id,
      requestedBy: 'user:default/mock',
      operator: false,
      app: 'shop',
      version: '1.0.0',
      packages: {},
      dryRun: false,
    });
    const told = published.filter(
      ({ eventPayload }) =>
        (eventPayload as { message?: { kind?: string } }).message?.kind ===
        'deployments',
    );
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(3);
  });
});
