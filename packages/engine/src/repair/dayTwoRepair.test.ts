import { readdir, writeFile } from 'node:fs/promises';
import type { RepairRequest, RunDocument } from '@nante/model';
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
import { writeEntry } from '../ledger/ledger';
import { commitServer } from '../store/servers';
import { workspacePaths } from '../terraform/root';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

/** Names are unique in the whole Proxmox. */
const provisionRequest = (change: { app: string; kind?: 'vm' | 'lxc' }) =>
  provisionRequestOf({ name: `${change.app}-1`, ...change });
const destroyRequest = ({ app }: { app: string }) =>
  destroyRequestOf({ app, name: `${app}-1` });
const hostRequest = (app: string) => ({
  requestId: `day-two-${Math.random().toString(36).slice(2)}`,
  requestedBy: 'user:default/mia',
  operator: false,
  ...{ app, name: `${app}-1`, environment: 'dev' },
});

const repair = (runId: string, remedy: RepairRequest['remedy']) =>
  lab.engine.repair(
    {
      requestId: `repair-${Math.random().toString(36).slice(2)}`,
      requestedBy: 'user:default/omar',
      operator: false,
      ...{ runId, remedy },
    },
    cli,
  );

const judged = async (runId: string, remedy: RepairRequest['remedy']) =>
  (await lab.engine.inspect(runId)).remedies.find(
    found => found.remedy === remedy,
  );

const hostOf = async (app: string) =>
  (await lab.engine.managedHosts()).find(host => host.app === app);

describe('a host that is there', () => {
  const app = 'day-two';
  beforeAll(async () => {
    await lab.engine.provision(provisionRequest({ app }), cli);
  });

  it('loses the snapshot again whose run was cut off, and only that', async () => {
    const request = {
      ...hostRequest(app),
      action: 'create' as const,
      snapshot: 'before-change',
    };
    await failure(lab.engine.snapshot(request, cancelIn('verify')));
    const { things } = await lab.engine.inspect(request.requestId);
    expect(things).toContainEqual(
      expect.objectContaining({
        title: 'Snapshot before-change',
        state: 'exists',
      }),
    );
    expect((await judged(request.requestId, 'forget'))?.reason).toContain(
      'did not make the host',
    );
    const run = await repair(request.requestId, 'undo');
    expect(run).toMatchObject({
      kind: 'snapshot',
      state: 'succeeded',
      repairs: request.requestId,
    });
    expect(await lab.engine.getRun(request.requestId)).toMatchObject({
      repairedBy: run.id,
    });
    expect((await judged(request.requestId, 'undo'))?.reason).toContain(
      'There is no snapshot before-change',
    );
    expect(await guestsOf(lab, app)).toBe(1);
  });

  it('gets its size back, unless the disk grew', async () => {
    const size = { size: 'custom', cores: 2, allowReboot: true };
    const request = { ...hostRequest(app), ...size };
    await failure(lab.engine.resize(request, cancelIn('verify')));
    expect((await hostOf(app))?.desired.cores).toBe(2);
    expect((await judged(request.requestId, 'undo'))?.effects).toEqual([
      expect.stringMatching(
        /1 cores and 1024 MiB again, instead of 2 and 1024/,
      ),
    ]);
    const run = await repair(request.requestId, 'undo');
    expect(run).toMatchObject({ kind: 'resize', state: 'succeeded' });
    expect((await hostOf(app))?.desired.cores).toBe(1);

    const larger = { ...hostRequest(app), ...size, cores: 1, diskGb: 12 };
    await failure(lab.engine.resize(larger, cancelIn('verify')));
    expect(await judged(larger.requestId, 'undo')).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('grew from 10 to 12 GiB'),
    });
    expect(await repair(larger.requestId, 'finish')).toMatchObject({
      id: larger.requestId,
      state: 'succeeded',
      requestedBy: 'user:default/mia',
    });
  });

  it('is destroyed to the end by somebody else after its destruction was cut off', async () => {
    const request = destroyRequest({ app });
    await failure(lab.engine.destroy(request, cancelIn('plan')));
    expect((await judged(request.requestId, 'undo'))?.allowed).toBe(false);
    const run = await repair(request.requestId, 'finish');
    expect(run).toMatchObject({ id: request.requestId, state: 'succeeded' });
    expect(await leftovers(lab, app)).toEqual(nothing);
  });
});

describe('a container that the state lost', () => {
  it('is adopted as it is', async () => {
    const app = 'lost-lxc';
    const request = provisionRequest({ app, kind: 'lxc' });
    await failure(lab.engine.provision(request, cancelIn('verify')));
    await lab.store.delete(`env:/${app}-dev/terraform.tfstate`);
    const before = await lab.proxmox.resources();
    const guest = before.guests.find(({ name }) => name === `${app}-1`)!;
    const config = () =>
      lab.proxmox.guestConfig(guest.node, guest.kind, guest.vmId);
    const { digest } = await config();
    expect(await repair(request.requestId, 'adopt')).toMatchObject({
      kind: 'adopt',
      state: 'succeeded',
    });
    expect((await config()).digest).toBe(digest);
    expect((await judged(request.requestId, 'adopt'))?.reason).toContain(
      'knows the guest already',
    );
    await repair(request.requestId, 'undo');
    expect(await leftovers(lab, app)).toEqual(nothing);
  });
});

describe('a machine that was left half made, without its stamp', () => {
  it('is undone, because state, id and ledger say whose it is', async () => {
    const app = 'half-made';
    const request = provisionRequest({ app });
    await lab.fault('proxmox', {
      ...{ kind: 'status', method: 'PUT', path: '/config$', status: 500 },
      reason: 'cfs-lock timeout',
    });
    await failure(lab.engine.provision(request, cli));
    await lab.clearFaults();
    expect((await judged(request.requestId, 'undo'))?.allowed).toBe(true);
    await repair(request.requestId, 'undo');
    expect(await leftovers(lab, app)).toEqual(nothing);
    const { guests } = await lab.proxmox.resources();
    expect(guests.filter(({ name }) => name === `${app}-1`)).toEqual([]);
  });
});

describe('a server whose onboarding was cut off', () => {
  it('is taken out of the records, and a check has nothing to undo', async () => {
    const [workspace, id] = ['servers-dev', 'onboard-00001'];
    const server = {
      ...{ request_id: id, owner: 'group:default/shop', address: '10.30.0.9' },
      ...{ port: 22, user: 'root', roles: [] },
    };
    await commitServer(lab.store, workspace, 'servers', 'dev', 'old-1', server);
    await writeEntry(lab.store, workspace, {
      ...{
        id: 'ssh/dev/server/10.30.0.9:22',
        system: 'ssh',
        connection: 'dev',
      },
      ...{ kind: 'server', outsideId: '10.30.0.9:22', host: 'old-1' },
      ...{ requestId: id, runId: id, state: 'intended' as const, undo: '' },
    });
    const run = (inputs: Record<string, unknown>, runId = id): RunDocument => ({
      ...{ version: 1, id: runId, kind: 'onboard', door: 'cli', workspace },
      ...{ app: 'servers', environment: 'dev', host: 'old-1', state: 'failed' },
      ...{ requestedBy: 'user:default/mia', createdAt: '2026-11-26T10:00:00Z' },
      ...{ cancelRequested: false, steps: [], leftovers: [], byHand: [] },
      tools: {},
      inputs: {
        ...{ requestId: runId, requestedBy: 'user:default/mia', port: 22 },
        ...{ name: 'old-1', app: 'servers', environment: 'dev' },
        ...{ owner: 'group:default/shop', address: '10.30.0.9' },
        ...{ loginUser: 'root', adminSshKeys: [], roles: [] },
        ...inputs,
      },
    });
    const put = (document: RunDocument) =>
      lab.store.put(
        `nante/${workspace}/runs/${document.id}.json`,
        JSON.stringify(document),
        { always: true },
      );
    await put(run({ checkedRunId: 'onboard-00000' }));
    await put(run({}, 'onboard-check'));
    expect((await judged('onboard-check', 'undo'))?.reason).toBe(
      'A check changes nothing.',
    );
    const undone = await repair(id, 'undo');
    expect(undone).toMatchObject({ kind: 'forget', state: 'succeeded' });
    expect(await lab.engine.managedServers()).toEqual([]);
    const ledger = await lab.store.get(`nante/${workspace}/ledger.json`);
    expect(ledger?.body).toContain('"removed"');
  });
});

describe('a state file that was left on a machine whose workspace went on elsewhere', () => {
  it('is put aside, and the machine works again', async () => {
    const app = 'came-back';
    const request = provisionRequest({ app });
    await failure(lab.engine.provision(request, cancelIn('verify')));
    const paths = workspacePaths(lab.setting.workDirectory, `${app}-dev`);
    const key = `env:/${app}-dev/terraform.tfstate`;
    const state = JSON.parse(String((await lab.store.get(key))?.body));
    await writeFile(
      paths.erroredState,
      JSON.stringify({ ...state, serial: state.serial - 1, resources: [] }),
    );
    const run = await repair(request.requestId, 'finish');
    expect(run.state).toBe('succeeded');
    const log = await lab.engine.runLog(run.id, -1);
    expect(log.map(({ text }) => text).join('\n')).toContain('was put aside');
    expect((await readdir(paths.directory)).join(' ')).toContain('outdated-');
    expect(await guestsOf(lab, app)).toBe(1);
    await lab.engine.destroy(destroyRequest({ app }), cli);
    expect(await leftovers(lab, app)).toEqual(nothing);
  });
});

describe('two doors at one host', () => {
  it('work one after the other; the second says whom it waits for, and a working run cannot be repaired', async () => {
    const app = 'doors';
    const request = provisionRequest({ app });
    const other = lab.engineWith({
      workDirectory: `${lab.setting.workDirectory}-other-door`,
    });
    const waits: string[] = [];
    let second: Promise<RunDocument> | undefined;
    let refused: Promise<{ code: string; message: string }> | undefined;
    await lab.engine.provision(
      request,
      whenRunning('create', () => {
        refused = failure(repair(request.requestId, 'undo'));
        second = other.destroy(destroyRequest({ app }), {
          door: 'workflow',
          onLog: ({ text }) => waits.push(text),
        });
        // Its end is looked at below.
        second.catch(() => {});
      }),
    );
    expect(await refused).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('still works'),
    });
    expect((await second)?.state).toBe('succeeded');
    expect(waits.join('\n')).toContain(`(run ${request.requestId})`);
    expect(await leftovers(lab, app)).toEqual(nothing);
  });
});
