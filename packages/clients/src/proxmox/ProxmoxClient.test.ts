import type { IncomingMessage } from 'node:http';
import { startServer, type TestServer } from '../__testUtils__/server';
import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { createProxmoxClient } from './ProxmoxClient';
import type { ProxmoxClientOptions } from './connection';

function client(
  endpoint: { url: string; ca?: string },
  token: string,
  change: Partial<ProxmoxClientOptions> = {},
) {
  const at = token.indexOf('=');
  return createProxmoxClient({
    url: endpoint.url,
    caFile: endpoint.ca,
    tokenId: token.slice(0, at),
    tokenSecret: token.slice(at + 1),
    ...change,
  });
}

describe('a Proxmox cluster', () => {
  let pve: TestSystem;
  beforeAll(async () => {
    pve = await startSystem('proxmox');
    await fetch(`${pve.endpoint.control}/time-scale`, {
      method: 'POST',
      body: JSON.stringify({
        factor: 0.02,
        unauthorizedDelayMs: 0,
        lockTimeoutMs: 100,
      }),
    });
  });
  afterEach(() => pve.clearFaults());
  afterAll(() => pve.stop());
  const as = (
    name: 'root' | 'provision' | 'read',
    change?: Partial<ProxmoxClientOptions>,
  ) =>
    client(
      pve.endpoint,
      (pve.endpoint.tokens as Record<string, string>)[name],
      change,
    );

  it('shows what it has, sorted and in numbers', async () => {
    const api = as('read');
    expect((await api.version()).release).toMatch(/^\d+\.\d+$/);
    const status = await api.clusterStatus();
    expect(status).toMatchObject({ quorate: true });
    expect(status.nodes.length).toBeGreaterThan(1);
    const { guests, nodes, storages } = await api.resources();
    expect(guests.map(({ vmId }) => vmId)).toEqual(
      guests.map(({ vmId }) => vmId).sort((a, b) => a - b),
    );
    for (const { tags, cores, memory } of guests) {
      expect(tags).toEqual([...tags].sort());
      expect([typeof cores, typeof memory]).toEqual(['number', 'number']);
    }
    expect(new Set(guests.map(({ kind }) => kind))).toEqual(
      new Set(['vm', 'lxc']),
    );
    expect(nodes[0]).toMatchObject({ status: 'online' });
    expect(storages[0].size).toBeGreaterThan(0);
    expect(await api.resources()).toMatchObject({
      guests: guests.map(({ tags }) => ({ tags })),
    });
    expect((await api.permissions())['/']).toContain('VM.Audit');
  });

  it('describes a guest of either kind', async () => {
    const api = as('provision');
    const { guests } = await api.resources();
    for (const kind of ['vm', 'lxc'] as const) {
      const guest = guests.find(
        each => each.kind === kind && each.status === 'running',
      )!;
      const at = [guest.node, kind, guest.vmId] as const;
      const config = await api.guestConfig(...at);
      expect(config).toMatchObject({
        name: guest.name,
        tags: guest.tags,
        cores: guest.cores,
      });
      expect(config.memoryMb * 1024 * 1024).toBe(guest.memory);
      expect(await api.guestStatus(...at)).toMatchObject({ status: 'running' });
      expect(
        (await api.guestInterfaces(...at))?.map(({ name }) => name),
      ).toContain('eth0');
      expect((await api.samples(...at, 'hour')).length).toBeGreaterThan(10);
      expect(await api.snapshots(...at)).toEqual([]);
    }
    const stopped = guests.find(
      ({ kind, status }) => kind === 'vm' && status === 'stopped',
    )!;
    expect(
      await api.guestInterfaces(stopped.node, 'vm', stopped.vmId),
    ).toBeUndefined();
    const images = await api.storageContent(guests[0].node, 'local', 'vztmpl');
    expect(images[0]).toMatchObject({
      volumeId: expect.stringContaining('vztmpl/'),
    });
    expect(await api.isIdFree(guests[0].vmId)).toBe(false);
    expect(await api.isIdFree(29_999)).toBe(true);
  });

  it('reads a file of a VM by its agent, and says nothing where it may not or cannot', async () => {
    const api = as('provision');
    const { guests } = await api.resources();
    const vms = guests.filter(
      ({ kind, template }) => kind === 'vm' && !template,
    );
    const vm = vms.find(({ status }) => status === 'running')!;
    const read = (path: string, by = api) =>
      by.guestFile(vm.node, vm.vmId, path);
    expect(await read('/etc/hostname')).toBe(`${vm.name}\n`);
    expect(await read('/etc/ssh/none.pub')).toBeUndefined();
    expect(await read('/etc/hostname', as('read'))).toBeUndefined();
    const stopped = vms.find(({ status }) => status === 'stopped')!;
    expect(
      await api.guestFile(stopped.node, stopped.vmId, '/etc/hostname'),
    ).toBeUndefined();
    await pve.fault({ kind: 'agent-silent', vmid: vm.vmId });
    expect(await read('/etc/hostname')).toBeUndefined();
    await expect(
      api.guestFile(vm.node, 29_999, '/etc/hostname'),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('starts, stops and deletes a guest, and waits for each task', async () => {
    const api = as('root');
    const { guests } = await api.resources();
    const guest = guests.find(
      ({ kind, status, template }) =>
        kind === 'lxc' && status === 'stopped' && !template,
    )!;
    const at = [guest.node, guest.kind, guest.vmId] as const;
    expect(await api.waitForTask(await api.power(...at, 'start'))).toEqual({
      exitStatus: 'OK',
      warnings: 0,
    });
    await expect(api.deleteGuest(...at)).rejects.toMatchObject({
      code: 'conflict',
    });
    await api.waitForTask(await api.power(...at, 'stop'));
    await api.waitForTask(await api.deleteGuest(...at));
    await expect(api.guestConfig(...at)).rejects.toMatchObject({
      code: 'not-found',
    });
  }, 30_000);

  it('says which privilege is missing where, and what is wrong with a token', async () => {
    const { guests } = await as('read').resources();
    const at = [guests[0].node, guests[0].kind, guests[0].vmId] as const;
    await expect(as('read').power(...at, 'stop')).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining(
        `lacks the privilege VM.PowerMgmt on /vms/${guests[0].vmId}`,
      ),
      details: { privilege: 'VM.PowerMgmt' },
    });
    const error = await as('read', { tokenSecret: 'wrong-secret-value' })
      .version()
      .catch(e => e);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(error.message).toContain('portal@pve!read');
    expect(
      JSON.stringify([error.message, error.hint, error.details]),
    ).not.toContain('wrong-secret');
  });

  it('is read through a hiccup and never written to twice', async () => {
    const api = as('provision', { timeouts: { readMs: 2_000 } });
    const { guests } = await api.resources();
    await pve.fault({ kind: 'reset', method: 'GET', count: 1 });
    await pve.fault({ kind: 'cut', method: 'GET', bytes: 50, count: 1 });
    expect((await api.resources()).guests).toHaveLength(guests.length);
    await pve.fault({
      kind: 'reset',
      method: 'POST',
      phase: 'before',
      count: 1,
    });
    await expect(
      api.power(guests[0].node, guests[0].kind, guests[0].vmId, 'reboot'),
    ).rejects.toMatchObject({ code: 'unreachable' });
    await pve.clearFaults();
    await pve.fault({ kind: 'latency', ms: 5_000 });
    await expect(
      as('read', { timeouts: { readMs: 300 } }).version(),
    ).rejects.toThrow('did not answer within 0.3 s');
  });
});

describe('odd answers of Proxmox', () => {
  let server: TestServer;
  let answer: (request: IncomingMessage) => [number, string, unknown?];
  const asked: string[] = [];
  beforeAll(async () => {
    server = await startServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const [status, reason, body] = answer(request);
      response
        .writeHead(status, reason)
        .end(JSON.stringify(body ?? { data: null }));
    });
  });
  beforeEach(() => asked.splice(0));
  afterAll(() => server.stop());
  const api = () => client(server, 'a@pve!b=secret');
  const upid = 'UPID:pve1:0000189C:109708B2C:6B04E883:vzstart:109:a@pve!b:';

  it('a file is what its bytes say, also beyond ASCII', async () => {
    answer = () => [
      200,
      'OK',
      { data: { content: Buffer.from('Büro €\n').toString('latin1') } },
    ];
    expect(await api().guestFile('n', 100, '/etc/motd')).toBe('Büro €\n');
    expect(asked).toEqual([
      'GET /api2/json/nodes/n/qemu/100/agent/file-read?file=%2Fetc%2Fmotd',
    ]);
  });

  it('numbers as text, missing keys and an odd row spoil nothing', async () => {
    answer = () => [
      200,
      'OK',
      {
        data: [
          {
            type: 'qemu',
            vmid: '101',
            node: 'n',
            tags: 'b;a;b',
            maxcpu: '4',
            maxmem: 'much',
            template: '1',
          },
          { type: 'lxc', node: 'n', name: 'without an id' },
          { type: 'lxc', vmid: 100, node: 'n', name: 7, status: 'paused' },
          { type: 'sdn', id: 'x' },
        ],
      },
    ];
    expect((await api().resources()).guests).toMatchObject([
      { vmId: 100, name: '7', status: 'unknown', tags: [] },
      {
        vmId: 101,
        name: '101',
        cores: 4,
        memory: 0,
        template: true,
        tags: ['a', 'b'],
      },
    ]);
    answer = () => [
      200,
      'OK',
      {
        data: {
          cores: '2',
          sockets: 2,
          memory: 'current=4096',
          agent: 'enabled=1,type=virtio',
          digest: 'd',
        },
      },
    ];
    expect(await api().guestConfig('n', 'vm', 1)).toMatchObject({
      cores: 4,
      memoryMb: 4096,
      agent: true,
    });
  });

  it.each<[number, string, string, string]>([
    [
      500,
      "Configuration file 'nodes/n/qemu-server/1.conf' does not exist",
      'not-found',
      'does not exist',
    ],
    [500, 'VM is locked (clone)', 'conflict', 'locked'],
    [595, 'No route to host', 'unreachable', 'cannot reach its node n'],
    [599, 'Too many redirections', 'unreachable', 'cannot reach its node n'],
    [302, 'Found', 'failed', 'redirection'],
    [501, 'Method not implemented', 'failed', 'Method not implemented'],
    [200, 'OK', 'failed', 'do not understand'],
  ])('status %s "%s" is %s', async (status, reason, code, words) => {
    answer = () => [status, reason, { data: null }];
    await expect(api().guestConfig('n', 'vm', 1)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  it('a parameter that is refused is named', async () => {
    answer = () => [
      400,
      'Parameter verification failed.',
      { data: null, errors: { vmid: 'too small' } },
    ];
    await expect(api().deleteGuest('n', 'vm', 1)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('vmid: too small'),
    });
    expect(asked).toEqual([
      'DELETE /api2/json/nodes/n/qemu/1?purge=1&destroy-unreferenced-disks=1',
    ]);
  });

  it('a write that only waited for a file lock is tried again', async () => {
    answer = () =>
      asked.length === 1
        ? [
            500,
            "can't lock file '/var/lock/qemu-server/lock-1.conf' - got timeout",
          ]
        : [200, 'OK', { data: upid }];
    expect(await api().power('n', 'vm', 1, 'start')).toBe(upid);
    expect(asked).toHaveLength(2);
  });

  it('a task that is not known yet, runs, and ends with warnings', async () => {
    const answers: [number, string, unknown?][] = [
      [
        400,
        'Parameter verification failed.',
        { data: null, errors: { upid: 'no such task' } },
      ],
      [200, 'OK', { data: { status: 'running' } }],
      [200, 'OK', { data: { status: 'stopped', exitstatus: 'WARNINGS: 2' } }],
    ];
    answer = () => answers.shift()!;
    expect(await api().waitForTask(upid)).toEqual({
      exitStatus: 'WARNINGS: 2',
      warnings: 2,
    });
    expect(asked[0]).toBe(
      `GET /api2/json/nodes/pve1/tasks/${encodeURIComponent(upid)}/status`,
    );
  });

  it('a failed task tells the end of its log; one that never ends, its deadline', async () => {
    answer = ({ url }) =>
      url?.includes('/log')
        ? [
            200,
            'OK',
            {
              data: [
                { n: 1, t: 'allocating' },
                { n: '2', t: 'no space left' },
              ],
            },
          ]
        : [
            200,
            'OK',
            { data: { status: 'stopped', exitstatus: 'storage is full' } },
          ];
    await expect(api().waitForTask(upid)).rejects.toMatchObject({
      code: 'failed',
      message:
        'The Proxmox task vzstart on pve1 failed: storage is full\nallocating\nno space left',
    });
    answer = () => [200, 'OK', { data: { status: 'running' } }];
    await expect(api().waitForTask(upid, { timeoutMs: 300 })).rejects.toThrow(
      'did not end within 0.3 s',
    );
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 50);
    await expect(
      api().waitForTask(upid, { signal: cancel.signal }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(api().waitForTask('nonsense')).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  it('no token goes over plain http to another machine, and a token id has a shape', () => {
    expect(() =>
      client({ url: 'http://pve.example.com:8006' }, 'a@pve!b=s'),
    ).toThrow('must start with https://');
    expect(() => client(server, 'root@pam=s')).toThrow(
      'must look like user@realm!name',
    );
  });
});
