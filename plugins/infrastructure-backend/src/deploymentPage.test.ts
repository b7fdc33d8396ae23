import type { RunDocument } from '@nante/model';
import type { DeploymentDetailResponse } from '@nante/plugin-infrastructure-common';
import {
  type StandIns,
  startStandIns,
} from '@nante/plugin-infrastructure-node/standIns';
import {
  fakeManagedHost,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import { deploymentsOn, order, rowOf } from './__testUtils__/deployments';
import { type Options, run } from './__testUtils__/start';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());
const given = (options?: Options) => deploymentsOn(standIns, options);

describe('the page of a deployment', () => {
  it('shows release, packages, what changed, targets, log, and what may be done', async () => {
    const { get, matrix } = await given();
    const seen = await matrix();
    const cell = rowOf(seen, 'shop').cells.Development;
    const { status, body } = await get(
      `/deployments/octopus/${cell.deploymentId}`,
    );
    expect(status).toBe(200);
    const detail = body as DeploymentDetailResponse;
    expect(detail).toMatchObject({
      connection: 'octopus',
      project: { slug: 'shop', owner: 'group:default/shop' },
      environment: { name: 'Development', environment: 'dev' },
      release: { version: cell.version },
      state: cell.state,
      targetSeconds: 180,
      redeploy: { allowed: true },
      cancel: { allowed: false, reason: 'It has ended.' },
    });
    expect(detail.packages.length).toBeGreaterThan(0);
    expect(detail.packages[0].packageId).toContain('shop');
    expect(detail.previous?.version).toBeDefined();
    expect(detail.changes.length).toBeGreaterThan(0);
    expect(detail.activities.length).toBeGreaterThan(0);
    expect(detail.rollback.allowed).toBe(true);
    expect(detail.rollback.releases[0].changes.length).toBeGreaterThan(0);
    expect(detail.promote[0]).toMatchObject({ environmentName: 'Staging' });

    await standIns.forget('octopus');
    await get(`/deployments/octopus/${cell.deploymentId}`);
    // What has ended is not asked for again.
    expect(await standIns.requests('octopus')).toBeLessThanOrEqual(3);
    expect((await get('/deployments/octopus/Deployments-999999')).status).toBe(
      404,
    );
    expect((await get('/deployments/other/Deployments-1')).status).toBe(404);
  });

  it('lets those who may answer what it waits for, once', async () => {
    const { get, post, matrix } = await given();
    const seen = await matrix();
    const waiting = seen.projects
      .flatMap(({ cells }) => cells)
      .find(cell => cell.hasPendingInterruption)!;
    expect(waiting).toBeDefined();
    const path = `/deployments/octopus/${waiting.deploymentId}`;
    const detail = (await get(path)).body as DeploymentDetailResponse;
    const [question] = detail.interruptions;
    expect(question).toMatchObject({
      isPending: true,
      answers: expect.arrayContaining(['Proceed', 'Abort']),
      answer: { allowed: true },
    });
    const answerPath = `/deployments/octopus/interruptions/${question.id}`;
    const body = { deploymentId: waiting.deploymentId };
    const odd = await post(answerPath, { ...body, result: 'Perhaps' });
    expect([odd.status, odd.body.error.message]).toEqual([
      400,
      'result: is to be one of Proceed, Abort',
    ]);
    const member = await given({ member: true });
    await member.matrix();
    const refused = await member.post(answerPath, {
      ...body,
      result: 'Proceed',
    });
    expect(refused.status).toBe(403);
    const taken = await post(answerPath, { ...body, result: 'Proceed' });
    expect(taken.status).toBe(202);
    const again = await post(answerPath, { ...body, result: 'Proceed' });
    expect(again.status).toBe(404);
  }, 30_000);

  it('cancels a run of ours, or the task where nobody of ours made it', async () => {
    const matrixOf = await given();
    const seen = await matrixOf.matrix();
    const cell = rowOf(seen, 'shop').cells.Development;
    const ours: RunDocument = {
      ...run,
      id: 'request-ours',
      kind: 'deploy',
      state: 'running',
      deployment: {
        connection: 'octopus',
        id: cell.deploymentId,
        project: 'Shop',
        version: cell.version!,
        environment: 'Development',
        changes: [],
        targets: [],
        alreadyThere: false,
        problems: [],
      },
    };
    const { post, cancelled } = await given({
      engine: { listRuns: async () => [ours] },
    });
    const answer = await post(
      '/deployments/runs',
      order(seen, 'shop', 'Development', {
        action: 'cancel',
        deploymentId: cell.deploymentId,
      }),
    );
    expect(answer.body).toEqual({ runId: 'request-ours' });
    expect(cancelled).toEqual(['request-ours']);

    const other = await post(
      '/deployments/runs',
      order(seen, 'billing', 'Development', {
        action: 'cancel',
        deploymentId: rowOf(seen, 'shop').cells.Staging.deploymentId,
      }),
    );
    expect([other.status, other.body.error.message]).toEqual([
      400,
      expect.stringContaining('is of another project or environment'),
    ]);
  });
});

describe('a host that is a target', () => {
  it('shows its health, what runs on it, and where it disagrees with our record', async () => {
    const api = await standIns.clients.octopus('octopus');
    const [machine] = await api.machines();
    const target = {
      app: 'shop',
      environment: 'dev',
      connection: 'octopus',
      requestId: 'request-1',
      runId: 'request-1',
    };
    const world = fakeWorld({
      managed: [
        fakeManagedHost(100, { name: 'web-1' }),
        fakeManagedHost(101, { name: 'web-2' }),
      ],
      targets: [
        { ...target, host: 'web-1', machineId: machine.id, thumbprint: 'no' },
        { ...target, host: 'web-2', machineId: 'Machines-999' },
      ],
    });
    const { get } = await given({ world });
    const { body } = await get('/targets/lab/100');
    expect(body).toMatchObject({
      connection: 'octopus',
      targets: [
        {
          machineId: machine.id,
          name: machine.name,
          health: machine.health,
          roles: machine.roles,
          url: expect.stringContaining(machine.id),
        },
      ],
    });
    expect(body.targets[0].disagreement).toMatch(/another certificate/);
    const gone = (await get('/targets/lab/101')).body;
    expect(gone.targets[0]).toMatchObject({
      health: 'Unknown',
      disagreement: expect.stringContaining('no such target any more'),
    });
    expect((await get('/targets/lab/102')).body.targets).toEqual([]);

    const hosts = (await get('/hosts')).body;
    const row = hosts.hosts.find(({ vmId }: { vmId: number }) => vmId === 100);
    expect(row.targetHealth).toBe(machine.health);
    expect(hosts.connections).toContainEqual(
      expect.objectContaining({ name: 'octopus', type: 'octopus', ok: true }),
    );
  });
});
