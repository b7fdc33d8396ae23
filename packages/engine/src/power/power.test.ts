import { connectionNamed, type PowerRequest } from '@nante/model';
import type { Lab } from '../__testUtils__/lab';
import {
  cli,
  detailsOf,
  failure,
  guestsOf,
  mutatingCalls,
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
const request = (change: Partial<PowerRequest>): PowerRequest => {
  count += 1;
  return {
    requestId: `power-${count}-of-the-test`,
    requestedBy: 'user:default/mia',
    operator: false,
    name: nameOf(change.app),
    app: 'vm',
    environment: 'dev',
    action: 'start',
    ...change,
  };
};
const ask = (change: Partial<PowerRequest>) =>
  lab.engine.power(request(change), cli);
async function status(app: string) {
  return lab.proxmox.guestStatus(...(await hostOf(lab, app)).at);
}

describe.each(kinds)('a %s', app => {
  it('is shut down, started, restarted and cut off, and answers when it is on', async () => {
    const off = await ask({ app, action: 'shutdown' });
    expect(off).toMatchObject({ kind: 'power', state: 'succeeded' });
    expect(off.steps.map(({ title }) => title)).toContain(
      'Ask the host to shut down',
    );
    expect((await status(app)).status).toBe('stopped');
    const on = await ask({ app, action: 'start' });
    expect(on.result?.address).toMatch(/^10\.30\.0\.\d+$/);
    expect(detailsOf(on).verify).toContain(`${nameOf(app)} answers under`);
    const before = (await status(app)).uptime;
    await new Promise(resolve => setTimeout(resolve, 1_500));
    const again = await ask({ app, action: 'reboot' });
    expect(again.state).toBe('succeeded');
    expect((await status(app)).uptime).toBeLessThanOrEqual(before + 1);
    await ask({ app, action: 'stop' });
    expect((await status(app)).status).toBe('stopped');
    await ask({ app, action: 'start' });
    const type = app === 'vm' ? 'qemu' : 'lxc';
    expect(off.byHand[0]).toMatch(
      new RegExp(
        `^pvesh create /nodes/pve\\d/${type}/\\d+/status/shutdown$`,
        'u',
      ),
    );
  });

  it('that is as it was asked for is left alone', async () => {
    const wish = request({ app, action: 'shutdown' });
    expect(await mutatingCalls(lab, () => lab.engine.power(wish, cli))).toBe(1);
    let again;
    const calls = await mutatingCalls(lab, async () => {
      await lab.engine.power(wish, cli);
      again = await ask({ app, action: 'stop' });
    });
    expect(calls).toBe(0);
    expect(detailsOf(again!).power).toBe(
      `skipped: ${nameOf(app)} is switched off already.`,
    );
    const refused = await failure(ask({ app, action: 'reboot' }));
    expect(refused).toMatchObject({ code: 'conflict', hint: 'Start it.' });
    await ask({ app, action: 'start' });
    const calm = () => ask({ app, action: 'start' });
    expect(await mutatingCalls(lab, calm)).toBe(0);
  });

  it('that ignores the request ends in a named cause, and is on as before', async () => {
    await lab.fault('proxmox', {
      kind: 'task-failure',
      type: app === 'vm' ? 'qmshutdown' : 'vzshutdown',
      message: 'VM quit/powerdown failed - got timeout',
    });
    const wish = request({ app, action: 'shutdown' });
    expect(await failure(lab.engine.power(wish, cli))).toMatchObject({
      code: 'failed',
      message: `${nameOf(app)} ignores the request: it was asked to shut down and is still on.`,
      hint: expect.stringContaining('cut its power'),
    });
    const run = await lab.engine.getRun(wish.requestId);
    expect(run).toMatchObject({
      state: 'failed',
      leftovers: [expect.stringContaining(`(${nameOf(app)}) on pve`)],
      error: { step: 'power' },
    });
    // The same request again goes on.
    await lab.engine.power(wish, cli);
    expect((await status(app)).status).toBe('stopped');
    await ask({ app, action: 'start' });
  });
});

it('a host that never answers is named, and is found on by the repeat', async () => {
  await lab.fault('proxmox', { kind: 'agent-silent' });
  const wish = request({ action: 'reboot' });
  expect(await failure(lab.engine.power(wish, cli))).toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/^web-1 is on. The guest agent does not/),
  });
  await lab.clearFaults();
  const again = () => lab.engine.power(wish, cli);
  expect(await mutatingCalls(lab, again)).toBe(0);
  const run = await lab.engine.getRun(wish.requestId);
  expect(detailsOf(run!).power).toBe(
    'skipped: web-1 has restarted since this was asked for.',
  );
});

it('nothing happens to a host that is not ours, or without the right to it', async () => {
  const refusals: [Partial<PowerRequest>, string, string][] = [
    [{ name: 'web-9' }, 'not-found', 'has no host web-9'],
    [{ environment: 'prod' }, 'refused', 'Only operators may switch hosts'],
    [{ environment: 'moon' }, 'invalid-input', 'no environment "moon"'],
    [{ action: 'explode' as 'stop' }, 'invalid-input', 'action'],
  ];
  const calls = await mutatingCalls(lab, async () => {
    for (const [change, code, message] of refusals)
      expect(await failure(ask({ action: 'stop', ...change }))).toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    const readOnly = lab.engineWith({
      config: {
        ...lab.setting.config,
        connections: {
          pve: {
            ...connectionNamed(lab.setting.config, 'proxmox', 'pve')!,
            readOnly: true,
          },
        },
      },
    });
    expect(
      await failure(readOnly.power(request({ action: 'stop' }), cli)),
    ).toMatchObject({ code: 'refused' });
    await lab.fault('proxmox', {
      kind: 'missing-privilege',
      privilege: 'VM.PowerMgmt',
    });
    expect(await failure(ask({ action: 'stop' }))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(
        /lacks VM.PowerMgmt on \/vms\/\d+; nothing was changed/,
      ),
    });
  });
  expect(calls).toBe(0);
  expect((await status('vm')).status).toBe('running');
  expect(await guestsOf(lab, 'vm')).toBe(1);
});

it('a guest whose stamp says otherwise is not touched', async () => {
  const key = 'nante/lxc-dev/ledger.json';
  const found = await lab.store.get(key);
  await lab.store.put(
    key,
    String(found?.body).replace(/"outsideId":\s*"\d+"/u, '"outsideId":"101"'),
    { always: true },
  );
  const act = () => failure(ask({ app: 'lxc', action: 'stop' }));
  let error;
  expect(await mutatingCalls(lab, async () => (error = await act()))).toBe(0);
  expect(error).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('is not provably ours: the ledger says'),
  });
});
