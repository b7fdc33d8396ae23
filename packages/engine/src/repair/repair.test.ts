import type { RepairRequest, RunDocument, RunThing } from '@nante/model';
import {
  destroyRequest as destroyRequestOf,
  provisionRequest as provisionRequestOf,
  startLab,
  type Lab,
} from '../__testUtils__/lab';
import {
  cancelIn,
  cli,
  failure,
  guestsOf,
  leftovers,
  nothing,
  whenRunning,
} from '../__testUtils__/outcome';
import { kill } from '../__testUtils__/killed';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

/** Each app has a host of its own name, so that what one test leaves is no trouble to the next. */
const provisionRequest = (change: { app: string; kind?: 'vm' | 'lxc' }) =>
  provisionRequestOf({ name: `${change.app}-1`, ...change });
const destroyRequest = ({ app }: { app: string }) =>
  destroyRequestOf({ app, name: `${app}-1` });

const repairRequest = (
  runId: string,
  remedy: RepairRequest['remedy'],
): RepairRequest => ({
  requestId: `repair-${Math.random().toString(36).slice(2)}`,
  requestedBy: 'user:default/omar',
  operator: false,
  runId,
  remedy,
});

const runOf = async (id: string) =>
  (await lab.engine.getRun(id)) as RunDocument;

const edit = async (key: string, change: (text: string) => string) => {
  const found = await lab.store.get(key);
  await lab.store.put(key, change(String(found?.body)), { always: true });
};

/** State of a thing by the beginning of its id. */
const standing = (things: RunThing[], id: string) =>
  things.find(thing => thing.id.startsWith(id))?.state;

/** Remedies that may be used now. */
const allowed = async (runId: string) =>
  (await lab.engine.inspect(runId)).remedies
    .filter(remedy => remedy.allowed)
    .map(({ remedy }) => remedy);

const ledgerStates = async (workspace: string) => {
  const found = await lab.store.get(`nante/${workspace}/ledger.json`);
  const { entries } = JSON.parse(String(found?.body));
  return entries.map(({ state }: { state: string }) => state);
};

describe('a machine that was made only in part', () => {
  it('is shown, and finished by somebody else in the name of whoever asked for it', async () => {
    const request = provisionRequest({ app: 'partly' });
    await lab.fault('proxmox', {
      kind: 'status',
      method: 'PUT',
      path: '/config$',
      status: 500,
      reason:
        "can't lock file '/var/lock/qemu-server/lock-20000.conf' - got timeout",
    });
    await failure(lab.engine.provision(request, cli));
    const failed = await runOf(request.requestId);
    expect(failed.error?.cause?.rule).toBe('guest-locked');
    await lab.clearFaults();
    const { things, remedies, interrupted } = await lab.engine.inspect(
      request.requestId,
    );
    expect(interrupted).toBe(false);
    expect(remedies.map(({ remedy }) => remedy)).toEqual([
      ...['finish', 'undo', 'adopt', 'forget'],
    ]);
    expect(standing(things, 'guest:')).toBe(
      (await guestsOf(lab, 'partly')) ? 'exists' : 'missing',
    );
    expect(standing(things, 'lock')).toBe('missing');
    const run = await lab.engine.repair(
      repairRequest(request.requestId, 'finish'),
      cli,
    );
    expect(run).toMatchObject({
      id: request.requestId,
      state: 'succeeded',
      requestedBy: request.requestedBy,
    });
    expect(await guestsOf(lab, 'partly')).toBe(1);
    const log = await lab.engine.runLog(request.requestId, -1);
    expect(log.map(({ n }) => n)).toEqual(log.map((_, index) => index));
    expect(log.map(({ text }) => text).join('\n')).toContain('taken up again');
    expect((await lab.engine.inspect(request.requestId)).remedies).toEqual([]);
    await lab.engine.destroy(destroyRequest({ app: 'partly' }), cli);
    expect(await leftovers(lab, 'partly')).toEqual(nothing);
  });

  it('is undone after its state could not be uploaded: the state is pushed first, and nothing is left', async () => {
    const request = provisionRequest({ app: 'stranded' });
    await failure(
      lab.engine.provision(
        request,
        whenRunning('create', () =>
          lab.fault('s3', {
            kind: 'status',
            method: 'PUT',
            path: 'terraform\\.tfstate$',
            status: 403,
          }),
        ),
      ),
    );
    await lab.clearFaults();
    const { things, remedies } = await lab.engine.inspect(request.requestId);
    expect(things).toContainEqual(
      expect.objectContaining({
        id: 'stranded-state',
        state: 'exists',
        detail: expect.stringContaining('errored.tfstate'),
      }),
    );
    expect(standing(things, 'guest:')).toBe('exists');
    expect(standing(things, 'lock')).toBe('exists');
    const undo = remedies.find(({ remedy }) => remedy === 'undo');
    expect(undo?.effects.join('\n')).toMatch(
      /Destroys VM 2\d+ \(stranded-1\) on pve\d with its disk/,
    );
    const elsewhere = lab.engineWith({
      workDirectory: `${lab.setting.workDirectory}-elsewhere`,
    });
    expect((await elsewhere.inspect(request.requestId)).interrupted).toBe(
      false,
    );
    const wish = repairRequest(request.requestId, 'undo');
    const run = await lab.engine.repair(wish, cli);
    expect(run).toMatchObject({
      kind: 'destroy',
      state: 'succeeded',
      repairs: request.requestId,
      requestedBy: 'user:default/omar',
    });
    const log = await lab.engine.runLog(run.id, -1);
    expect(log.map(({ text }) => text).join('\n')).toContain(
      'Uploading the Terraform state',
    );
    expect(await leftovers(lab, 'stranded')).toEqual(nothing);
    expect(await runOf(request.requestId)).toMatchObject({
      state: 'failed',
      repairedBy: run.id,
      leftovers: [],
    });
    // The same wish again is the same run, and another one finds nothing to do.
    expect((await lab.engine.repair(wish, cli)).finishedAt).toBe(
      run.finishedAt,
    );
    expect(
      await failure(
        lab.engine.repair(repairRequest(request.requestId, 'undo'), cli),
      ),
    ).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('nothing to undo'),
    });
  });
});

describe('a guest that the state lost', () => {
  it('is adopted where the plan shows no change, and left alone where it shows one', async () => {
    const app = 'lost';
    const request = provisionRequest({ app });
    const { result } = await lab.engine.provision(request, cli);
    const run = `nante/${app}-dev/runs/${request.requestId}.json`;
    const state = `env:/${app}-dev/terraform.tfstate`;
    const loseState = async () => {
      await lab.store.delete(state);
      await edit(run, text =>
        text.replace('"succeeded",\n  "process"', '"failed",\n  "process"'),
      );
      await edit(run, text =>
        JSON.stringify({ ...JSON.parse(text), state: 'failed' }),
      );
      await edit(`nante/${app}-dev/ledger.json`, text =>
        text.replace('"created"', '"intended"'),
      );
    };
    await loseState();
    const fresh = lab.engineWith({});
    const { things, remedies } = await fresh.inspect(request.requestId);
    expect(standing(things, 'guest:')).toBe('exists');
    expect(standing(things, 'state:')).toBe('missing');
    expect(
      remedies.find(({ remedy }) => remedy === 'adopt')?.effects[0],
    ).toContain(`Compares VM ${result.vmId} (lost-1)`);

    const hosts = `nante/${app}-dev/hosts.json`;
    await edit(hosts, text =>
      text.replace('"memory_mb": 1024', '"memory_mb": 2048'),
    );
    const error = await failure(
      fresh.repair(repairRequest(request.requestId, 'adopt'), cli),
    );
    expect(error.message).toMatch(/differs from what is desired.*memory/);
    expect(await lab.store.get(state).then(found => found?.body ?? ''))
      .not //
      .toContain('proxmox_virtual_environment_vm');
    await edit(hosts, text =>
      text.replace('"memory_mb": 2048', '"memory_mb": 1024'),
    );

    const adopted = await fresh.repair(
      repairRequest(request.requestId, 'adopt'),
      cli,
    );
    expect(adopted).toMatchObject({ kind: 'adopt', state: 'succeeded' });
    expect((await lab.store.get(state))?.body).toContain(
      `"vm_id": ${result.vmId}`,
    );
    expect((await runOf(request.requestId)).leftovers).toEqual([
      `VM ${result.vmId} (lost-1) exists and is in the Terraform state again.`,
      expect.stringContaining('The next request for it restarts it'),
    ]);
    expect(await ledgerStates(`${app}-dev`)).toEqual(['adopted']);
    expect(await guestsOf(lab, app)).toBe(1);
    await lab.engine.destroy(destroyRequest({ app }), cli);
    expect(await leftovers(lab, app)).toEqual(nothing);
  });
});

describe('a host that nobody wants to take care of', () => {
  it('is forgotten: the guest and its address stay, records and state lose it, and destroying it later works', async () => {
    const app = 'forgotten';
    const request = provisionRequest({ app });
    await failure(lab.engine.provision(request, cancelIn('verify')));
    const { reserved } = await runOf(request.requestId);
    const run = await lab.engine.repair(
      repairRequest(request.requestId, 'forget'),
      cli,
    );
    expect(run).toMatchObject({
      kind: 'forget',
      state: 'succeeded',
      leftovers: [
        expect.stringContaining(
          `VM ${reserved?.vmId} (forgotten-1) is left alone`,
        ),
        expect.stringContaining(`qm destroy ${reserved?.vmId}`),
      ],
    });
    expect(await leftovers(lab, app)).toEqual({
      guests: 1,
      terraform: [],
      hosts: [],
      claims: 2,
    });
    expect(await ledgerStates(`${app}-dev`)).toEqual(['left behind']);
    const other = provisionRequest({ app: 'neighbour' });
    const { result } = await lab.engine.provision(other, cli);
    expect(result.address).not.toBe(reserved?.address);
    // Forgetting twice is refused, and taking the name again too.
    expect(await allowed(request.requestId)).not.toContain('forget');
    const again = provisionRequest({ app });
    expect((await failure(lab.engine.provision(again, cli))).code) //
      .toBe('conflict');
    await lab.engine.destroy(destroyRequest({ app }), cli);
    await lab.engine.destroy(destroyRequest({ app: 'neighbour' }), cli);
    expect((await leftovers(lab, app)).guests).toBe(0);
  });
});

describe('what cannot be known, or belongs to somebody else', () => {
  it('is unknown while Proxmox is away, and nothing is destroyed or adopted on a guess', async () => {
    const request = provisionRequest({ app: 'away' });
    await failure(lab.engine.provision(request, cancelIn('verify')));
    await lab.fault('proxmox', { kind: 'refuse' });
    const { things, remedies } = await lab.engine.inspect(request.requestId);
    expect(standing(things, 'guest:')).toBe('unknown');
    expect(standing(things, 'state:')).toBe('exists');
    const undo = remedies.find(({ remedy }) => remedy === 'undo');
    expect(undo).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(
        /is not known: .*does not answer|is not known/,
      ),
    });
    expect(
      (
        await failure(
          lab.engine.repair(repairRequest(request.requestId, 'adopt'), cli),
        )
      ).code,
    ).toBe('refused');
    await lab.clearFaults();
    await lab
      .engineWith({})
      .repair(repairRequest(request.requestId, 'undo'), cli);
    expect(await leftovers(lab, 'away')).toEqual(nothing);
  });

  it('is not touched: a run that lost its name to another request cannot undo or forget that host', async () => {
    const app = 'twins';
    const first = provisionRequest({ app });
    await lab.engine.provision(first, cli);
    const second = provisionRequest({ app, kind: 'lxc' });
    await failure(lab.engine.provision(second, cli));
    const { things } = await lab.engine.inspect(second.requestId);
    expect(standing(things, 'name:')).toBe('disagrees');
    expect(await allowed(second.requestId)).toEqual(['finish']);
    for (const remedy of ['undo', 'forget'] as const)
      expect(
        await failure(
          lab.engine.repair(repairRequest(second.requestId, remedy), cli),
        ),
      ).toMatchObject({
        code: 'refused',
        message: expect.stringContaining(first.requestId),
      });
    expect(await guestsOf(lab, app)).toBe(1);
    expect(
      (
        await failure(
          lab.engine.repair(repairRequest(first.requestId, 'undo'), cli),
        )
      ).message,
    ).toContain('nothing to repair');
    await lab.engine.destroy(destroyRequest({ app }), cli);
    expect(await leftovers(lab, app)).toEqual(nothing);
  });
});

describe('a run whose process was killed', () => {
  it.each([
    ['plan', 0, 'undo', undefined],
    ['create', 700, 'undo', 1],
    ['create', 300, 'finish', 1],
    ['verify', 0, 'finish', 1],
  ] as const)(
    'in %s +%i ms is shown as interrupted, and %s ends it',
    async (step, delayMs, remedy, planned) => {
      const app = `cut-${step}-${delayMs}`;
      const request = provisionRequest({ app });
      expect(
        await kill(lab, { verb: 'provision', request }, step, delayMs),
      ).toBe(true);
      expect(await runOf(request.requestId)).toMatchObject({
        state: 'running',
        interrupted: true,
      });
      const listed = await lab.engine.listRuns();
      expect(
        listed.find(({ id }) => id === request.requestId)?.interrupted,
      ).toBe(true);
      const inspection = await lab.engine.inspect(request.requestId);
      expect(inspection.interrupted).toBe(true);
      expect(await allowed(request.requestId)).toContain(remedy);
      const wish = repairRequest(request.requestId, remedy);
      const run = await lab.engine.repair(wish, cli);
      expect(run.state).toBe('succeeded');
      const repaired = await runOf(request.requestId);
      expect(repaired.interrupted).toBeUndefined();
      // What the first try planned is still to be seen after the second found it done.
      expect(repaired.plan?.add).toBe(planned);
      expect(repaired.state).toBe(remedy === 'undo' ? 'failed' : 'succeeded');
      expect(await guestsOf(lab, app)).toBe(remedy === 'undo' ? 0 : 1);
      if (remedy === 'finish')
        await lab.engine.destroy(destroyRequest({ app }), cli);
      expect(await leftovers(lab, app)).toEqual(nothing);
      expect(await lab.engine.lockHolder(`${app}-dev`)).toBeUndefined();
    },
  );
});
