import { NanteError } from '@nante/model';
import {
  type FakeWorld,
  fakeGuest,
  fakeManagedHost,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import { setUp } from './__testUtils__/setUp';

describe('what a person finds in the catalog', () => {
  it('is every guest with its slow facts, in two requests', async () => {
    const world = fakeWorld();
    world.guests.push(
      fakeGuest(9000, { template: true, name: 'debian-12-template' }),
      fakeGuest(201, {
        kind: 'lxc',
        tags: ['App_Shop', 'nante', 'env.dev', 'app.shop', '~~'],
      }),
    );
    world.managed.push(
      fakeManagedHost(201, {
        desired: { ...fakeManagedHost(201).desired, kind: 'lxc' },
      }),
    );
    const { sync, catalog, guests } = setUp(world);
    await sync.sync();

    expect(guests()).toBe(41);
    expect(world.calls).toMatchObject({ resources: 1, permissions: 1 });
    const host = catalog.get('resource:default/lab-201')!.entity;
    expect(host).toMatchObject({
      metadata: {
        tags: ['app-shop', 'env-dev', 'nante'],
        annotations: {
          'proxmox.nante.dev/guest': 'lab/201',
          'nante.dev/workspace': 'shop-dev',
          'nante.dev/app': 'shop',
          'nante.dev/request': 'request-201',
          'backstage.io/managed-by-location': 'proxmox:lab',
        },
      },
      spec: {
        type: 'container',
        owner: 'group:default/shop',
        dependsOn: ['resource:default/lab-node-pve1'],
      },
    });
    expect(
      catalog.get('resource:default/lab-node-pve1')!.entity.spec,
    ).toMatchObject({ dependsOn: ['resource:default/lab'] });
    expect(catalog.get('resource:default/lab-100')!.entity.spec?.owner).toBe(
      'group:default/platform',
    );
  });

  it('is not written again when only figures and the order of tags change', async () => {
    const world = fakeWorld({ guests: [fakeGuest(100, { tags: ['a', 'b'] })] });
    const { sync, mutations } = setUp(world);
    await sync.sync();
    Object.assign(world.guests[0], {
      cpu: 0.99,
      memoryUsed: 1,
      diskUsed: 7,
      uptime: 99_999,
      status: 'stopped',
      tags: ['b', 'a'],
    });
    world.nodes.reverse();
    await sync.sync();
    expect(mutations).toHaveLength(1);

    world.guests[0].name = 'renamed';
    await sync.sync();
    expect(mutations).toHaveLength(2);
    expect(mutations[1]).toMatchObject({
      added: [{ entity: { metadata: { title: 'renamed' } } }],
      removed: [],
    });
  });

  it('lacks only the guest that can not be an entity, and the log names it', async () => {
    const world = fakeWorld();
    // A guest that Proxmox describes in a way that nobody foresaw.
    world.guests[7].tags = [7 as unknown as string];
    world.guests[8].name = '\u0000<script>$(id)</script>';
    // A node name that is no valid entity name takes only itself along.
    world.nodes.push({ ...world.nodes[0], name: 'bad name!' });
    const { sync, guests, logger, catalog } = setUp(world);
    await sync.sync();
    expect(guests()).toBe(39);
    expect(catalog.has('resource:default/lab-107')).toBe(false);
    expect(catalog.get('resource:default/lab-108')?.entity.metadata.title).toBe(
      '<script>$(id)</script>',
    );
    await sync.sync();
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(logger.warn.mock.calls[0][0]).toMatch(/bad name!.*host-107/);
  });

  it('follows a run at once, and loses a destroyed host without a second answer', async () => {
    const world = fakeWorld();
    const { sync, catalog, guests } = setUp(world);
    await sync.sync();
    world.guests.push(fakeGuest(20_001));
    await sync.sync({ change: { connection: 'lab', vmIds: [20_001] } });
    expect(catalog.has('resource:default/lab-20001')).toBe(true);
    world.guests.pop();
    await sync.sync({ change: { connection: 'lab', vmIds: [20_001] } });
    expect(guests()).toBe(40);
  });

  it('keeps a managed host that somebody deleted in Proxmox, since its record still names it', async () => {
    const world = fakeWorld({ managed: [fakeManagedHost(100)] });
    const { sync, catalog } = setUp(world);
    await sync.sync();
    world.guests.shift();
    await sync.sync();
    await sync.sync();
    expect(catalog.has('resource:default/lab-100')).toBe(true);
  });

  it('loses a guest only when a second healthy answer lacks it too', async () => {
    const world = fakeWorld();
    const { sync, guests } = setUp(world);
    await sync.sync();
    world.guests.pop();
    await sync.sync();
    expect(guests()).toBe(40);
    await sync.sync();
    expect(guests()).toBe(39);
  });
});

describe('what an outside fault can not do: remove a host that still exists', () => {
  const down = (message: string) => (world: FakeWorld) => {
    world.proxmoxError = new NanteError('unreachable', message);
  };
  const keep = (count: number) => (world: FakeWorld) => {
    world.guests = world.guests.slice(0, count);
  };
  const faults: [string, (world: FakeWorld) => void][] = [
    ['no answer', down('no answer in 10 s')],
    ['connection refused', down('connection refused')],
    ['connection reset', down('connection reset')],
    ['name not found', down('name not found')],
    ['certificate expired', down('certificate has expired')],
    ['certificate of another host', down('certificate does not match')],
    ['a cut body', down('unexpected end of JSON input')],
    ['an HTML page in place of JSON', down('the answer is no JSON')],
    ['an answer with the wrong shape', down('data.0.vmid: expected number')],
    ['status 500', down('500')],
    ['status 502', down('502')],
    ['status 595 of a dead node', down('595')],
    ['status 429', down('429')],
    ['a revoked token (401)', down('401')],
    ['a lost right (403)', down('403')],
    ['an aborted look', down('aborted')],
    ['an empty list with status 200', keep(0)],
    ['half a list', keep(20)],
    ['a list that lacks more than a fifth', keep(30)],
    ['one guest of forty', keep(1)],
    [
      'rights lost on a path, and the guests there gone from sight',
      world => {
        world.permissions = { '/': ['Sys.Audit'] };
        world.guests.splice(0, 3);
      },
    ],
    [
      'all rights lost, and an empty list',
      world => {
        world.permissions = {};
        world.guests = [];
        world.nodes = [];
      },
    ],
    [
      'a node offline whose guests are out of sight',
      world => {
        world.nodes[1].status = 'offline';
        world.guests = world.guests
          .filter((guest, index) => guest.node !== 'pve2' || index > 12)
          .map(guest => ({ ...guest }));
      },
    ],
    [
      'nodes and guests gone together',
      world => {
        world.nodes = [];
        world.guests = [];
      },
    ],
    [
      'a bucket that does not answer at start',
      world => {
        world.bucketError = new NanteError('unreachable', 'bucket down');
      },
    ],
    [
      'Proxmox and bucket down together',
      world => {
        down('down')(world);
        world.bucketError = new NanteError('unreachable', 'bucket down');
      },
    ],
  ];

  it.each(faults)('%s', async (_name, fault) => {
    const world = fakeWorld();
    const before = setUp(world);
    await before.sync.sync();
    expect(before.guests()).toBe(40);

    fault(world);
    // Twice, since a removal needs two answers.
    await before.sync.sync().catch(() => {});
    await before.sync.sync().catch(() => {});
    expect(before.guests()).toBe(40);
    expect(before.mutations).toHaveLength(1);
  });

  it.each(faults)('%s, after a restart of the portal', async (_name, fault) => {
    const world = fakeWorld();
    const before = setUp(world);
    await before.sync.sync();
    fault(world);
    const { sync } = before.start();
    await sync.sync().catch(() => {});
    await sync.sync().catch(() => {});
    expect(before.guests()).toBe(40);
  });

  it('says after a restart that the token has lost rights, until an operator accepts it', async () => {
    const world = fakeWorld();
    const { sync, start, guests } = setUp(world);
    await sync.sync();
    world.permissions = { '/': ['Sys.Audit'] };
    world.guests.splice(0, 3);
    const restarted = start();
    await expect(restarted.sync.sync()).rejects.toThrow(
      'Connection lab: the API token holds 1 privileges, and held 2 before the portal was restarted',
    );
    expect((await restarted.registry.connections())[0].ok).toBe(false);
    await restarted.sync.sync({
      change: { connection: 'lab', vmIds: [], accepted: true },
    });
    expect(guests()).toBe(37);
    // What was accepted is what the next process measures against.
    await start().sync.sync();
    expect(guests()).toBe(37);
  });

  it('takes the path of a destroyed guest in a pool for no lost right', async () => {
    const world = fakeWorld();
    world.permissions['/vms/100'] = ['VM.Audit'];
    const { sync, start, guests } = setUp(world);
    await sync.sync();
    delete world.permissions['/vms/100'];
    world.guests.shift();
    const change = { connection: 'lab', vmIds: [100] };
    await sync.sync({ change });
    expect(guests()).toBe(39);
    await start().sync.sync();
  });

  it('goes on by itself when the source is well again', async () => {
    const world = fakeWorld();
    const { sync, guests, registry } = setUp(world);
    await sync.sync();
    const all = world.guests;
    world.guests = [];
    await expect(sync.sync()).rejects.toThrow(/no guests at all, 40 are known/);
    const { connections, hosts } = await registry.overview();
    expect(connections[0]).toMatchObject({ ok: false, name: 'lab' });
    expect(connections[0].error).toMatch(/no guests at all/);
    expect(hosts).toHaveLength(40);
    expect(new Set(hosts.map(host => host.state))).toEqual(
      new Set(['Unknown']),
    );

    world.guests = all.slice(1);
    await sync.sync();
    await sync.sync();
    expect(guests()).toBe(39);
  });

  it('lets an operator say that they are really gone', async () => {
    const world = fakeWorld();
    const { sync, guests } = setUp(world);
    await sync.sync();
    world.guests = world.guests.slice(0, 2);
    await expect(sync.sync()).rejects.toThrow(/38 of 40/);
    await sync.sync({
      change: { connection: 'lab', vmIds: [], accepted: true },
    });
    expect(guests()).toBe(2);
  });
});
