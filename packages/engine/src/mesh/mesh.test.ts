import type { TailscaleApi } from '@nante/clients';
import { createTailscaleClient } from '@nante/clients';
import type { RunDocument } from '@nante/model';
import { destroyRequest, startLab, type Lab } from '../__testUtils__/lab';
import { provisionRequest } from '../__testUtils__/lab';
import { joinTailnet } from '../__testUtils__/machine';
import { cli, failure } from '../__testUtils__/outcome';
import { siteNeeds } from '../configure/siteVariables';
import { createContext } from '../context';
import { readLedger, writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { createRedactor } from '../process';
import type { EngineOptions } from '../types';
import { deviceEntry } from './devices';
import { joinMesh } from './joinMesh';

jest.setTimeout(120_000);

let lab: Lab;
let tailnet: TailscaleApi;
beforeAll(async () => {
  lab = await startLab({ site: true });
  const { tailscale } = lab.setting.endpoints;
  tailnet = createTailscaleClient({
    url: tailscale?.url,
    clientId: String(tailscale?.oauthClientId),
    clientSecret: String(tailscale?.oauthClientSecret),
  });
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const workspace = 'shop-dev';
const place = (host: string) => ({
  ...{ connection: 'tailnet', host },
  tags: ['tag:nante', 'tag:dev'],
});
const lease = { assertHeld: async () => {} };
const baseSetup = [{ name: 'base_setup', arguments: {} }];

/** A run, as far as the mesh has to do with one. */
function aRun(): { run: Run; lines: string[]; document: Partial<RunDocument> } {
  const lines: string[] = [];
  const document: Partial<RunDocument> = {
    ...{ id: `run-${Math.random().toString(36).slice(2)}`, workspace },
    ...{ app: 'shop', environment: 'dev' },
  };
  const { setting, store } = lab;
  const context = createContext({
    config: setting.config,
    workDirectory: setting.workDirectory,
    createStore: async () => store,
    secrets: lab.secrets,
  } as unknown as EngineOptions);
  const run = {
    ...{ context, store, config: setting.config },
    redactor: createRedactor(),
    signal: new AbortController().signal,
    recorder: {
      document,
      log: (_level: string, text: string) => lines.push(text),
      update: async (change: object) => void Object.assign(document, change),
    },
  } as unknown as Run;
  return { run, lines, document };
}

/** Plays on one host, which joins unless told otherwise. */
async function play(
  host: string,
  requestId: string,
  joins: (environment: Record<string, string>) => Promise<unknown> = ({
    [`TS_AUTHKEY_${host.toUpperCase().replace('-', '_')}`]: key,
  }) => (key ? joinTailnet(lab, host, key) : Promise.resolve()),
) {
  const made = aRun();
  const needs = siteNeeds(
    lab.setting.config,
    { app: 'shop', environment: 'dev' },
    [{ name: host, requestId, roles: baseSetup, isServer: false }],
  );
  const result = joinMesh(made.run, lease, { needs, dryRun: false }, joins);
  return { ...made, result };
}

const devicesOf = async (host: string) =>
  (await tailnet.devices()).filter(({ hostname }) => hostname === host);
const entryOf = async (host: string) =>
  (await readLedger(lab.store, workspace)).findLast(
    entry => entry.host === host && entry.system === 'tailscale',
  );

/** Keys of the tailnet, by the API of its admin. */
async function openKeys(): Promise<{ description?: string }[]> {
  const { url, apiKey } = lab.setting.endpoints.tailscale!;
  const answer = await fetch(`${url}/api/v2/tailnet/-/keys?all=true`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const { keys } = (await answer.json()) as {
    keys: { description?: string; revoked?: string; invalid?: boolean }[];
  };
  return keys.filter(
    ({ revoked, invalid, description = '' }) =>
      !revoked && !invalid && description.startsWith('nante'),
  );
}

describe('A host', () => {
  it('joins by a key for one use that only its play sees, stands in the ledger, and needs none the next time', async () => {
    const seen: string[] = [];
    const first = await play('web-1', 'request-1', async environment => {
      seen.push(...Object.keys(environment));
      const { TS_AUTHKEY_WEB_1: key } = environment;
      expect(first.run.redactor.redact(`with ${key}`)).toBe('with ***');
      expect(await joinTailnet(lab, 'web-1', key)).toBe(200);
      expect(await joinTailnet(lab, 'eve-1', key)).not.toBe(200);
    });
    await first.result;
    const [device] = await devicesOf('web-1');
    expect(seen).toEqual(['TS_AUTHKEY_WEB_1']);
    expect(device.tags.toSorted()).toEqual(['tag:dev', 'tag:nante']);
    expect(await entryOf('web-1')).toMatchObject({
      ...{ state: 'created', outsideId: device.id, requestId: 'request-1' },
      ...{ connection: 'tailnet', kind: 'device', runId: first.document.id },
    });
    expect(first.document.arrivals).toEqual([
      {
        host: 'web-1',
        mesh: { name: device.name, addresses: device.addresses },
      },
    ]);
    const again = await play('web-1', 'request-1', async environment =>
      expect(environment).toEqual({}),
    );
    await again.result;
    expect(again.document.arrivals).toEqual(first.document.arrivals);
    expect(await openKeys()).toEqual([]);
  });

  it('that did not join leaves no key: also when its play fails', async () => {
    const broken = await play('web-2', 'request-2', async () => {
      expect(await openKeys()).toHaveLength(1);
      throw new Error('the play failed');
    });
    await expect(broken.result).rejects.toThrow('the play failed');
    expect(await openKeys()).toEqual([]);
    expect(await entryOf('web-2')).toMatchObject({ state: 'removed' });
    const silent = await play('web-2', 'request-2', async () => {});
    expect(await failure(silent.result)).toMatchObject({
      code: 'failed',
      message: expect.stringContaining('web-2 has not arrived in the mesh'),
    });
    expect(await openKeys()).toEqual([]);
  });

  it('whose key has expired does not join: no key and no device are left, and the next play brings a new key', async () => {
    await lab.fault('tailscale', { kind: 'key-expired' });
    const expired = await play('web-10', 'request-10', async environment => {
      const key = environment.TS_AUTHKEY_WEB_10;
      expect(await joinTailnet(lab, 'web-10', key)).not.toBe(200);
      throw new Error('the play failed');
    });
    await expect(expired.result).rejects.toThrow('the play failed');
    expect(await entryOf('web-10')).toMatchObject({ state: 'removed' });
    expect(await openKeys()).toEqual([]);
    expect(await devicesOf('web-10')).toEqual([]);
    await lab.clearFaults();
    await (
      await play('web-10', 'request-10')
    ).result;
    expect(await devicesOf('web-10')).toHaveLength(1);
  });

  it('whose run was killed after it had joined is found by the repeat', async () => {
    // What stands there when the process dies between the key and the last look.
    const { id, key } = await tailnet.createKey({
      tags: ['tag:nante', 'tag:dev'],
      ...{ expirySeconds: 600, description: 'nante killed' },
    });
    const unused = await tailnet.createKey({
      tags: ['tag:nante', 'tag:dev'],
      ...{ expirySeconds: 600, description: 'nante killed' },
    });
    for (const [host, keyId] of [
      ['web-3', id],
      ['web-4', unused.id],
    ])
      await writeEntry(lab.store, workspace, {
        ...deviceEntry(place(host), keyId, {
          ...{ requestId: `request-${host}`, runId: 'killed' },
        }),
        state: 'intended',
      });
    await joinTailnet(lab, 'web-3', key);
    const joined = await play('web-3', 'request-web-3', async environment =>
      expect(environment).toEqual({}),
    );
    await joined.result;
    const [device] = await devicesOf('web-3');
    expect(await entryOf('web-3')).toMatchObject({
      ...{ state: 'created', outsideId: device.id },
    });
    await (
      await play('web-4', 'request-web-4')
    ).result;
    expect(await devicesOf('web-4')).toHaveLength(1);
    expect(await openKeys()).toEqual([]);
  });

  it('that is made anew gets its name: the device of the machine before is removed', async () => {
    await (
      await play('web-5', 'request-old')
    ).result;
    const [old] = await devicesOf('web-5');
    const rebuilt = await play('web-5', 'request-new');
    await rebuilt.result;
    const [device, ...others] = await devicesOf('web-5');
    expect(others).toEqual([]);
    expect([device.name, device.id === old.id]).toEqual([old.name, false]);
    expect(rebuilt.lines.join('\n')).toContain('a former web-5 was removed');
  });

  it('that lacks a tag which came into the configuration later gets a key for it, and its device before goes', async () => {
    await (
      await play('web-9', 'request-9')
    ).result;
    const [before] = await devicesOf('web-9');
    const { meshTags } = lab.setting.config.environments.dev;
    meshTags.push('tag:server');
    await (
      await play('web-9', 'request-9')
    ).result;
    meshTags.pop();
    const [device, ...others] = await devicesOf('web-9');
    expect(others).toEqual([]);
    expect(device.id).not.toBe(before.id);
    expect(device.tags).toContain('tag:server');
    expect(await entryOf('web-9')).toMatchObject({ outsideId: device.id });
  });

  it('whose name somebody else has there is warned of the number behind it, and leaves that one alone', async () => {
    const taken = await play('backup-1', 'request-6');
    await taken.result;
    expect(taken.lines.join('\n')).toMatch(
      /backup-1\.\S+ in the tailnet is not ours: backup-1 will get a number/,
    );
    expect(await devicesOf('backup-1')).toHaveLength(3);
  });

  it('is refused where nobody may give its tags, before anything is played', async () => {
    await lab.fault('tailscale', { kind: 'refuse-tags', tags: ['tag:dev'] });
    let played = false;
    const refused = await play('web-7', 'request-7', async () => {
      played = true;
    });
    expect(await failure(refused.result)).toMatchObject({
      code: 'refused',
      hint: expect.stringContaining('tagOwners'),
    });
    expect(played).toBe(false);
  });

  it('joins with the key of a secret where there is no OAuth client, and is noted as one that nobody can remove', async () => {
    const secrets = lab.setting.secrets;
    lab.setting.secrets = {
      TS_OAUTH_SECRET: undefined,
      TS_AUTHKEY: 'tskey-auth-shared',
    };
    const shared = await play('web-8', 'request-8', async environment =>
      expect(environment).toEqual({ TS_AUTHKEY: 'tskey-auth-shared' }),
    );
    await shared.result;
    lab.setting.secrets = secrets;
    expect(await entryOf('web-8')).toMatchObject({
      ...{ state: 'created', outsideId: '' },
    });
  });
});

describe('Destroying a host', () => {
  it('removes its device, and says what is left where the tailnet does not answer; the next one of that name removes that', async () => {
    const made = { name: 'gone-1', app: 'shop', environment: 'dev' };
    await lab.engine.provision(
      provisionRequest({ ...made, requestId: 'request-gone-1' }),
      cli,
    );
    await (
      await play('gone-1', 'request-gone-1')
    ).result;
    // It stands beside the guest among what exists of a run.
    const { things } = await lab.engine.inspect('request-gone-1');
    expect(things.find(({ id }) => id === 'device:gone-1')).toMatchObject({
      ...{ state: 'exists', detail: expect.stringMatching(/^gone-1\./) },
    });
    await lab.fault('tailscale', { kind: 'status', status: 503 });
    const destroyed = await lab.engine.destroy(destroyRequest(made), cli);
    await lab.clearFaults();
    expect(destroyed).toMatchObject({
      state: 'succeeded',
      leftovers: [
        expect.stringMatching(
          /^The device of gone-1 is left in the tailnet tailnet: .*503.* Remove the device gone-1/,
        ),
      ],
    });
    expect(await entryOf('gone-1')).toMatchObject({ state: 'left behind' });
    expect(await devicesOf('gone-1')).toHaveLength(1);

    const again = await lab.engine.destroy(destroyRequest(made), cli);
    expect(again).toMatchObject({ state: 'succeeded', leftovers: [] });
    expect(await devicesOf('gone-1')).toEqual([]);
    expect(await entryOf('gone-1')).toMatchObject({ state: 'removed' });
  });

  it('leaves a device alone that has our id and is not ours', async () => {
    const [foreign] = await devicesOf('runner-1');
    const made = { name: 'gone-2', app: 'shop', environment: 'dev' };
    const request = provisionRequest(made);
    await lab.engine.provision(request, cli);
    const owner = { requestId: request.requestId, runId: 'x' };
    await writeEntry(lab.store, workspace, {
      ...deviceEntry(place('gone-2'), foreign.id, owner),
      state: 'created',
    });
    const destroyed = await lab.engine.destroy(destroyRequest(made), cli);
    expect(destroyed.leftovers.join()).toContain('has the id of our device');
    expect(await devicesOf('runner-1')).toHaveLength(1);
  });
});
