import type { RunDocument } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { ansibleBin, ansibleProject } from '../__testUtils__/labGuest';
import { sendSample } from '../__testUtils__/machine';
import { cli, failure, mutatingCalls } from '../__testUtils__/outcome';
import { siteNeeds } from '../configure/siteVariables';
import { createContext } from '../context';
import type { Run } from '../operation/executeRun';
import type { Engine, EngineOptions } from '../types';
import { awaitFirstSamples } from './firstSamples';

jest.setTimeout(120_000);

let lab: Lab;
let engine: Engine;
const ansible = { bin: ansibleBin, project: ansibleProject };
beforeAll(async () => {
  lab = await startLab({ site: true });
  engine = lab.engineWith({
    ...{ ansible, privateKey: 'a key', sandboxGuests: 'record' },
  });
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const baseSetup = [{ name: 'base_setup', arguments: {} }];

/** The end of a run on one host, as far as it waits for samples. */
function ending(host: string, firstSampleMs: number) {
  const startedAt = new Date().toISOString();
  const document: Partial<RunDocument> = {
    arrivals: [{ host, mesh: { name: `${host}.ts.net`, addresses: [] } }],
    steps: [{ id: 'configure', title: '', state: 'succeeded', startedAt }],
  };
  const details: string[] = [];
  const { setting, store } = lab;
  const context = createContext({
    config: setting.config,
    workDirectory: setting.workDirectory,
    createStore: async () => store,
    secrets: lab.secrets,
    timing: { firstSampleMs },
  } as unknown as EngineOptions);
  const run = {
    ...{ context, store, config: setting.config },
    signal: new AbortController().signal,
    recorder: {
      document,
      step: (_id: string, work: (step: object) => Promise<void>) =>
        work({ detail: (text: string) => details.push(text) }),
      update: async (change: object) => void Object.assign(document, change),
    },
  } as unknown as Run;
  const needs = siteNeeds(setting.config, { app: 'shop', environment: 'dev' }, [
    { name: host, requestId: 'x', roles: baseSetup, isServer: false },
  ]);
  const end = awaitFirstSamples(run, needs, 'configure');
  return { end, document, details };
}

describe('A run', () => {
  it('ends on the first metric that its host sent since the play, and says when it came', async () => {
    const labels = { app: 'shop', environment: 'dev', host: 'web-1' };
    const { end, document, details } = ending('web-1', 10_000);
    await sendSample(lab, 'metrics', { ...labels, host: 'web-2' });
    await sendSample(lab, 'metrics', labels);
    await sendSample(lab, 'logs', labels);
    await end;
    expect(document.arrivals).toEqual([
      {
        host: 'web-1',
        mesh: { name: 'web-1.ts.net', addresses: [] },
        metricAt: expect.stringMatching(/Z$/),
        logAt: expect.stringMatching(/Z$/),
      },
    ]);
    expect(details.join()).toContain('web-1 sent its first metric');
  });

  it('fails where none comes, with what to look at; what came before the play does not count', async () => {
    await sendSample(lab, 'metrics', {
      ...{ app: 'shop', environment: 'dev', host: 'web-3' },
    });
    await new Promise(resolve => setTimeout(resolve, 20));
    const { end } = ending('web-3', 1_500);
    expect(await failure(end)).toMatchObject({
      code: 'failed',
      message: 'No first sample of web-3 arrived within 2 s.',
      hint: expect.stringContaining('systemctl status alloy'),
    });
  });

  it('is refused before anything is made, in one answer, where OpenObserve or the tailnet would not take the host', async () => {
    await lab.fault('openobserve', { kind: 'refuse-credentials' });
    const wrong = lab.engineWith({
      ...{ ansible, privateKey: 'a key', sandboxGuests: 'record' },
      secrets: { TS_OAUTH_SECRET: undefined },
    });
    const request = provisionRequest({
      name: 'web-4',
      roles: [
        {
          name: 'base_setup',
          arguments: { base_setup_firewall: true },
        },
      ],
    });
    let error;
    const calls = await mutatingCalls(lab, async () => {
      error = await failure(wrong.provision(request, cli));
    });
    expect(calls).toBe(0);
    expect(error).toMatchObject({ code: 'invalid-input' });
    const { message } = error as unknown as Error;
    for (const words of [
      'lacks TS_OAUTH_CLIENT_ID and TS_OAUTH_SECRET, or TS_AUTHKEY',
      'refuses our user or password',
      'OO_USER and OO_PASS',
    ])
      expect(message).toContain(words);
    expect(await wrong.managedHosts()).toEqual([]);
  });

  it('on records waits for nothing, and says by hand which secrets the roles read, by name', async () => {
    const run = await engine.provision(
      provisionRequest({ name: 'web-5', roles: baseSetup }),
      cli,
    );
    expect(run.steps.find(({ id }) => id === 'observe')).toMatchObject({
      ...{ state: 'skipped', title: 'The first sample of the host arrives' },
    });
    expect(run.byHand).toContain(
      'export TS_AUTHKEY="$TS_AUTHKEY" OO_USER="$OO_USER" OO_PASS="$OO_PASS"',
    );
    const text = JSON.stringify(run);
    expect(text).toContain('base_setup_alloy_labels');
    for (const name of ['password', 'username'])
      expect(text).not.toContain(lab.setting.endpoints.openobserve?.[name]);
    const dry = await engine.configure(
      {
        ...{ requestId: 'dry-run-1', requestedBy: 'user:default/mia' },
        ...{ operator: false, app: 'shop', environment: 'dev' },
        ...{ names: ['web-5'], dryRun: true },
      },
      cli,
    );
    expect(dry.steps.map(({ id }) => id)).not.toContain('observe');
  });

  it('does not take from a request what the site decides, nor a secret, and keeps neither', async () => {
    const before = (await engine.listRuns()).length;
    const roles = (given: Record<string, unknown>) => [
      { name: 'base_setup', arguments: given },
    ];
    const tags = { base_setup_tailscale_tags: ['tag:prod'] };
    const secret = { base_setup_openobserve_password: 'kept by nobody' };
    const configured = {
      ...{ requestId: 'foreign-1', requestedBy: 'user:default/mia' },
      ...{ operator: false, app: 'shop', environment: 'dev' },
      ...{ names: ['web-5'], dryRun: false },
    };
    const made = { name: 'web-6', roles: roles({ ...tags, ...secret }) };
    for (const [refused, words] of [
      [
        engine.configure({ ...configured, roles: roles(tags) }, cli),
        /base_setup_tailscale_tags cannot be given in a request: the configuration of dev decides/,
      ],
      [
        engine.configure({ ...configured, roles: roles(secret) }, cli),
        /base_setup_openobserve_password is a secret/,
      ],
      [
        engine.provision(provisionRequest(made), cli),
        /base_setup_openobserve_password cannot be given.*base_setup_tailscale_tags cannot/,
      ],
    ] as const) {
      const { message } = await failure(refused);
      expect(message).toMatch(words);
      expect(message).not.toContain('kept by nobody');
    }
    expect(await engine.listRuns()).toHaveLength(before);
  });
});
