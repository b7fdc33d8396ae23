import {
  fakeGuest,
  fakeManagedHost,
  fakeManagedServer,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import {
  type StandIns,
  startStandIns,
} from '@nante/plugin-infrastructure-node/standIns';
import { setUp } from './__testUtils__/setUp';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());

async function given() {
  const api = await standIns.clients.octopus('octopus');
  const machines = await api.machines();
  const target = {
    app: 'shop',
    environment: 'dev',
    connection: 'octopus',
    requestId: 'request-1',
    runId: 'request-1',
  };
  const world = fakeWorld({
    guests: [fakeGuest(100, { tags: ['app.shop', 'env.dev', 'nante'] })],
    managed: [fakeManagedHost(100, { name: 'web-1' })],
    servers: [fakeManagedServer('old-1')],
    targets: [
      { ...target, host: 'web-1', machineId: machines[0].id },
      { ...target, host: 'old-1', machineId: machines[1].id },
    ],
  });
  const set = setUp(world, undefined, {
    clients: standIns.clients,
    config: standIns.config,
  });
  return { ...set, machines };
}

describe('what Octopus has, in the catalog', () => {
  it('is an entity for each environment and for each target that is no host of ours; a host stays one entity', async () => {
    const { sync, servers, targets, catalog, machines } = await given();
    await targets.sync();
    await sync.sync();
    await servers.sync();

    const environments = [...catalog.values()].filter(
      ({ entity }) => entity.spec?.type === 'deployment-environment',
    );
    expect(environments.map(({ entity }) => entity.metadata.title)).toEqual(
      expect.arrayContaining([
        'Development',
        'Development 2',
        'Staging',
        'Production',
      ]),
    );
    const [, , foreign] = machines;
    const refOf = (id: string) =>
      `resource:default/octopus-${id.toLowerCase()}`;
    expect(catalog.get(refOf(foreign.id))!.entity).toMatchObject({
      metadata: {
        title: foreign.name,
        annotations: {
          'octopus.nante.dev/target': `octopus/${foreign.id}`,
          'backstage.io/managed-by-location': 'octopus:octopus',
        },
      },
      spec: {
        type: 'deployment-target',
        owner: 'group:default/platform',
        dependsOn: foreign.environmentIds.map(refOf),
      },
    });
    expect(catalog.has(refOf(machines[0].id))).toBe(false);
    expect(catalog.get('resource:default/lab-100')!.entity).toMatchObject({
      metadata: {
        annotations: {
          'octopus.nante.dev/target': `octopus/${machines[0].id}`,
        },
      },
      spec: {
        dependsOn: [
          'resource:default/lab-node-pve1',
          ...machines[0].environmentIds.map(refOf),
        ],
      },
    });
    expect(
      catalog.get('resource:default/old-1.dev.shop')!.entity,
    ).toMatchObject({
      metadata: {
        annotations: {
          'octopus.nante.dev/target': `octopus/${machines[1].id}`,
        },
      },
      spec: { dependsOn: machines[1].environmentIds.map(refOf) },
    });
  });

  it('is not written again when only the health changes', async () => {
    const { targets, mutations, machines, clock } = await given();
    await targets.sync();
    expect(mutations).toHaveLength(1);
    const path = `machines/${machines[2].id}`;
    const machine = (await standIns.octopusCall('GET', path)) as object;
    await standIns.octopusCall('PUT', path, {
      ...machine,
      IsDisabled: true,
    });
    clock.now += 20_000;
    await standIns.forget('octopus');
    await targets.sync();
    expect(await standIns.requests('octopus')).toBe(1);
    expect(mutations).toHaveLength(1);
  });

  it('stays when Octopus answers with nothing, before and after a restart', async () => {
    const { targets, catalog, clock, start } = await given();
    await targets.sync();
    clock.now += 20_000;
    const count = catalog.size;
    expect(count).toBeGreaterThan(4);
    await standIns.fault('octopus', { kind: 'empty', what: 'machines' });
    await expect(targets.sync()).rejects.toThrow('no targets at all');
    const restarted = start();
    for (let look = 0; look < 3; look++) {
      await restarted.targets.sync().catch(() => {});
    }
    expect(catalog.size).toBe(count);
  });

  it('is not taken from a host while Octopus is down at the start of the portal', async () => {
    const { sync, targets, catalog, start } = await given();
    await targets.sync();
    await sync.sync();
    const before = catalog.get('resource:default/lab-100')!.entity;
    await standIns.fault('octopus', { kind: 'status', status: 503 });
    await start().sync.sync();
    expect(catalog.get('resource:default/lab-100')!.entity).toEqual(before);
  });
});
