import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { HostKind, ResizeRequest } from '@nante/model';
import type { Lab } from '../__testUtils__/lab';
import {
  cli,
  detailsOf,
  failure,
  mutatingCalls,
} from '../__testUtils__/outcome';
import { hostOf, kinds, nameOf, startPair } from '../__testUtils__/pair';
import { guestSize } from './guestSize';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startPair();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

let count = 0;
function request(change: Partial<ResizeRequest> = {}): ResizeRequest {
  count += 1;
  return {
    requestId: `resize-${count}-of-the-test`,
    requestedBy: 'user:default/mia',
    operator: false,
    name: nameOf(change.app),
    app: 'vm',
    environment: 'dev',
    size: 'custom',
    allowReboot: false,
    ...change,
  };
}
const ask = (change: Partial<ResizeRequest> = {}) =>
  lab.engine.resize(request(change), cli);
const look = (change: Partial<ResizeRequest> = {}) =>
  lab.engine.planResize(request(change));

async function seen(app: string) {
  const { desired, at } = await hostOf(lab, app);
  const size = guestSize(at[1], await lab.proxmox.guestConfig(...at));
  const status = await lab.proxmox.guestStatus(...at);
  const { cores, memory_mb, disk_gb } = desired;
  return {
    ...{ at, size, status: status.status },
    desired: { cores, memory_mb, disk_gb },
  };
}
async function expectSize(app: string, size: [number, number, number]) {
  const found = await seen(app);
  const [cores, memory_mb, disk_gb] = size;
  const wanted = { cores, memory_mb, disk_gb };
  expect(found).toMatchObject({
    ...{ size: wanted, desired: wanted, status: 'running' },
  });
  expect(await lab.proxmox.pendingChanges(...found.at)).toEqual([]);
}
/** Power actions during an act, as Proxmox was asked for them. */
async function powerCalls(act: () => Promise<unknown>): Promise<string[]> {
  const url = `${lab.setting.endpoints.proxmox?.control}/requests`;
  await mutatingCalls(lab, act);
  const { byRoute } = (await (await fetch(url)).json()) as {
    byRoute: Record<string, number>;
  };
  return Object.keys(byRoute).flatMap(
    route => /^POST .*\/status\/(\w+)$/.exec(route)?.[1] ?? [],
  );
}

it('says beforehand what another size means, and changes nothing', async () => {
  const wish = { cores: 2, memoryMb: 2048, diskGb: 12 };
  const calls = await mutatingCalls(lab, async () => {
    const vm = await look(wish);
    expect(vm).toMatchObject({
      impact: 'reboot',
      plan: { add: 0, change: 1, destroy: 0 },
      reasons: [
        'Cores go from 1 to 2: a VM takes them when it restarts.',
        'The disk grows from 10 to 12 GiB at once; the file system in it grows when the VM starts the next time.',
        'Memory goes from 1024 to 2048 MiB: a VM takes it when it restarts.',
      ],
    });
    expect((await look({ diskGb: 12 })).impact).toBe('hot-plug');
    const container = await look({ app: 'lxc', ...wish });
    expect(container.impact).toBe('hot-plug');
    expect(container.reasons).toHaveLength(3);
    expect(await look({ cores: 1 })).toMatchObject({
      ...{ impact: 'none', reasons: [], plan: { change: 0 } },
    });
  });
  expect(calls).toBe(0);
  await expectSize('vm', [1, 1024, 10]);
  await expectSize('lxc', [1, 1024, 10]);
});

it('a VM restarts only when that was agreed to, and has its new size then', async () => {
  const wish = { cores: 2, memoryMb: 2048, diskGb: 12 };
  let refused;
  expect(
    await mutatingCalls(lab, async () => {
      refused = await failure(ask(wish));
    }),
  ).toBe(0);
  expect(refused).toMatchObject({
    code: 'refused',
    message: expect.stringMatching(/^The change restarts web-1: Cores go/),
    hint: 'Send the request again, and agree to the restart.',
  });
  await expectSize('vm', [1, 1024, 10]);

  const agreed = request({ ...wish, allowReboot: true });
  const run = await lab.engine.resize(agreed, cli);
  expect(run).toMatchObject({
    ...{ kind: 'resize', state: 'succeeded', impact: 'reboot' },
    plan: { add: 0, change: 1, destroy: 0 },
    result: { address: expect.stringMatching(/^10\.30\.0\./) },
  });
  expect(detailsOf(run).verify).toBe(
    'succeeded: web-1 has 2 cores, 2048 MiB and 12 GiB, and is on',
  );
  expect(run.byHand.join('\n')).toContain(
    `jq '.hosts["web-1"] += {"cores":2,"memory_mb":2048,"disk_gb":12}'`,
  );
  await expectSize('vm', [2, 2048, 12]);
  const calls = await mutatingCalls(lab, async () => {
    await lab.engine.resize(agreed, cli);
    const again = await ask(wish);
    expect(again.impact).toBe('none');
    expect(detailsOf(again).change).toBe(
      'skipped: web-1 has this size already.',
    );
  });
  expect(calls).toBe(0);
});

it('a container takes another size while it runs, a VM a larger disk', async () => {
  const power = await powerCalls(async () => {
    const run = await ask({
      ...{ app: 'lxc', cores: 2, memoryMb: 2048, diskGb: 12 },
    });
    expect(run.impact).toBe('hot-plug');
    expect(run.byHand.join('\n')).toMatch(
      /pvesh set \S+\/config --memory 2048/,
    );
    expect((await ask({ diskGb: 13 })).impact).toBe('hot-plug');
  });
  expect(power).toEqual([]);
  await expectSize('lxc', [2, 2048, 12]);
  await expectSize('vm', [2, 2048, 13]);
});

it.each(kinds)('a %s that is off is changed, and on afterwards', async app => {
  const { at } = await hostOf(lab, app);
  await lab.proxmox.waitForTask(await lab.proxmox.power(...at, 'stop'));
  const wish = { app, memoryMb: 1536 };
  const plan = await look(wish);
  expect(plan.impact).toBe('none');
  expect(plan.reasons.at(-1)).toContain('is off, so nothing is interrupted');
  const run = await ask(wish);
  expect(run.impact).toBe('none');
  await expectSize(app, app === 'vm' ? [2, 1536, 13] : [2, 1536, 12]);
});

it('what policy, the disk or our rights do not allow is refused before anything is done', async () => {
  const refusals: [Partial<ResizeRequest>, string, string][] = [
    [{ diskGb: 5 }, 'refused', 'has 13 GiB and cannot shrink to 5 GiB'],
    [{ size: 'small' }, 'refused', 'cannot shrink to 10 GiB'],
    [{ size: 'huge' }, 'invalid-input', 'The size "huge" is not offered'],
    [{ size: 'large' }, 'invalid-input', 'Only operators may ask'],
    [{ cores: 8 }, 'invalid-input', 'reaches the size large'],
    [{ cores: 900, operator: true }, 'invalid-input', 'over the maximum'],
    [{}, 'invalid-input', 'neither cores nor memory nor disk'],
    [{ environment: 'prod', cores: 2 }, 'refused', 'Only operators may resize'],
    [{ name: 'web-9', cores: 2 }, 'not-found', 'has no host web-9'],
  ];
  const calls = await mutatingCalls(lab, async () => {
    for (const [change, code, message] of refusals)
      for (const act of [ask, look])
        expect(await failure(act(change))).toMatchObject({
          code,
          message: expect.stringContaining(message),
        });
    await lab.fault('proxmox', {
      kind: 'missing-privilege',
      privilege: 'VM.Config.Memory',
    });
    expect(await failure(ask({ memoryMb: 2048 }))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('lacks VM.Config.Memory on /vms/'),
    });
  });
  expect(calls).toBe(0);
});

it('a VM that ignores the request to shut down is as it was', async () => {
  await lab.fault('proxmox', {
    kind: 'task-failure',
    type: 'qmshutdown',
    message: 'VM quit/powerdown failed - got timeout',
  });
  const wish = request({ cores: 3, allowReboot: true });
  expect(await failure(lab.engine.resize(wish, cli))).toMatchObject({
    message: expect.stringContaining('web-1 ignores the request'),
  });
  await expectSize('vm', [2, 1536, 13]);
  expect((await lab.engine.getRun(wish.requestId))?.leftovers).toEqual([
    expect.stringMatching(
      /is on and has its old size: 2 cores, 1536 MiB and 13 GiB\.$/,
    ),
  ]);
});

it('a change that Proxmox fails leaves the host on, and the repeat finishes it', async () => {
  await lab.fault('proxmox', {
    kind: 'task-failure',
    ...{ type: 'resize', message: 'no space left', times: 9 },
  });
  const wish = request({ cores: 3, diskGb: 14, allowReboot: true });
  const problem = await failure(lab.engine.resize(wish, cli));
  expect(problem.message).toContain('no space left');
  const found = await seen('vm');
  expect(found.status).toBe('running');
  expect(found.desired).toEqual(found.size);
  await lab.clearFaults();
  const run = await lab.engine.resize(wish, cli);
  expect(run.state).toBe('succeeded');
  await expectSize('vm', [3, 1536, 14]);
});

it('a VM that does not come back is named, and the repeat changes nothing more', async () => {
  await lab.fault('proxmox', { kind: 'agent-silent' });
  const wish = request({ memoryMb: 2048, allowReboot: true });
  expect(await failure(lab.engine.resize(wish, cli))).toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/^web-1 is on\. The guest agent does not/),
  });
  await expectSize('vm', [3, 2048, 14]);
  await lab.clearFaults();
  const again = () => lab.engine.resize(wish, cli);
  expect(await mutatingCalls(lab, again)).toBe(0);
});

it('what somebody else left waiting for a restart is said, and takes effect with it', async () => {
  const { at } = await hostOf(lab, 'vm');
  const wish = { cores: 4 };
  await setByHand(at, { cores: 4 });
  expect(await look(wish)).toMatchObject({
    impact: 'reboot',
    reasons: ['An earlier change of cores waits for a restart.'],
  });
  expect((await failure(ask(wish))).code).toBe('refused');
  expect((await ask({ ...wish, allowReboot: true })).state).toBe('succeeded');
  await expectSize('vm', [4, 2048, 14]);
});

/** A change by somebody in Proxmox's own page. */
async function setByHand(
  [node, , vmId]: readonly [string, HostKind, number],
  change: Record<string, number>,
) {
  const { proxmox } = lab.setting.endpoints;
  const { root } = proxmox?.tokens as Record<string, string>;
  const asked = httpsRequest(
    `${proxmox?.url}/api2/json/nodes/${node}/qemu/${vmId}/config`,
    {
      method: 'PUT',
      ca: readFileSync(String(proxmox?.ca)),
      headers: {
        authorization: `PVEAPIToken=${root}`,
        'content-type': 'application/json',
      },
    },
  );
  asked.end(JSON.stringify(change));
  const [{ statusCode }] = await once(asked, 'response');
  expect(statusCode).toBe(200);
}
