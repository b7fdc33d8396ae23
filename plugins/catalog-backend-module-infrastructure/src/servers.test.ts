import { NanteError } from '@nante/model';
import {
  fakeManagedServer,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import { setUp } from './__testUtils__/setUp';

describe('an onboarded server in the catalog', () => {
  it('belongs to its owner, as a guest or by itself', async () => {
    const world = fakeWorld({
      servers: [
        fakeManagedServer('old-1'),
        fakeManagedServer('old-2', {
          guest: { connection: 'lab', vm_id: 100 },
        }),
      ],
    });
    const { sync, servers, catalog } = setUp(world);
    await sync.sync();
    await servers.sync();
    expect(catalog.get('resource:default/lab-100')!.entity).toMatchObject({
      metadata: {
        title: 'old-2',
        annotations: {
          'proxmox.nante.dev/guest': 'lab/100',
          'nante.dev/workspace': 'shop-dev',
          'nante.dev/request': 'request-old-2',
        },
      },
      spec: { type: 'virtual-machine', owner: 'group:default/shop' },
    });
    expect(catalog.get('resource:default/old-1.dev.shop')!.entity).toEqual({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Resource',
      metadata: {
        name: 'old-1.dev.shop',
        title: 'old-1',
        annotations: {
          'backstage.io/managed-by-location': 'nante:servers',
          'backstage.io/managed-by-origin-location': 'nante:servers',
          'nante.dev/server': 'old-1',
          'nante.dev/app': 'shop',
          'nante.dev/environment': 'dev',
          'nante.dev/workspace': 'shop-dev',
          'nante.dev/request': 'request-old-1',
        },
      },
      spec: { type: 'server', owner: 'group:default/shop' },
    });
  });

  it('stays while the bucket is away or lacks many, and goes when two looks lack it', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `old-${index}`);
    const all = names.map(name => fakeManagedServer(name));
    const world = fakeWorld({ servers: [...all] });
    const { servers, catalog, clock } = setUp(world);
    const count = () =>
      [...catalog.keys()].filter(ref => ref.endsWith('.dev.shop')).length;
    await servers.sync();
    expect(count()).toBe(10);

    world.bucketError = new NanteError('unreachable', 'down');
    await expect(servers.sync()).rejects.toThrow('The state bucket does not');
    delete world.bucketError;
    world.servers = [];
    for (let look = 0; look < 3; look++) {
      clock.now += 60_000;
      await expect(servers.sync()).rejects.toThrow(
        '10 of 10 entities of onboarded servers are missing',
      );
    }
    expect(count()).toBe(10);

    world.servers = [...all];
    await servers.sync();
    world.servers = all.slice(1);
    const change = { connection: '', vmIds: [] };
    await servers.sync({ change });
    expect(count()).toBe(10);
    await servers.sync();
    expect(count()).toBe(9);
  });
});
