import { mockCredentials } from '@backstage/backend-test-utils';
import {
  type StandIns,
  startStandIns,
} from '@nante/plugin-infrastructure-node/standIns';
import request from 'supertest';
import { component } from './__testUtils__/company';
import { deploymentsOn, idOf, order, rowOf } from './__testUtils__/deployments';
import { type Options } from './__testUtils__/start';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());
const given = (options?: Options) => deploymentsOn(standIns, options);

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
