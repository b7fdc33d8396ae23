import { mockCredentials } from '@backstage/backend-test-utils';
import { NanteError, type RunDocument } from '@nante/model';
import {
  fakeGuest,
  fakeManagedHost,
  fakeManagedServer,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import request from 'supertest';
import { body, run, start, webOne } from './__testUtils__/start';

describe('who may ask', () => {
  it('is nobody without a sign-in, and nobody without the permission', async () => {
    const { server, get, post } = await start({
      deny: [
        'infrastructure.host.read',
        'infrastructure.host.create',
        'infrastructure.run.read',
        'infrastructure.run.cancel',
        'infrastructure.operate',
      ],
    });
    const paths = [
      '/status',
      '/hosts',
      '/hosts/lab/100',
      '/servers/old-1.dev.shop',
      '/roles',
      '/environments',
      '/placement?environment=dev&kind=vm',
      '/names?name=a&app=b&environment=dev',
      '/runs',
      '/runs/x',
      '/runs/x/log',
      '/runs/x/inspection',
      '/doctor',
      '/policy',
    ];
    for (const path of paths) {
      const anonymous = await request(server)
        .get(`/api/infrastructure${path}`)
        .set('authorization', mockCredentials.none.header());
      expect([path, anonymous.status]).toEqual([path, 401]);
      expect([path, (await get(path)).status]).toEqual([path, 403]);
    }
    for (const path of [
      '/check',
      '/plan',
      '/resize-plan',
      '/runs/x/cancel',
      '/connections/lab/accept',
    ]) {
      expect([path, (await post(path, body)).status]).toEqual([path, 403]);
    }
  });
});

describe('the hosts page', () => {
  it('joins guests with the record, and keeps them with their age when Proxmox is down', async () => {
    const world = fakeWorld({ managed: [webOne, fakeManagedHost(777)] });
    world.guests[0].tags = ['app.shop', 'env.dev', 'nante'];
    world.guests[1].tags = ['nante', 'owner.evil'];
    const { get } = await start({ world });
    const first = await get('/hosts').expect(200);
    const byId = (id: number) =>
      first.body.hosts.find((host: { vmId: number }) => host.vmId === id);
    expect(byId(100)).toMatchObject({
      management: 'managed',
      state: 'Running',
      owner: 'group:default/shop',
      vlan: 30,
      addresses: ['10.30.0.101'],
    });
    expect(byId(101)).toMatchObject({ management: 'mismatch' });
    expect(byId(101).owner).toBeUndefined();
    expect(byId(102)).toMatchObject({ management: 'unmanaged' });
    expect(byId(777)).toMatchObject({ management: 'missing' });
    expect(first.body.nodes).toHaveLength(3);
    expect(first.body.connections).toMatchObject([
      { name: 'lab', ok: true, version: '9.1.1' },
      { name: 'state', ok: true },
    ]);

    // Five pages at once cost no further request.
    await Promise.all(Array.from({ length: 5 }, () => get('/hosts')));
    expect(world.calls.resources).toBe(1);

    world.proxmoxError = new NanteError('unreachable', 'pve does not answer');
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    const stale = await get('/hosts').expect(200);
    jest.restoreAllMocks();
    expect(stale.body.hosts).toHaveLength(41);
    expect(stale.body.hosts[0]).toMatchObject({ state: 'Unknown' });
    expect(stale.body.connections[0]).toMatchObject({
      ok: false,
      error: 'pve does not answer',
      lastSuccessAt: first.body.hosts[0].observedAt,
    });
    expect(stale.body.connections[0].doubt).toBeUndefined();
  });

  it('keeps all guests when Proxmox answers with none, until an operator says that they are gone', async () => {
    const world = fakeWorld();
    const { get, post } = await start({ world });
    const known = (await get('/hosts').expect(200)).body.hosts.length;
    world.guests.splice(0);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    const doubted = (await get('/hosts').expect(200)).body;
    jest.restoreAllMocks();
    expect(doubted.hosts).toHaveLength(known);
    expect(doubted.connections[0]).toMatchObject({
      ok: false,
      doubt: 'guests',
      error: expect.stringMatching(
        /an operator accepts that on the hosts page/,
      ),
    });
    const answer = await post('/connections/lab/accept', {}).expect(200);
    expect(answer.body.gone).toHaveLength(known);
    const after = (await get('/hosts').expect(200)).body;
    expect(after.hosts).toEqual([]);
    expect(after.connections[0]).toMatchObject({ ok: true });
    expect(after.connections[0].doubt).toBeUndefined();
  });

  it('lists the address that a host got by DHCP, read once from its last run', async () => {
    const leased = (vmId: number, lastRunId?: string) => {
      const host = fakeManagedHost(vmId);
      const network = { ...host.desired.network, address: 'dhcp' as const };
      return { ...host, lastRunId, desired: { ...host.desired, network } };
    };
    const world = fakeWorld({
      managed: [leased(100, 'run-100'), leased(101, 'broken'), leased(102)],
    });
    const getRun = jest.fn(async (id: string) => {
      if (id === 'broken') throw new Error('the document cannot be read');
      return { ...run, id, result: { address: '10.40.0.7' } } as RunDocument;
    });
    const { get } = await start({ world, engine: { getRun } });
    for (const expected of [2, 3]) {
      const list = await get('/hosts').expect(200);
      expect(
        list.body.hosts
          .slice(0, 3)
          .map((host: { addresses: string[] }) => host.addresses),
      ).toEqual([['10.40.0.7'], [], []]);
      // Only what could not be read is asked for again.
      expect(getRun).toHaveBeenCalledTimes(expected);
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    }
    jest.restoreAllMocks();
  });

  it('opens when nothing answers at all', async () => {
    const down = new NanteError('unreachable', 'down');
    const world = fakeWorld({ proxmoxError: down, bucketError: down });
    const { get } = await start({ world });
    expect((await get('/hosts').expect(200)).body.hosts).toEqual([]);
    expect((await get('/status').expect(200)).body).toMatchObject({
      sandbox: { guests: 'record' },
      connections: [{ ok: false }, { ok: false, type: 'state' }],
    });
    const { body: offer } = await get('/placement?environment=dev&kind=lxc');
    expect(offer).toMatchObject({ error: 'down', nodes: [] });
  });

  it('shows one host with addresses, login and who may destroy it', async () => {
    const world = fakeWorld({ managed: [webOne] });
    world.guests[0].tags = ['app.shop', 'env.dev', 'nante'];
    const { get } = await start({ world, engine: { getRun: async () => run } });
    const { body: host } = await get('/hosts/lab/100').expect(200);
    expect(host).toMatchObject({
      management: 'managed',
      ssh: 'ssh ops@10.30.0.101',
      disks: [{ name: 'scsi0', storage: 'ceph', size: '16G' }],
      snapshots: [
        {
          name: 'before-upgrade',
          description: 'Before the upgrade',
          createdAt: '2023-11-14T22:13:20.000Z',
        },
      ],
      requestId: 'request-100',
      requestedBy: 'user:default/somebody',
      mayDestroy: true,
    });
    const foreign = await get('/hosts/lab/101').expect(200);
    expect(foreign.body).toMatchObject({
      mayDestroy: false,
      mayDestroyReason: expect.stringMatching(/not made here/),
    });
    const { get: ask } = await start({
      world,
      engine: { getRun: async () => run },
      deny: ['infrastructure.host.delete'],
    });
    expect((await ask('/hosts/lab/100').expect(200)).body).toMatchObject({
      mayDestroy: false,
      mayDestroyReason: 'Only shop and operators may destroy it.',
    });
    expect(
      (await get('/hosts/lab/4711').expect(404)).body.error.message,
    ).toMatch(/no host resource:default\/lab-4711/);
    await get('/hosts/lab/abc').expect(400);
  });
});

describe('the form', () => {
  it('offers where and how big, the best first, and what is left', async () => {
    const world = fakeWorld({
      managed: [webOne],
      servers: [fakeManagedServer('old-1', { address: '10.30.0.105' })],
    });
    world.guests.push(fakeGuest(9000, { template: true, name: 'debian-12' }));
    const { get } = await start({ world, deny: ['infrastructure.operate'] });
    const vm = await get('/placement?environment=dev&kind=vm').expect(200);
    expect(vm.body).toMatchObject({
      nodes: [{ name: 'pve1', bestFit: true }, {}, {}],
      storages: [
        { name: 'ceph', nodes: ['pve1', 'pve2', 'pve3'], bestFit: true },
      ],
      images: [{ id: '9000', title: 'debian-12', minimumDiskGb: 16 }],
      network: { vlan: 30, addressing: 'pool', free: 8 },
      sizes: [
        { name: 'small', allowed: true },
        { name: 'large', allowed: false },
      ],
      quota: [{ owner: 'group:default/shop', used: 1, limit: 20 }],
    });
    const lxc = await get('/placement?environment=dev&kind=lxc').expect(200);
    expect(lxc.body.images).toMatchObject([{ title: 'debian-12.tar.zst' }]);
    const list = await get('/environments?kind=vm').expect(200);
    expect(list.body.environments).toMatchObject([
      { name: 'dev', allowed: true },
      { name: 'prod', allowed: false },
    ]);
    world.nodes.forEach(node => Object.assign(node, { memory: 0, cores: 0 }));
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    const blind = await get('/placement?environment=dev&kind=vm').expect(200);
    jest.restoreAllMocks();
    expect(
      blind.body.nodes.map((node: { bestFit: boolean }) => node.bestFit),
    ).toEqual([false, false, false]);
    expect(blind.body.storages).toMatchObject([{ bestFit: true }]);
    await get('/placement?environment=nowhere&kind=vm').expect(404);
    await get('/placement?environment=dev&kind=tank').expect(400);

    const taken = await get('/names?name=host-101&app=shop&environment=dev');
    expect(taken.body).toMatchObject({ free: false });
    const free = await get('/names?name=web-9&app=shop&environment=dev');
    expect(free.body).toEqual({ free: true });
    const bad = await get('/names?name=$(id)&app=shop&environment=dev');
    expect(bad.status).toBe(400);
    expect(bad.body.error.message).toMatch(/^name: use lower case letters/);
  });

  it('checks as the person who asks, whatever the body says, and passes on every problem', async () => {
    const check = jest.fn(async () => [
      { id: 'a', title: 'Name', ok: true },
      {
        id: 'b',
        title: 'Size',
        ok: false,
        message: 'too large',
        field: 'size' as const,
      },
    ]);
    const { post } = await start({
      engine: {
        check,
        plan: async () => {
          throw new NanteError('locked', 'Another run holds the lock', {
            hint: 'Wait for it',
          });
        },
      },
      deny: ['infrastructure.operate'],
    });
    const forged = {
      request: {
        ...body.request,
        operator: true,
        requestedBy: 'user:default/root',
      },
    };
    const answer = await post('/check', forged).expect(200);
    expect(answer.body).toEqual({
      problems: [{ id: 'b', field: 'size', message: 'too large' }],
    });
    expect(check).toHaveBeenCalledWith(
      expect.objectContaining({
        operator: false,
        requestedBy: 'user:default/mock',
      }),
      expect.anything(),
    );
    const { kind, owner, size, sshKeys, ...left } = body.request;
    await post('/check', { request: left }).expect(200);
    expect(check).toHaveBeenLastCalledWith(
      {
        ...{ ...left, allowChange: false, operator: false },
        requestedBy: 'user:default/mock',
      },
      expect.anything(),
    );
    const locked = await post('/plan', body).expect(409);
    expect(locked.body.error.message).toBe(
      'Another run holds the lock. Wait for it',
    );
    await post('/check', { request: { name: 'x' } }).expect(400);
  });
});
