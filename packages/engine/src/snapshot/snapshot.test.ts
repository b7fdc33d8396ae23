import type { SnapshotRequest } from '@nante/model';
import { destroyRequest, type Lab } from '../__testUtils__/lab';
import {
  cli,
  detailsOf,
  failure,
  leftovers,
  mutatingCalls,
  nothing,
} from '../__testUtils__/outcome';
import { hostOf, kinds, nameOf, startPair } from '../__testUtils__/pair';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startPair();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

let count = 0;
function request(change: Partial<SnapshotRequest> = {}): SnapshotRequest {
  count += 1;
  return {
    requestId: `snapshot-${count}-of-the-test`,
    requestedBy: 'user:default/mia',
    operator: false,
    name: nameOf(change.app),
    app: 'vm',
    environment: 'dev',
    action: 'create',
    snapshot: 'before',
    confirm: change.snapshot ?? 'before',
    ...change,
  };
}
const ask = (change: Partial<SnapshotRequest> = {}) =>
  lab.engine.snapshot(request(change), cli);

const guestOf = async (app: string) => (await hostOf(lab, app)).at;
const names = async (app: string) =>
  (await lab.proxmox.snapshots(...(await guestOf(app)))).map(
    ({ name }) => name,
  );
async function ledgerOf(app: string) {
  const found = await lab.store.get(`nante/${app}-dev/ledger.json`);
  const { entries } = JSON.parse(String(found?.body));
  return entries
    .filter(({ kind }: { kind: string }) => kind === 'snapshot')
    .map((entry: { outsideId: string; state: string }) => [
      entry.outsideId.split(':')[1],
      entry.state,
    ]);
}

describe.each(kinds)('a %s', app => {
  it('is as it was and on again after it has returned to a snapshot', async () => {
    const made = await ask({ app, description: 'before the update' });
    expect(detailsOf(made)).toMatchObject({
      check: expect.stringContaining('its snapshots: none'),
      snapshot: `succeeded: Made of the disks while ${nameOf(app)} runs, without its memory`,
      verify: `succeeded: ${nameOf(app)} has 1 snapshot`,
    });
    expect(await ledgerOf(app)).toEqual([['before', 'created']]);
    const back = await ask({ app, action: 'rollback' });
    expect(back.result?.address).toMatch(/^10\.30\.0\.\d+$/);
    const status = await lab.proxmox.guestStatus(...(await guestOf(app)));
    expect(status).toMatchObject({ status: 'running' });
    expect(back.byHand[0]).toMatch(
      /^pvesh create \/nodes\/\S+\/snapshot\/before\/rollback --start 1$/,
    );
  });

  it('that is off stays off', async () => {
    const off = {
      requestId: `off-${app}-of-the-test`,
      action: 'stop',
    } as const;
    const { snapshot: _s, action: _a, confirm: _c, ...host } = request({ app });
    await lab.engine.power({ ...host, ...off }, cli);
    const back = await ask({ app, action: 'rollback' });
    expect(detailsOf(back).verify).toMatch(/is off, as before$/);
    expect(
      await lab.proxmox.guestStatus(...(await guestOf(app))),
    ).toMatchObject({ status: 'stopped' });
    await lab.engine.power(
      { ...host, requestId: `on-${app}-of-the-test`, action: 'start' },
      cli,
    );
  });

  it('has one snapshot of a request, however often it is asked for', async () => {
    const wish = request({ app, snapshot: 'twice' });
    expect(await mutatingCalls(lab, () => lab.engine.snapshot(wish, cli))).toBe(
      1,
    );
    // A process that died between Proxmox's answer and our record of it.
    for (const [key, from, to] of [
      [
        `nante/${app}-dev/ledger.json`,
        /"created"(?![^]*"created")/u,
        '"intended"',
      ],
      [
        `nante/${app}-dev/runs/${wish.requestId}.json`,
        /"succeeded"/u,
        '"failed"',
      ],
    ] as const) {
      const found = await lab.store.get(key);
      const body = String(found?.body).replace(from, to);
      await lab.store.put(key, body, { always: true });
    }
    expect(await ledgerOf(app)).toContainEqual(['twice', 'intended']);
    const again = () => lab.engine.snapshot(wish, cli);
    expect(await mutatingCalls(lab, again)).toBe(0);
    expect(await ledgerOf(app)).toContainEqual(['twice', 'created']);
    expect(await failure(ask({ app, snapshot: 'twice' }))).toMatchObject({
      code: 'conflict',
      message: `${nameOf(app)} has a snapshot twice already; the run ${wish.requestId} made it.`,
    });

    await ask({ app, snapshot: 'twice', action: 'delete' });
    expect(await names(app)).toEqual(['before']);
    expect(await ledgerOf(app)).toContainEqual(['twice', 'removed']);
    const gone = () => ask({ app, snapshot: 'twice', action: 'delete' });
    expect(await mutatingCalls(lab, gone)).toBe(0);
  });
});

it('a snapshot of somebody else is neither removed nor returned to, and its name is taken', async () => {
  const at = await guestOf('vm');
  const task = await lab.proxmox.createSnapshot(...at, { name: 'theirs' });
  await lab.proxmox.waitForTask(task);
  const calls = await mutatingCalls(lab, async () => {
    for (const action of ['rollback', 'delete'] as const)
      expect(await failure(ask({ action, snapshot: 'theirs' }))).toMatchObject({
        code: 'refused',
        message:
          'The snapshot theirs of web-1 was not made by us, so it stays untouched.',
      });
    expect(await failure(ask({ snapshot: 'theirs' }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('which was not made by us'),
    });
  });
  expect(calls).toBe(0);
  expect(await names('vm')).toEqual(['before', 'theirs']);
});

it('what cannot be done is said before anything is done', async () => {
  const refusals: [Partial<SnapshotRequest>, string, string][] = [
    [{ action: 'rollback', confirm: 'befor' }, 'invalid-input', '"befor"'],
    [
      { action: 'delete', confirm: undefined },
      'invalid-input',
      'type its name',
    ],
    [{ snapshot: '1 x' }, 'invalid-input', 'start with a letter'],
    [{ environment: 'prod' }, 'refused', 'Only operators may make snapshots'],
    [
      { action: 'rollback', snapshot: 'never' },
      'not-found',
      'no snapshot never',
    ],
    [{ action: 'delete', snapshot: 'never' }, 'not-found', 'no snapshot never'],
  ];
  const calls = await mutatingCalls(lab, async () => {
    for (const [change, code, message] of refusals)
      expect(await failure(ask(change))).toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    await lab.fault('proxmox', {
      kind: 'status',
      ...{ method: 'GET', path: '/feature$', status: 200 },
      body: { data: { hasFeature: 0 } },
    });
    expect(await failure(ask({ snapshot: 'new' }))).toMatchObject({
      code: 'refused',
      message:
        'The storage vmdata cannot make a snapshot of web-1; nothing was changed.',
    });
    await lab.clearFaults();
    await lab.fault('proxmox', {
      kind: 'missing-privilege',
      privilege: 'VM.Snapshot',
    });
    expect(await failure(ask({ snapshot: 'new' }))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/lacks VM.Snapshot on \/vms\/\d+;/),
      hint: expect.stringContaining('NanteSnapshots'),
    });
  });
  expect(calls).toBe(0);
  // To return, the smaller privilege is enough.
  expect((await ask({ action: 'rollback' })).state).toBe('succeeded');
});

it('a snapshot that fails leaves no record of one, and a return that fails leaves the host on', async () => {
  await lab.fault('proxmox', { kind: 'task-failure', type: 'qmsnapshot' });
  const wish = request({ snapshot: 'failing' });
  expect((await failure(lab.engine.snapshot(wish, cli))).code).toBe('failed');
  expect(await ledgerOf('vm')).toContainEqual(['failing', 'removed']);
  await lab.engine.snapshot(wish, cli);
  expect(await ledgerOf('vm')).toContainEqual(['failing', 'created']);
  await lab.fault('proxmox', {
    kind: 'task-failure',
    type: 'qmrollback',
    message: "can't rollback, 'before' is not most recent snapshot",
  });
  expect(await failure(ask({ action: 'rollback' }))).toMatchObject({
    message: expect.stringContaining('only return to the newest snapshot'),
  });
  expect(await lab.proxmox.guestStatus(...(await guestOf('vm')))).toMatchObject(
    { status: 'running' },
  );
});

it('a destroyed host leaves no open snapshot in the records', async () => {
  for (const app of kinds) {
    await lab.engine.destroy(destroyRequest({ app, name: nameOf(app) }), cli);
    expect(await leftovers(lab, app)).toEqual(nothing);
    const open = (await ledgerOf(app)).filter(
      ([, state]: [string, string]) => state !== 'removed',
    );
    expect(open).toEqual([]);
  }
});
