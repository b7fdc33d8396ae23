import { connectionNamed } from '@nante/model';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from './__testUtils__/lab';
import {
  cli,
  failure,
  leftovers as leftoversOf,
  nothing,
} from './__testUtils__/outcome';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const leftovers = (app: string) => leftoversOf(lab, app);

describe('provision and destroy', () => {
  it('makes one machine however often the same request comes, and leaves nothing after destroy', async () => {
    const request = provisionRequest({
      app: 'twice',
      purpose: '$(id) {{ x }} -oProxyCommand=touch',
    });
    const [first, second] = await Promise.all([
      lab.engine.provision(request, cli),
      lab.engineWith({}).provision(request, cli),
    ]);
    const third = await lab.engine.provision(request, cli);
    expect(first.result).toMatchObject({
      name: 'web-1',
      user: 'ops',
      address: '10.30.0.201',
      ssh: 'ssh ops@10.30.0.201',
    });
    expect(second.result).toEqual(first.result);
    expect(third).toEqual(await lab.engine.getRun(request.requestId));
    expect(third.inputs.purpose).toBe('$(id) {{ x }} -oProxyCommand=touch');
    expect(await leftovers('twice')).toMatchObject({
      guests: 1,
      hosts: ['web-1'],
    });

    const again = await lab.engine.provision(
      { ...request, requestId: 'another-request' },
      cli,
    );
    expect(again.result.vmId).toBe(first.result.vmId);
    expect(again.steps.find(({ id }) => id === 'create')?.state).toBe(
      'skipped',
    );
    const differing = await failure(
      lab.engine.provision(
        {
          ...request,
          requestId: 'third-request',
          size: 'custom',
          cores: 2,
          memoryMb: 1024,
          diskGb: 10,
        },
        cli,
      ),
    );
    expect(differing).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('cores is 1, asked for 2'),
    });

    const gone = await lab.engine.destroy(
      destroyRequest({ app: 'twice' }),
      cli,
    );
    const repeated = await lab.engine.destroy(
      destroyRequest({ app: 'twice' }),
      cli,
    );
    expect([gone.state, repeated.state]).toEqual(['succeeded', 'succeeded']);
    expect(await leftovers('twice')).toEqual(nothing);
    const secrets = [
      String(lab.setting.endpoints.s3?.secretAccessKey),
      ...Object.values(
        lab.setting.endpoints.proxmox?.tokens as Record<string, string>,
      ).map(token => token.split('=')[1]),
    ];
    for (const { key } of await lab.store.list('nante/')) {
      const body = (await lab.store.get(key))?.body ?? '';
      expect(secrets.filter(secret => body.includes(secret))).toEqual([]);
    }
  });

  it('keeps the sibling when one of two hosts is destroyed, and changes a host only when that is meant', async () => {
    const [vm, container] = [
      provisionRequest({ app: 'pair' }),
      provisionRequest({ app: 'pair', name: 'box-1', kind: 'lxc' }),
    ];
    const [first, second] = await Promise.all([
      lab.engine.provision(vm, cli),
      lab.engineWith({}).provision(container, cli),
    ]);
    expect(second.result).toMatchObject({ kind: 'lxc', user: 'root' });
    expect(first.result.vmId).not.toBe(second.result.vmId);

    const larger = await lab.engine.provision(
      {
        ...vm,
        requestId: 'make-it-larger',
        size: 'custom',
        cores: 2,
        memoryMb: 2048,
        diskGb: 10,
        allowChange: true,
      },
      cli,
    );
    expect(larger.plan).toMatchObject({ add: 0, change: 1, destroy: 0 });
    const config = await lab.proxmox.guestConfig(
      first.result.node,
      'vm',
      first.result.vmId,
    );
    expect([config.cores, config.memoryMb]).toEqual([2, 2048]);

    await lab.engine.destroy(destroyRequest({ app: 'pair' }), cli);
    expect(await leftovers('pair')).toMatchObject({
      guests: 1,
      hosts: ['box-1'],
    });
    expect(
      await failure(
        lab.engine.destroy(
          destroyRequest({ app: 'pair', name: 'box-1', confirm: 'box' }),
          cli,
        ),
      ),
    ).toMatchObject({ code: 'invalid-input' });
    await lab.engine.destroy(
      destroyRequest({ app: 'pair', name: 'box-1' }),
      cli,
    );
    expect(await leftovers('pair')).toEqual(nothing);
  });

  it('destroys what is gone from Proxmox already, and refuses what is not provably ours', async () => {
    const run = await lab.engine.provision(
      provisionRequest({ app: 'gone' }),
      cli,
    );
    const { node, vmId } = run.result;
    const ledger = await lab.store.get('nante/gone-dev/ledger.json');
    await lab.store.put(
      'nante/gone-dev/ledger.json',
      String(ledger?.body).replaceAll(
        `"outsideId": "${vmId}"`,
        '"outsideId": "4711"',
      ),
      { always: true },
    );
    const refused = await failure(
      lab.engine.destroy(destroyRequest({ app: 'gone' }), cli),
    );
    expect(refused).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('the ledger says id 4711'),
    });
    await lab.store.put('nante/gone-dev/ledger.json', String(ledger?.body), {
      always: true,
    });
    await lab.proxmox.waitForTask(
      await lab.proxmox.power(node, 'vm', vmId, 'stop'),
    );
    await lab.proxmox.waitForTask(
      await lab.proxmox.deleteGuest(node, 'vm', vmId),
    );
    await lab.engine.destroy(destroyRequest({ app: 'gone' }), cli);
    expect(await leftovers('gone')).toEqual(nothing);
  });

  it('leaves a protected host running, and keeps what a person wrote into its document', async () => {
    const key = 'nante/guarded-dev/hosts.json';
    const edit = async (change: object) => {
      const document = JSON.parse(String((await lab.store.get(key))?.body));
      Object.assign(document.hosts['web-1'], change);
      await lab.store.put(key, JSON.stringify(document), { always: true });
    };
    const request = provisionRequest({ app: 'guarded' });
    const { result } = await lab.engine.provision(request, cli);
    const [node, vmId] = [result.node, result.vmId];
    const enlarge = (memoryMb: number) =>
      lab.engine.provision(
        provisionRequest({
          app: 'guarded',
          size: 'custom',
          cores: 1,
          memoryMb,
          diskGb: 10,
          allowChange: true,
        }),
        cli,
      );
    await edit({
      protection: true,
      disks: [{ interface: 'scsi1', size_gb: 5 }],
    });
    await enlarge(3072);
    expect((await lab.proxmox.guestConfig(node, 'vm', vmId)).raw).toMatchObject(
      { protection: 1, scsi1: expect.stringContaining('size=5G') },
    );
    const destroy = destroyRequest({ app: 'guarded' });
    expect(await failure(lab.engine.destroy(destroy, cli))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is protected in Proxmox'),
    });
    expect(await lab.proxmox.guestStatus(node, 'vm', vmId)).toMatchObject({
      status: 'running',
    });
    await edit({ protection: false });
    await enlarge(4096);
    await lab.engine.destroy(destroyRequest({ app: 'guarded' }), cli);
    expect(await leftovers('guarded')).toEqual(nothing);
  });
});

describe('a run id', () => {
  it('of somebody else, or of another request, is refused and gives nothing away', async () => {
    const request = provisionRequest({ app: 'replay', purpose: 'quiet' });
    const running = lab.engine.provision(request, cli);
    const others = [
      { requestedBy: 'user:default/eve' },
      { name: 'web-2' },
      { app: 'other' },
      { environment: 'prod', operator: true },
      { kind: 'lxc' as const },
      { purpose: 'loud' },
    ];
    const replay = async () => {
      for (const change of others) {
        const error = await failure(
          lab.engine.provision({ ...request, ...change }, cli),
        );
        expect(error.code).toBe('conflict');
        expect(error.message).toContain(Object.keys(change)[0]);
        expect(error.message).not.toMatch(/mia|web-1|quiet/);
      }
      const foreign = destroyRequest({ requestId: request.requestId });
      expect(await failure(lab.engine.destroy(foreign, cli))).toMatchObject({
        code: 'conflict',
      });
    };
    await replay();
    await running;
    await replay();
    await lab.engine.destroy(destroyRequest({ app: 'replay' }), cli);
    expect(await leftovers('replay')).toEqual(nothing);
  });
});

describe('bad input', () => {
  it.each([
    [{ name: '$(id)' }, 'invalid-input', 'name: use lower case'],
    [{ name: '-oProxyCommand=x' }, 'invalid-input', 'name: use lower case'],
    [{ app: '{{ x }}' }, 'invalid-input', 'app: use lower case'],
    [
      { environment: 'mars' },
      'invalid-input',
      'choose one of dev, prod, staging',
    ],
    [
      { environment: 'prod' },
      'refused',
      'Only operators may create hosts in prod',
    ],
    [
      { size: 'large' },
      'invalid-input',
      'Only operators may ask for the size large',
    ],
    [
      { size: 'custom', cores: 99, memoryMb: 1024, diskGb: 10 },
      'invalid-input',
      'cores 99 is over the maximum of 8',
    ],
    [
      { image: '4711' },
      'invalid-input',
      'The template VM 4711 is not there any more',
    ],
    [{ node: 'mars' }, 'invalid-input', 'The node mars is not online'],
    [{ storage: 'mars' }, 'invalid-input', 'The storage mars is not available'],
  ])(
    '%j is refused with what to do, and nothing is changed',
    async (change, code, message) => {
      const request = provisionRequest({ app: 'bad', ...change });
      const error = await failure(lab.engine.provision(request, cli));
      expect(error.message).toContain(message);
      expect(error.code).toBe(code);
      const failed = (await lab.engine.check(request)).filter(({ ok }) => !ok);
      expect(failed.map(check => check.message).join(' ')).toContain(message);
      expect(await leftovers('bad')).toEqual(nothing);
    },
  );

  it('names all problems at once: storage full, right missing, name taken, read-only', async () => {
    const { guests } = await lab.proxmox.resources();
    const taken = guests.find(
      guest => !guest.template && guest.status === 'running',
    );
    const { config } = lab.setting;
    const huge = lab.engineWith({
      token: 'read',
      config: {
        ...config,
        policy: {
          ...config.policy,
          maximum: { cores: 8, memoryMb: 16_384, diskGb: 9_000_000 },
        },
        connections: {
          pve: {
            ...connectionNamed(config, 'proxmox', 'pve')!,
            readOnly: true,
          },
        },
      },
    });
    const full = await huge.check(
      provisionRequest({
        app: 'bad',
        name: taken?.name,
        size: 'custom',
        cores: 1,
        memoryMb: 512,
        diskGb: 8_000_000,
      }),
    );
    const ids = full.filter(({ ok }) => !ok).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['read-only', 'name-taken', 'storage']),
    );
    const unarmed = await lab
      .engineWith({ token: 'read' })
      .check(provisionRequest({ app: 'bad' }));
    expect(unarmed.find(({ id }) => id === 'rights')?.message).toContain(
      'VM.Allocate on /vms/20',
    );
  });

  it('says that the pool is empty', async () => {
    const { config } = lab.setting;
    const dev = {
      ...config.environments.dev,
      addressing: {
        type: 'pool' as const,
        from: '10.30.0.240',
        to: '10.30.0.240',
      },
    };
    const engine = lab.engineWith({
      config: { ...config, environments: { dev } },
    });
    await engine.provision(provisionRequest({ app: 'pool' }), cli);
    expect(
      await failure(
        engine.provision(provisionRequest({ app: 'pool', name: 'web-2' }), cli),
      ),
    ).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Every address of the pool of dev'),
    });
    await engine.destroy(destroyRequest({ app: 'pool' }), cli);
    expect(await leftovers('pool')).toEqual(nothing);
  });
});

describe('plan', () => {
  it('shows what would be made, and makes nothing', async () => {
    const { plan, host } = await lab.engine.plan(
      provisionRequest({ app: 'look' }),
    );
    expect(plan).toMatchObject({ add: 1, change: 0, destroy: 0 });
    expect(host).toMatchObject({ kind: 'vm', cores: 1 });
    expect(await leftovers('look')).toEqual(nothing);
  });
});
