import type { OctopusApi, OctopusMachine } from '@nante/clients';
import type { DeregisterRequest, RegisterRequest } from '@nante/model';
import { kill } from '../__testUtils__/killed';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from '../__testUtils__/lab';
import { cli, detailsOf, failure, guestsOf } from '../__testUtils__/outcome';
import { readLedger, writeEntry } from '../ledger/ledger';

jest.setTimeout(180_000);

let lab: Lab;
let octopus: OctopusApi;
beforeAll(async () => {
  lab = await startLab({ deployments: true });
  // Nobody can log in to records: what is said of their keys is pretended.
  lab.setting.sandboxGuests = 'record';
  lab.engine = lab.engineWith({});
  octopus = await lab.engine.octopus('octopus');
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const who = { requestedBy: 'user:default/mia', operator: false };
const place = { app: 'shop', environment: 'dev' };
const requestId = () => `request-${Math.random().toString(36).slice(2)}`;
const ssh = { style: 'ssh' as const };

const registerRequest = (
  change: Partial<RegisterRequest> = {},
): RegisterRequest => ({
  ...{ ...who, ...place, name: 'web-1', requestId: requestId() },
  ...{ target: ssh, adopt: false, dryRun: false },
  ...change,
});
const deregisterRequest = (
  change: Partial<DeregisterRequest> = {},
): DeregisterRequest => {
  const name = change.name ?? 'web-1';
  return {
    ...{ ...who, ...place, requestId: requestId(), dryRun: false },
    ...{ ...change, name, confirm: change.confirm ?? name },
  };
};

const named = (name: string, app = 'shop') =>
  octopus.findMachine(`${name}.dev.${app}`);
const entriesOf = async (host: string, app = 'shop') =>
  (await readLedger(lab.store, `${app}-dev`)).filter(
    entry => entry.host === host && entry.kind === 'target',
  );
const entryOf = async (host: string, app = 'shop') =>
  (await entriesOf(host, app)).at(-1);
const targetOf = async (host: string, app = 'shop') =>
  (await lab.engine.managedHosts()).find(
    one => one.name === host && one.app === app,
  )?.desired.target;

/** Calls of an act that may have changed something in Octopus. */
async function changes(act: () => Promise<unknown>) {
  const url = `${lab.setting.endpoints.octopus?.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  const { byRoute } = (await (await fetch(url)).json()) as {
    byRoute: Record<string, number>;
  };
  return Object.keys(byRoute).filter(route => !route.startsWith('GET'));
}

const machineOf = (
  change: Partial<OctopusMachine> = {},
): Parameters<OctopusApi['createMachine']>[0] => ({
  name: change.name ?? 'web-1.dev.shop',
  environmentIds: ['Environments-1'],
  roles: change.roles ?? ['shop'],
  endpoint: {
    ...{ style: 'ssh', host: change.host ?? '10.30.0.250', port: 22 },
    ...{ fingerprint: change.thumbprint ?? 'SHA256:AAAA' },
    accountId: 'Accounts-1',
  },
});

describe('a host that is made with a target', () => {
  it('is registered and healthy; a second request changes nothing; what is left out stays; destroyed, it leaves none', async () => {
    const target = { style: 'ssh' as const, roles: ['web', 'shop'] };
    const run = await lab.engine.provision(provisionRequest({ target }), cli);
    const machine = await named('web-1');
    expect(run.registration).toMatchObject({
      ...{ connection: 'octopus', machineName: 'web-1.dev.shop' },
      ...{ machineId: machine?.id, health: 'Healthy', style: 'ssh' },
      ...{ environments: ['Development'], roles: ['nante', 'shop', 'web'] },
    });
    expect(run.registration?.url).toContain(machine?.id);
    expect(machine).toMatchObject({
      ...{ environmentIds: ['Environments-1'], style: 'ssh', port: 22 },
      host: run.result.address,
    });
    expect(await entryOf('web-1')).toMatchObject({
      ...{ state: 'created', outsideId: machine?.id, runId: run.id },
      ...{ id: 'octopus/octopus/target/web-1', requestId: run.id },
      thumbprint: machine?.thumbprint,
    });
    expect(await targetOf('web-1')).toEqual(target);
    expect(run.byHand.join('\n')).toContain(
      'octopus deployment-target ssh create --account',
    );

    const again = registerRequest({ target });
    expect(await changes(() => lab.engine.register(again, cli))).toEqual([]);
    // Left out, it stays, and is looked after all the same.
    const kept = await lab.engine.provision(
      provisionRequest({ size: undefined, sshKeys: undefined } as never),
      cli,
    );
    expect(kept.registration?.machineId).toBe(machine?.id);
    expect(detailsOf(kept).register).toContain('nothing was changed');

    const other = { style: 'ssh' as const, environments: ['Staging'] };
    const refusal = await failure(
      lab.engine.provision(provisionRequest({ target: other }), cli),
    );
    expect(refusal.code).toBe('conflict');
    expect(refusal.message).toContain(
      'deployment target is ssh, tags web and shop, asked for ssh, environments Staging',
    );
    await lab.engine.register(registerRequest({ target: other }), cli);
    expect(await named('web-1')).toMatchObject({
      ...{ id: machine?.id, environmentIds: ['Environments-2'] },
      roles: ['nante', 'shop'],
    });

    const gone = await lab.engine.destroy(destroyRequest(), cli);
    expect(gone.leftovers).toEqual([]);
    expect(gone.steps.map(({ id }) => id)).toContain('deregister');
    expect(await named('web-1')).toBeUndefined();
    expect(await entryOf('web-1')).toMatchObject({ state: 'removed' });
  });

  it('is refused with all problems at once, before anything is made', async () => {
    const [app, name] = ['wrong', 'wrong-1'];
    const target = {
      ...{ style: 'ssh' as const, policy: 'Qui' },
      // Octopus itself would find these by a part of their name.
      environments: ['Develop', 'development 2'],
    };
    const request = provisionRequest({ app, name, target });
    const error = await failure(lab.engine.provision(request, cli));
    expect(error.code).toBe('invalid-input');
    for (const problem of [
      'has no environment "Develop" in the space Default; it has Development, Development 2, Production, Staging.',
      'has no environment "development 2"',
      'has no machine policy "Qui"; it has Default Machine Policy, Quiet.',
    ])
      expect(error.message).toContain(problem);
    const limited = lab.engineWith({
      secrets: {
        OCTOPUS_API_KEY: String(lab.setting.endpoints.octopus?.limitedKey),
      },
    });
    const lacks = await limited.check({ ...request, target: ssh });
    expect(lacks.find(({ id }) => id === 'target')).toMatchObject({
      ...{ ok: false, field: 'target', code: 'unauthorized' },
      message: expect.stringContaining('lacks MachineCreate in the space'),
    });
    const prod = {
      app,
      name,
      environment: 'prod',
      operator: true,
      target: ssh,
    };
    const without = await lab.engine.check(provisionRequest(prod));
    expect(without.find(({ id }) => id === 'target')?.message).toContain(
      'The environment prod has no Octopus',
    );
    expect(await guestsOf(lab, app)).toBe(0);
    expect(await entriesOf(name, app)).toEqual([]);
  });

  it('whose run is undone leaves neither host nor target, and the run shows both before', async () => {
    await lab.fault('octopus', { kind: 'task-hangs' });
    const slow = lab.engineWith({
      timing: { ...lab.setting.timing, healthCheckMs: 300 },
    });
    const request = provisionRequest({
      ...{ app: 'undone', name: 'undo-1', target: ssh },
    });
    const error = await failure(slow.provision(request, cli));
    expect(error.message).toMatch(
      /is registered, and not healthy: its health check has not ended within 0 s \(task ServerTasks-\d+\)/,
    );
    const run = await lab.engine.getRun(request.requestId);
    const machine = await named('undo-1', 'undone');
    expect(run?.state).toBe('failed');
    expect(run?.leftovers.join('\n')).toContain(
      `The target undo-1.dev.undone (${machine?.id}) is registered in the Octopus octopus, and is`,
    );
    expect(run?.registration?.healthDetail).toContain('has not ended');
    const seen = await lab.engine.inspect(request.requestId);
    expect(seen.things).toContainEqual(
      expect.objectContaining({ id: 'target:undo-1', state: 'exists' }),
    );
    const undo = seen.remedies.find(({ remedy }) => remedy === 'undo');
    expect(undo?.effects).toContain(
      'Removes the deployment target undo-1.dev.undone from the Octopus octopus.',
    );
    await lab.engine.repair(
      {
        ...{ ...who, requestId: requestId(), runId: request.requestId },
        remedy: 'undo',
      },
      cli,
    );
    expect(await named('undo-1', 'undone')).toBeUndefined();
    expect(await guestsOf(lab, 'undone')).toBe(0);
  });

  it('ends being one by a request that says so, and stays a host', async () => {
    const request = { app: 'ends', name: 'end-1', target: ssh };
    await lab.engine.provision(provisionRequest(request), cli);
    const target = null;
    const change = { ...request, target, allowChange: true };
    const run = await lab.engine.provision(provisionRequest(change), cli);
    expect(run.state).toBe('succeeded');
    expect(await named('end-1', 'ends')).toBeUndefined();
    expect(await targetOf('end-1', 'ends')).toBeUndefined();
    expect(await guestsOf(lab, 'ends')).toBe(1);
  });
});

describe('registering', () => {
  const [app, name] = ['reg', 'reg-1'];
  const machine = () => named(name, app);
  beforeAll(() => lab.engine.provision(provisionRequest({ app, name }), cli));
  afterEach(async () => {
    await lab.clearFaults();
    const found = await machine();
    if (found) await octopus.deleteMachine(found.id);
    for (const entry of await entriesOf(name, app))
      if (entry.state !== 'removed')
        await writeEntry(lab.store, `${app}-dev`, {
          ...entry,
          state: 'removed',
        });
  });

  it('says what it would do, and does nothing', async () => {
    const request = registerRequest({ app, name, dryRun: true });
    const run = await lab.engine.register(request, cli);
    expect(detailsOf(run).register).toBe(
      'succeeded: Would register reg-1.dev.reg in Development with the tags nante, reg.',
    );
    expect(await machine()).toBeUndefined();
    expect(await entriesOf(name, app)).toEqual([]);
    expect(await targetOf(name, app)).toBeUndefined();
  });

  it('does not take a target that is not ours, whatever it is called; the same machine only when told', async () => {
    const full = 'reg-1.dev.reg';
    const stranger = await octopus.createMachine(machineOf({ name: full }));
    const taken = await failure(
      lab.engine.register(registerRequest({ app, name }), cli),
    );
    expect(taken).toMatchObject({ code: 'conflict' });
    expect(taken.message).toContain(
      `has a target ${full} (${stranger.id}) that is not ours`,
    );
    const adopt = true;
    const other = await failure(
      lab.engine.register(registerRequest({ app, name, adopt }), cli),
    );
    expect(other).toMatchObject({ code: 'conflict' });
    expect(other.message).toMatch(
      /it has the thumbprint SHA256:AAAA, and this host SHA256:/,
    );
    expect(await machine()).toMatchObject({
      ...{ id: stranger.id, roles: ['shop'], thumbprint: 'SHA256:AAAA' },
    });

    const [{ desired }] = (await lab.engine.managedHosts()).filter(
      host => host.app === app,
    );
    const host = desired.network.address.split('/')[0];
    const { thumbprint } = await octopus.discoverMachine({
      ...{ style: 'ssh', host, port: 22 },
    });
    await octopus.deleteMachine(stranger.id);
    const same = await octopus.createMachine(
      machineOf({ name: full, host, thumbprint }),
    );
    const run = await lab.engine.register(
      registerRequest({ app, name, adopt }),
      cli,
    );
    expect(run.registration?.machineId).toBe(same.id);
    expect((await machine())?.roles).toEqual(['nante', 'reg']);
    expect(await entryOf(name, app)).toMatchObject({
      ...{ state: 'adopted', outsideId: same.id },
    });
  });

  it('goes on after a kill between the effect and its record, with one target', async () => {
    await lab.engine.register(registerRequest({ app, name }), cli);
    const before = await machine();
    const entry = await entryOf(name, app);
    await writeEntry(lab.store, `${app}-dev`, {
      ...{ ...entry!, outsideId: '', state: 'intended' },
    });
    await lab.engine.register(registerRequest({ app, name }), cli);
    expect((await machine())?.id).toBe(before?.id);
    expect(await entryOf(name, app)).toMatchObject({
      ...{ state: 'created', outsideId: before?.id },
    });
  });

  it.each([0, 60, 200])(
    'killed with -9 after %i ms: the repeat ends with one healthy target',
    async delay => {
      await lab.fault('octopus', { kind: 'latency', ms: 40 });
      const request = registerRequest({ app, name });
      await kill(lab, { verb: 'register', request }, 'register', delay);
      await lab.clearFaults();
      const run = await lab.engine.register(request, cli);
      expect(run.registration).toMatchObject({ health: 'Healthy' });
      const all = await octopus.machines();
      expect(all.filter(one => one.name === 'reg-1.dev.reg')).toHaveLength(1);
    },
  );

  it('says which host it does not know, and what is wrong with a name', async () => {
    for (const [change, code] of [
      [{ name: 'reg' }, 'not-found'],
      [{ environment: 'devel' }, 'invalid-input'],
      [{ connection: 'octo' }, 'invalid-input'],
      [{ environment: 'prod' }, 'refused'],
    ] as const)
      expect(
        await failure(
          lab.engine.register(
            registerRequest({ ...{ app, name }, ...change }),
            cli,
          ),
        ),
      ).toMatchObject({ code });
  });

  it('a cluster needs no host, and is no host', async () => {
    const kubernetes = {
      ...{ url: 'https://10.30.0.240:6443', namespace: 'shop' },
      account: 'cluster',
    };
    const target = { style: 'kubernetes' as const };
    const request = { ...{ app, name: 'k8s-1', target }, kubernetes };
    const run = await lab.engine.register(registerRequest(request), cli);
    expect(run.registration).toMatchObject({ style: 'kubernetes' });
    const again = registerRequest(request);
    expect(await changes(() => lab.engine.register(again, cli))).toEqual([]);
    const clash = registerRequest({ ...request, name });
    expect(await failure(lab.engine.register(clash, cli))).toMatchObject({
      message: 'reg-1 is a host of reg in dev, and no cluster.',
    });
    await lab.engine.deregister(deregisterRequest({ app, name: 'k8s-1' }), cli);
    expect(await named('k8s-1', app)).toBeUndefined();
  });
});

describe('deregistering', () => {
  const [app, name] = ['dereg', 'dereg-1'];
  const machine = () => named(name, app);
  beforeAll(() => lab.engine.provision(provisionRequest({ app, name }), cli));

  it('removes the target and keeps the host; repeated, it is success, also where somebody removed the target', async () => {
    await lab.engine.register(registerRequest({ app, name }), cli);
    const dryRun = await lab.engine.deregister(
      deregisterRequest({ app, name, dryRun: true }),
      cli,
    );
    expect(detailsOf(dryRun).deregister).toContain('Would remove');
    expect(await machine()).toBeDefined();
    await lab.engine.deregister(deregisterRequest({ app, name }), cli);
    expect(await machine()).toBeUndefined();
    expect(await targetOf(name, app)).toBeUndefined();
    expect(await guestsOf(lab, app)).toBe(1);
    const again = await lab.engine.deregister(
      deregisterRequest({ app, name }),
      cli,
    );
    expect(detailsOf(again).deregister).toContain('skipped');

    await lab.engine.register(registerRequest({ app, name }), cli);
    await octopus.deleteMachine((await machine())!.id);
    await lab.engine.deregister(deregisterRequest({ app, name }), cli);
    expect(await entryOf(name, app)).toMatchObject({ state: 'removed' });
    expect(
      await failure(
        lab.engine.deregister(deregisterRequest({ app, name: 'dereg' }), cli),
      ),
    ).toMatchObject({ code: 'not-found' });
  });

  it('refuses a target whose thumbprint or name is another one by now, and says which', async () => {
    await lab.engine.register(registerRequest({ app, name }), cli);
    const ours = (await machine())!;
    await octopus.updateMachine(ours.id, {
      endpoint: machineOf({ thumbprint: 'SHA256:BBBB' }).endpoint,
    });
    const error = await failure(
      lab.engine.deregister(deregisterRequest({ app, name }), cli),
    );
    expect(error.code).toBe('refused');
    expect(error.message).toContain(
      `Octopus knows it by the thumbprint SHA256:BBBB, our ledger by ${ours.thumbprint}`,
    );
    await octopus.updateMachine(ours.id, { name: 'somebody-else' });
    expect(
      (await failure(lab.engine.register(registerRequest({ app, name }), cli)))
        .message,
    ).toContain('Octopus calls it somebody-else, not dereg-1.dev.dereg');
    expect((await octopus.machine(ours.id))?.name).toBe('somebody-else');
    await octopus.updateMachine(ours.id, {
      name: 'dereg-1.dev.dereg',
      endpoint: machineOf({ thumbprint: ours.thumbprint }).endpoint,
    });
  });

  it('a host is destroyed although Octopus is down; what is left is said, and a repeat removes it', async () => {
    const before = await machine();
    expect(before).toBeDefined();
    await lab.fault('octopus', { kind: 'refuse' });
    const destroyed = await lab.engine.destroy(
      destroyRequest({ app, name }),
      cli,
    );
    expect(destroyed.state).toBe('succeeded');
    expect(destroyed.leftovers.join('\n')).toContain(
      `The target dereg-1.dev.dereg (${before?.id}) is left in the Octopus octopus`,
    );
    expect(await guestsOf(lab, app)).toBe(0);
    await lab.clearFaults();
    expect(await machine()).toBeDefined();
    expect(await entryOf(name, app)).toMatchObject({
      state: 'left behind',
    });
    const again = await lab.engine.destroy(destroyRequest({ app, name }), cli);
    expect(again.leftovers).toEqual([]);
    expect(await machine()).toBeUndefined();
    expect(await entryOf(name, app)).toMatchObject({ state: 'removed' });
  });
});
