import type { Observation } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { joinTailnet, sendSample } from '../__testUtils__/machine';
import { cli } from '../__testUtils__/outcome';
import { writeEntry } from '../ledger/ledger';
import { deviceEntry } from '../mesh/devices';
import { commitServer } from '../store/servers';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ site: true });
  await lab.engine.provision(provisionRequest({ name: 'web-1' }), cli);
  for (const name of ['old-1', 'old-2', 'old-3'])
    await commitServer(lab.store, 'shop-dev', 'shop', 'dev', name, {
      ...{ request_id: `request-${name}`, owner: 'group:default/shop' },
      ...{ address: '10.30.0.9', port: 22, user: 'ops', roles: [] },
    });
  await commitServer(lab.store, 'shop-staging', 'shop', 'staging', 'far-1', {
    ...{ request_id: 'request-far-1', owner: 'group:default/shop' },
    ...{ address: '10.40.0.9', port: 22, user: 'ops', roles: [] },
  });
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

async function observed(): Promise<Record<string, Observation>> {
  const found = await lab.engine.observe();
  return Object.fromEntries(found.map(one => [one.host, one]));
}

/** How many requests a stand-in was sent during an act. */
async function requestsTo(
  system: 'tailscale' | 'openobserve',
  act: () => Promise<unknown>,
): Promise<number> {
  const url = `${lab.setting.endpoints[system]?.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  const counts = await (await fetch(url)).json();
  return (counts as { total: number }).total;
}

describe('What mesh and telemetry say', () => {
  it('is known for hosts and servers alike, with its age, and silence is not taken for well', async () => {
    const { endpoints } = lab.setting;
    const { url, apiKey } = endpoints.tailscale!;
    const made = await fetch(`${url}/api/v2/tailnet/-/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        capabilities: {
          devices: {
            create: {
              reusable: true,
              preauthorized: true,
              tags: ['tag:nante'],
            },
          },
        },
      }),
    });
    const { key } = (await made.json()) as { key: string };
    await joinTailnet(lab, 'web-1', key);
    const all = await fetch(`${url}/api/v2/tailnet/-/devices`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const { devices } = (await all.json()) as {
      devices: { hostname: string; nodeId: string }[];
    };
    const id = (name: string) =>
      devices.find(({ hostname }) => hostname === name)!.nodeId;
    for (const [host, device] of [
      ['web-1', id('web-1')],
      ['old-1', id('runner-1')],
      ['old-2', 'nobody'],
    ])
      await writeEntry(lab.store, 'shop-dev', {
        ...deviceEntry({ connection: 'tailnet', host, tags: [] }, device, {
          ...{ requestId: `request-${host}`, runId: 'x' },
        }),
        state: 'created',
      });
    const labels = { app: 'shop', environment: 'dev' };
    await sendSample(lab, 'metrics', { ...labels, host: 'web-1' });
    await sendSample(lab, 'logs', { ...labels, host: 'web-1' });
    // Of another app: not ours to take for the host's.
    await sendSample(lab, 'metrics', { ...labels, app: 'x', host: 'old-1' });

    const found = await observed();
    const recent = expect.stringMatching(/^20\d\d-.*Z$/);
    expect(found['web-1']).toMatchObject({
      ...labels,
      mesh: {
        ...{ state: 'online', tags: ['tag:nante'] },
        name: expect.stringMatching(/^web-1\./),
        addresses: expect.arrayContaining([expect.stringMatching(/^100\./)]),
      },
      telemetry: { state: 'reporting', metricAt: recent, logAt: recent },
      observedAt: recent,
    });
    expect(found['old-1']).toMatchObject({
      mesh: { state: 'online' },
      telemetry: { state: 'unknown' },
    });
    expect(found['old-2'].mesh).toMatchObject({
      ...{ state: 'absent', problem: expect.stringContaining('not list') },
    });
    expect(found['old-3'].mesh).toEqual({
      ...{ state: 'absent', addresses: [], tags: [] },
    });
    // Its environment has neither.
    expect(found['far-1']).toEqual({
      ...{ app: 'shop', environment: 'staging', host: 'far-1' },
      observedAt: recent,
    });
  });

  it('costs one request to the tailnet and two to OpenObserve, however many hosts there are', async () => {
    await lab.engine.observe();
    expect(await requestsTo('tailscale', () => lab.engine.observe())).toBe(1);
    expect(await requestsTo('openobserve', () => lab.engine.observe())).toBe(2);
  });

  it('is unknown, with the reason, where a system does not answer, and the other one counts still', async () => {
    await lab.fault('openobserve', { kind: 'refuse-credentials' });
    const silent = await observed();
    expect(silent['web-1']).toMatchObject({
      mesh: { name: expect.stringMatching(/^web-1\./) },
      telemetry: {
        ...{ state: 'unknown', problem: expect.stringContaining('refuses') },
      },
    });
    await lab.clearFaults();
    await lab.fault('tailscale', { kind: 'status', status: 503 });
    const unmeshed = await observed();
    expect(unmeshed['web-1']).toMatchObject({
      mesh: { state: 'unknown', problem: expect.stringContaining('503') },
      telemetry: { state: 'reporting' },
    });
  });
});
