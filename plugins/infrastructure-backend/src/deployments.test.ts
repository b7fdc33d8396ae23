import { mockCredentials } from '@backstage/backend-test-utils';
import type { RunDocument } from '@nante/model';
import type {
  DeploymentCell,
  DeploymentDetailResponse,
  DeploymentMatrixResponse,
} from '@nante/plugin-infrastructure-common';
import type { Engine } from '@nante/plugin-infrastructure-node';
import {
  type StandIns,
  startStandIns,
} from '@nante/plugin-infrastructure-node/standIns';
import {
  fakeManagedHost,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import request from 'supertest';
import { company, component } from './__testUtils__/company';
import { type Options, run, start } from './__testUtils__/start';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());

/** A back end on the stand-ins, with what its runs were asked. */
async function given(options: Options = {}) {
  const asked: { verb: string; request: Record<string, unknown> }[] = [];
  const documents: RunDocument[] = [];
  const verb =
    (name: 'deploy' | 'rollback' | 'createRelease') =>
    async (
      wanted: { requestId: string; requestedBy: string },
      { onRun }: Parameters<Engine['deploy']>[1],
    ) => {
      asked.push({ verb: name, request: { ...wanted } });
      const document: RunDocument = {
        ...run,
        id: wanted.requestId,
        kind: name === 'createRelease' ? 'release' : name,
        requestedBy: wanted.requestedBy,
        state: 'running',
      };
      documents.push(document);
      onRun?.(document);
      return document;
    };
  const cancelled: string[] = [];
  const backend = await start({
    config: standIns.config,
    entities: company,
    ...options,
    engine: {
      ...standIns.clients,
      deploy: verb('deploy'),
      rollback: verb('rollback'),
      createRelease: verb('createRelease'),
      getRun: async id => documents.find(one => one.id === id),
      requestCancel: async id => {
        cancelled.push(id);
      },
      ...options.engine,
    },
  });
  const matrix = async () =>
    (await backend.get('/deployments')).body as DeploymentMatrixResponse;
  return { ...backend, asked, cancelled, matrix };
}

/** Row, cells by the name of their environment. */
function rowOf(matrix: DeploymentMatrixResponse, slug: string) {
  const row = matrix.projects.find(one => one.slug === slug)!;
  const names = new Map(matrix.environments.map(one => [one.id, one.name]));
  const cells: Record<string, DeploymentCell> = Object.fromEntries(
    row.cells.map(cell => [names.get(cell.environmentId) ?? '', cell]),
  );
  return { ...row, cells };
}

const idOf = (matrix: DeploymentMatrixResponse, name: string) =>
  matrix.environments.find(one => one.name === name)!.id;

/** What a click on Deploy sends. */
function order(
  matrix: DeploymentMatrixResponse,
  slug: string,
  environment: string,
  more: object = {},
) {
  return {
    requestId: `request-${Math.random().toString(36).slice(2, 12)}`,
    action: 'deploy',
    connection: 'octopus',
    projectId: rowOf(matrix, slug).id,
    environmentId: idOf(matrix, environment),
    ...more,
  };
}

describe('who may ask about deployments', () => {
  it('is nobody without a sign-in, and nobody without the permission', async () => {
    const { server, get, post } = await given({
      deny: [
        'infrastructure.deployment.read',
        'infrastructure.artifact.read',
        'infrastructure.run.read',
      ],
    });
    const paths = [
      '/deployments',
      '/deployments/octopus/Deployments-1',
      '/targets/lab/100',
      '/targets/server/old-1.dev.shop',
      '/artifacts?entityRef=component:default/shop',
      '/artifacts/usage?connection=nexus&repository=r&format=raw&name=n&version=1',
      '/activity',
    ];
    for (const path of paths) {
      const anonymous = await request(server)
        .get(`/api/infrastructure${path}`)
        .set('authorization', mockCredentials.none.header());
      expect([path, anonymous.status]).toEqual([path, 401]);
      expect([path, (await get(path)).status]).toEqual([path, 403]);
    }
    for (const path of [
      '/deployments/runs',
      '/deployments/octopus/interruptions/Interruptions-1',
    ]) {
      expect([path, (await post(path)).status]).toEqual([path, 403]);
    }
  });
});

describe('the matrix', () => {
  it('shows each project in each environment, what it is linked to, and what a member may do with it', async () => {
    const { matrix } = await given({ member: true });
    const seen = await matrix();
    expect(seen.sources).toEqual([
      expect.objectContaining({ connection: 'octopus', ok: true }),
    ]);
    expect(
      seen.environments.map(({ name, environment, restricted }) => [
        name,
        environment,
        restricted,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['Development', 'dev', false],
        ['Development 2', undefined, false],
        ['Staging', undefined, false],
        ['Production', 'prod', true],
      ]),
    );
    const shop = rowOf(seen, 'shop');
    expect(shop).toMatchObject({
      componentRef: 'component:default/shop',
      owner: 'group:default/shop',
      isMine: true,
      url: expect.stringContaining('shop'),
    });
    const { Development, Production } = shop.cells;
    expect(Development.kind).toBe('deployed');
    expect(Development.redeploy).toEqual({ allowed: true });
    expect(Development.promote).toMatchObject({
      environmentId: idOf(seen, 'Staging'),
      version: Development.lastGood?.version ?? Development.version,
    });
    expect(Production.redeploy).toEqual({
      allowed: false,
      reason: 'Only operators may do this in Production.',
    });
    expect(shop.cells['Development 2'].kind).toBe('unreachable');

    const hello = rowOf(seen, 'hello');
    expect(hello.cells.Development.kind).toBe('never');
    expect(hello.cells.Development.deploy).toMatchObject({
      allowed: false,
      reason: 'There is no release of it yet.',
    });
    expect(rowOf(seen, 'billing').cells.Development.redeploy).toEqual({
      allowed: false,
      reason: 'Only billing and operators may do this with Billing.',
    });
    expect(rowOf(seen, 'legacy').cells.Development.redeploy?.reason).toMatch(
      /no component with one owner is linked to it/,
    );
  });

  it('says why nothing may be deployed into a freeze, and over a connection that is read-only', async () => {
    await standIns.fault('octopus', {
      kind: 'freeze',
      environments: ['Staging'],
    });
    const { matrix } = await given();
    const seen = await matrix();
    expect(
      seen.environments.find(({ name }) => name === 'Staging')!.freezes,
    ).toHaveLength(1);
    expect(rowOf(seen, 'shop').cells.Staging.redeploy?.reason).toMatch(
      /^Staging is frozen until /,
    );
    expect(rowOf(seen, 'shop').cells.Development.redeploy?.allowed).toBe(true);

    const config = structuredClone(standIns.config);
    Object.assign(config.connections.octopus, { readOnly: true });
    const readOnly = await given({ config });
    expect(
      rowOf(await readOnly.matrix(), 'shop').cells.Development.redeploy,
    ).toEqual({
      allowed: false,
      reason: 'The connection octopus is read-only.',
    });
  });

  it('asks Octopus three times for fifty people', async () => {
    const { get, matrix } = await given();
    await matrix();
    await standIns.forget('octopus');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => get('/deployments')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(await standIns.requests('octopus')).toBeLessThanOrEqual(3);
  }, 30_000);

  it('belongs to nobody where two groups claim a project', async () => {
    const { matrix } = await given({
      member: true,
      entities: [
        component('shop', 'group:default/shop'),
        component('a-thief', 'group:default/thieves', {
          'nante.dev/octopus-project': 'octopus/shop',
        }),
        component('an-owner', 'group:default/shop', {
          'nante.dev/octopus-project': 'octopus/Shop',
        }),
        component('z-owner', 'group:default/shop', {
          'nante.dev/octopus-project': 'octopus/shop',
        }),
      ],
    });
    const shop = rowOf(await matrix(), 'shop');
    expect(shop.owner).toBeUndefined();
    expect(shop.cells.Development.redeploy?.allowed).toBe(false);
  });
});

describe('a click on Deploy', () => {
  it('starts one run, for whoever clicked, and answers with its page', async () => {
    const { post, matrix, asked } = await given({ member: true });
    const seen = await matrix();
    const version = rowOf(seen, 'shop').cells.Development.version!;
    const body = order(seen, 'shop', 'Development', { version, force: true });
    const [first, second] = await Promise.all([
      post('/deployments/runs', body),
      post('/deployments/runs', body),
    ]);
    expect(first.status).toBe(202);
    expect(first.body).toEqual({ runId: body.requestId });
    expect(second.body).toEqual(first.body);
    expect((await post('/deployments/runs', body)).body).toEqual(first.body);
    expect(asked).toEqual([
      {
        verb: 'deploy',
        request: expect.objectContaining({
          requestId: body.requestId,
          app: 'shop',
          project: 'Shop',
          connection: 'octopus',
          environment: 'dev',
          octopusEnvironment: 'Development',
          ...{ version, force: true, dryRun: false },
          requestedBy: 'user:default/mock',
          operator: false,
        }),
      },
    ]);
  });

  it('is refused with the reason that the page shows', async () => {
    const { post, matrix, asked } = await given({ member: true });
    const seen = await matrix();
    const refused = async (body: object) => {
      const answer = await post('/deployments/runs', body);
      return [answer.status, answer.body.error?.message];
    };
    const version = '1.0.0';
    expect(
      await refused(order(seen, 'billing', 'Development', { version })),
    ).toEqual([403, 'Only billing and operators may do this with Billing.']);
    expect(
      await refused(order(seen, 'shop', 'Production', { version })),
    ).toEqual([403, 'Only operators may do this in Production.']);
    expect(
      await refused(order(seen, 'shop', 'Development', { version: '../x' })),
    ).toEqual([400, expect.stringContaining('version')]);
    expect(
      await refused({
        ...order(seen, 'shop', 'Development', { version }),
        environmentId: 'Environments-99',
      }),
    ).toEqual([404, 'octopus has no environment Environments-99']);
    expect(
      await refused({
        ...order(seen, 'shop', 'Development', { version }),
        projectId: 'Projects-99',
      }),
    ).toEqual([404, 'octopus has no project Projects-99']);
    expect(asked).toEqual([]);
  });

  it('of a release that the lifecycle does not let there is refused before anything happens', async () => {
    const { post, matrix, asked } = await given();
    const seen = await matrix();
    const shop = rowOf(seen, 'shop');
    const offered = new Set(shop.cells.Production.deploy?.versions);
    const version = shop.cells.Development.deploy!.versions.find(
      one => !offered.has(one),
    )!;
    expect(version).toBeDefined();
    const answer = await post(
      '/deployments/runs',
      order(seen, 'shop', 'Production', { version, confirm: 'Production' }),
    );
    expect([answer.status, answer.body.error.message]).toEqual([
      403,
      'It has to be deployed to Staging with success first, as the lifecycle says.',
    ]);
    expect(asked).toEqual([]);
  });

  it('into a restricted environment wants its name typed', async () => {
    const { post, matrix, asked } = await given();
    const seen = await matrix();
    const { version } = rowOf(seen, 'shop').cells.Production;
    const wanted = order(seen, 'shop', 'Production', { version });
    const without = await post('/deployments/runs', wanted);
    expect([without.status, without.body.error.message]).toEqual([
      400,
      'confirm: type Production, the name of the environment',
    ]);
    const typed = await post('/deployments/runs', {
      ...wanted,
      confirm: 'Production',
    });
    expect(typed.status).toBe(202);
    expect(asked).toMatchObject([
      { request: { environment: 'prod', operator: true } },
    ]);
  });

  it('or Roll back, or Create release starts that', async () => {
    const { post, matrix, asked } = await given({ member: true });
    const seen = await matrix();
    const cell = rowOf(seen, 'shop').cells.Development;
    expect(cell.rollback).toEqual({ allowed: true });
    const back = await post(
      '/deployments/runs',
      order(seen, 'shop', 'Development', { action: 'rollback' }),
    );
    expect(back.status).toBe(202);
    const { environmentId, ...release } = order(seen, 'hello', 'Development', {
      action: 'release',
      version: '1.0.0',
    });
    expect((await post('/deployments/runs', release)).status).toBe(202);
    const other = await post('/deployments/runs', {
      ...release,
      requestId: 'request-other',
      projectId: rowOf(seen, 'billing').id,
    });
    expect(other.status).toBe(403);
    expect(asked).toMatchObject([
      { verb: 'rollback', request: { octopusEnvironment: 'Development' } },
      {
        verb: 'createRelease',
        request: {
          app: 'hello',
          project: 'Hello',
          version: '1.0.0',
          packageVersion: '1.0.0',
        },
      },
    ]);
  });
});

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
