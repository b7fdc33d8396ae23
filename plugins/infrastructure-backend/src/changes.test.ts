import type { PlanSummary, RunDocument } from '@nante/model';
import {
  fakeManagedHost,
  fakeManagedServer,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import { run, start, webOne } from './__testUtils__/start';

const update = 'infrastructure.host.update';
const operate = 'infrastructure.operate';
const ours = { tags: ['app.shop', 'env.dev', 'nante'] };

/** A world with one host of ours, which `changes` makes another one. */
function worldOf(changes: Partial<typeof webOne.desired> = {}) {
  const host = { ...webOne, desired: { ...webOne.desired, ...changes } };
  const world = fakeWorld({ managed: [host] });
  Object.assign(world.guests[0], ours);
  return world;
}

const configured = (changes: Partial<RunDocument>): RunDocument => ({
  ...run,
  kind: 'configure',
  id: 'configure-1',
  createdAt: '2026-01-02T10:00:00.000Z',
  finishedAt: '2026-01-02T10:03:00.000Z',
  hosts: ['web-0', 'web-1'],
  host: 'web-0',
  configuration: {
    dryRun: false,
    pretended: false,
    roles: ['nginx'],
    recap: [
      {
        host: 'web-0',
        ok: 9,
        changed: 7,
        failed: 0,
        unreachable: 0,
        skipped: 0,
      },
      {
        host: 'web-1',
        ok: 9,
        changed: 3,
        failed: 0,
        unreachable: 0,
        skipped: 0,
      },
    ],
    failures: [],
    changes: [],
    unseen: [],
  },
  ...changes,
});

describe('a host', () => {
  it('tells its roles, and when they were applied last in earnest', async () => {
    const dry = configured({
      id: 'dry',
      createdAt: '2026-01-03T10:00:00.000Z',
    });
    dry.configuration = { ...dry.configuration!, dryRun: true };
    const read = configured({
      id: 'records',
      createdAt: '2026-01-03T10:30:00.000Z',
    });
    read.configuration = { ...read.configuration!, pretended: true };
    const other = configured({
      id: 'other-app',
      app: 'billing',
      createdAt: '2026-01-03T11:00:00.000Z',
    });
    const world = worldOf({ roles: [{ name: 'nginx', arguments: {} }] });
    const { get } = await start({
      world,
      engine: { listRuns: async () => [dry, read, other, configured({}), run] },
    });
    const { body: host } = await get('/hosts/lab/100').expect(200);
    expect(host).toMatchObject({
      roles: ['nginx'],
      configured: {
        runId: 'configure-1',
        at: '2026-01-02T10:03:00.000Z',
        state: 'succeeded',
        changed: 3,
      },
      mayChange: true,
    });
    const { body: plain } = await get('/hosts/lab/101').expect(200);
    expect(plain.roles).toEqual([]);
    expect(plain.configured).toBeUndefined();
    const { body: list } = await get('/runs?host=web-1').expect(200);
    expect(list.runs.map(({ id }: RunDocument) => id)).toEqual([
      'other-app',
      'records',
      'dry',
      'configure-1',
      'request-1',
    ]);
  });

  it('is changed by its owner and by operators, and says why not', async () => {
    const world = fakeWorld({
      managed: [
        webOne,
        fakeManagedHost(102, { name: 'gone' }),
        fakeManagedHost(103, { environment: 'prod' }),
      ],
      servers: [
        fakeManagedServer('old-2', {
          guest: { connection: 'lab', vm_id: 104 },
        }),
      ],
    });
    Object.assign(world.guests[0], ours);
    world.guests[3].tags = ['app.shop', 'env.prod', 'nante'];
    world.guests = world.guests.filter(({ vmId }) => vmId !== 102);
    const member = await start({ world, deny: [operate] });
    const of = async (ask: typeof member, id: number) =>
      (await ask.get(`/hosts/lab/${id}`).expect(200)).body;
    expect(await of(member, 100)).toMatchObject({ mayChange: true });
    expect(await of(member, 101)).toMatchObject({
      mayChange: false,
      mayChangeReason: 'It was not made here; onboard it to take care of it.',
    });
    expect(await of(member, 102)).toMatchObject({
      mayChange: false,
      mayChangeReason: 'It is not in Proxmox.',
      mayDestroy: true,
    });
    expect(await of(member, 103)).toMatchObject({
      mayChange: false,
      mayChangeReason: 'Only operators may change hosts in Production.',
    });
    expect(await of(member, 104)).toMatchObject({
      name: 'old-2',
      management: 'onboarded',
      managementDetail: 'In Proxmox it is called host-104.',
      owner: 'group:default/shop',
      ssh: 'ssh ops@10.30.0.7',
      mayChange: true,
      mayDestroy: false,
      mayDestroyReason:
        'It was onboarded, not made here: whoever made it removes it.',
    });
    const stranger = await start({ world, deny: [operate, update] });
    expect(await of(stranger, 100)).toMatchObject({
      mayChange: false,
      mayChangeReason: 'Only shop and operators may change it.',
      mayDestroy: true,
    });
  });
});

describe('an onboarded server', () => {
  it('that is no guest is a row of its own, and what it does is unknown', async () => {
    const old = fakeManagedServer('old-1', {
      port: 2222,
      roles: [{ name: 'base_setup', arguments: {} }],
    });
    const namesake = { ...fakeManagedServer('old-1'), environment: 'prod' };
    const world = fakeWorld({ servers: [old, namesake], guests: [] });
    const { get } = await start({ world });
    const { body: list } = await get('/hosts').expect(200);
    expect(list.hosts).toMatchObject([
      {
        kind: 'server',
        name: 'old-1',
        state: 'Unknown',
        management: 'onboarded',
        connection: '',
        owner: 'group:default/shop',
        addresses: ['10.30.0.7'],
        entityRef: 'resource:default/old-1.dev.shop',
      },
      { entityRef: 'resource:default/old-1.prod.shop', environment: 'prod' },
    ]);
    const { body: host } = await get('/servers/old-1.dev.shop').expect(200);
    expect(host).toMatchObject({
      ssh: 'ssh -p 2222 ops@10.30.0.7',
      roles: ['base_setup'],
      environment: 'dev',
      mayChange: true,
      mayDestroy: false,
      interfacesProblem: 'It is no guest of a Proxmox we know.',
    });
    await get('/servers/unknown').expect(404);
  });

  it('whose guest is gone stays, and asks for attention', async () => {
    const server = fakeManagedServer('old-2', {
      guest: { connection: 'lab', vm_id: 777 },
    });
    const { get } = await start({ world: fakeWorld({ servers: [server] }) });
    const { body: host } = await get('/hosts/lab/777').expect(200);
    expect(host).toMatchObject({
      name: 'old-2',
      state: 'Attention',
      management: 'onboarded',
      managementDetail:
        'It was onboarded, and its guest is no longer in Proxmox.',
    });
  });
});

describe('software', () => {
  it('is offered with its arguments where there is Ansible', async () => {
    const nginx = {
      name: 'nginx',
      title: 'Web',
      description: [],
      arguments: [],
    };
    const { get } = await start({
      ansible: { bin: '/opt/ansible/bin', project: '/srv/ansible' },
      engine: { roles: async () => [nginx] },
    });
    expect((await get('/roles').expect(200)).body).toEqual({
      available: true,
      roles: [nginx],
    });
    const without = await start();
    expect((await without.get('/roles').expect(200)).body).toEqual({
      available: false,
      roles: [],
    });
  });
});

describe('a change of size', () => {
  const body = {
    request: {
      requestId: 'request-0003',
      name: 'web-1',
      app: 'shop',
      environment: 'dev',
      size: 'small',
    },
  };
  const plan = { add: 0, change: 1, destroy: 0 } as PlanSummary;
  const planResize = jest.fn(async () => ({
    plan,
    impact: 'reboot' as const,
    reasons: ['Memory shrinks'],
  }));

  it('is planned for the owner of the host as the person who asks, whatever the body says', async () => {
    const { post } = await start({
      world: worldOf(),
      engine: { planResize },
      deny: [operate],
    });
    const answer = await post('/resize-plan', {
      request: { ...body.request, operator: true, requestedBy: 'user:x/root' },
    }).expect(200);
    expect(answer.body).toEqual({
      plan,
      impact: 'reboot',
      reasons: ['Memory shrinks'],
    });
    expect(planResize).toHaveBeenCalledWith(
      {
        ...body.request,
        allowReboot: false,
        requestedBy: 'user:default/mock',
        operator: false,
      },
      expect.anything(),
    );
  });

  it('is planned for nobody else, and for no host that is none of ours', async () => {
    planResize.mockClear();
    const stranger = await start({
      world: worldOf(),
      engine: { planResize },
      deny: [operate, update],
    });
    const refused = await stranger.post('/resize-plan', body).expect(403);
    expect(refused.body.error.message).toBe(
      'Only group:default/shop and operators may change this host.',
    );
    const unknown = { request: { ...body.request, app: 'billing' } };
    await stranger.post('/resize-plan', unknown).expect(404);
    await stranger.post('/resize-plan', { request: {} }).expect(400);
    expect(planResize).not.toHaveBeenCalled();
    const operator = await start({
      world: worldOf(),
      engine: { planResize },
      deny: [update],
    });
    await operator.post('/resize-plan', body).expect(200);
  });
});
