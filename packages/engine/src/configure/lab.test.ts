import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  workspaceName,
  type ProvisionRequest,
  type RoleChoice,
} from '@nante/model';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from '../__testUtils__/lab';
import {
  ansibleBin,
  ansibleProject,
  inLab,
  labSkipped,
  labTitle,
} from '../__testUtils__/labGuest';
import { cli, failure } from '../__testUtils__/outcome';
import { makeSshKey } from '../__testUtils__/sshKey';
import { readLedger } from '../ledger/ledger';
import { readHosts } from '../store/hosts';
import type { Engine } from '../types';

jest.setTimeout(180_000);

const workspace = workspaceName('shop', 'dev');
/** Nobody evaluates what a person typed. */
const page = "Hello {{ lookup('pipe', 'id') }}";

let lab: Lab;
let engine: Engine;
/** One that gives up soon on a guest that will not answer. */
let hasty: Engine;
let folder: string;

beforeAll(async () => {
  if (labSkipped) return;
  folder = mkdtempSync(join(tmpdir(), 'configure-'));
  const { privateKey, publicKey } = makeSshKey(folder);
  lab = await startLab({
    // A VLAN that no other test and no sandbox on the same machine uses.
    ...{ guests: 'nspawn', vlan: 1196, agentTimeoutMs: 30_000 },
  });
  const tools = {
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...{ privateKey, publicKey },
  };
  const { timing } = lab.setting;
  engine = lab.engineWith(tools);
  hasty = lab.engineWith({
    ...tools,
    timing: { ...timing, agentTimeoutMs: 8_000 },
  });
}, 600_000);

afterAll(async () => {
  await lab?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

afterEach(() => lab?.clearFaults());

const nginx = (text: string): RoleChoice => ({
  name: 'nginx',
  arguments: { nginx_default_page: text },
});

const provision = (change: Partial<ProvisionRequest>) =>
  engine.provision(provisionRequest(change), cli);

const bodyOf = async (address: string | null) =>
  (await fetch(`http://${address}/`)).text();

const guestsOf = async () =>
  (await lab.proxmox.resources()).guests.filter(({ vmId }) => vmId >= 20_000);

inLab(labTitle('A host of the lab'), () => {
  it('is what was asked for, says so itself, and serves what its roles say; a repeat changes nothing', async () => {
    const made = await provision({
      ...{ name: 'web-1', requestId: 'request-web-1', roles: [nginx(page)] },
    });
    expect(made.proof?.map(({ what, ok }) => [what, ok])).toEqual(
      ['user', 'key', 'hostname', 'address', 'disk'].map(what => [what, true]),
    );
    expect(made.configuration).toMatchObject({
      ...{ dryRun: false, pretended: false, roles: ['nginx'] },
      recap: [{ host: 'web-1', failed: 0, unreachable: 0 }],
    });
    expect(made.steps.map(({ id, state }) => `${id} ${state}`)).toContain(
      'configure succeeded',
    );
    expect(await bodyOf(made.result.address)).toBe(page);

    const entries = await readLedger(lab.store, workspace);
    expect(entries).toMatchObject([
      {
        ...{ kind: 'vm', state: 'created', address: made.result.address },
        hostKeys: [
          expect.stringMatching(/^ssh-ed25519 /),
          expect.anything(),
          expect.anything(),
        ],
      },
      { kind: 'configuration', host: 'web-1', state: 'created' },
    ]);

    const request = {
      ...{ requestedBy: 'user:default/mia', operator: false, dryRun: false },
      ...{ names: ['web-1'], app: 'shop', environment: 'dev' },
    };
    const again = await engine.configure(
      { ...request, requestId: 'configure-again' },
      cli,
    );
    expect(again.configuration?.recap).toMatchObject([
      { changed: 0, failed: 0 },
    ]);

    const roles = [nginx('Another page')];
    const dry = await engine.configure(
      { ...request, requestId: 'configure-dry', dryRun: true, roles },
      cli,
    );
    expect(dry.configuration?.recap[0].changed).toBeGreaterThan(0);
    expect(JSON.stringify(dry.configuration?.changes)).toContain(
      '+Another page',
    );
    expect(await bodyOf(made.result.address)).toBe(page);
    const { hosts } = await readHosts(lab.store, workspace, 'shop', 'dev');
    expect(hosts['web-1'].roles).toEqual([nginx(page)]);

    await engine.configure(
      { ...request, requestId: 'configure-real', roles },
      cli,
    );
    expect(await bodyOf(made.result.address)).toBe('Another page');
    await engine.destroy(destroyRequest({ name: 'web-1' }), cli);
    const after = await readLedger(lab.store, workspace);
    expect(after.map(({ state }) => state)).toEqual(['removed', 'removed']);
  });

  it('that is a container runs its first-boot script once, before its roles', async () => {
    const request = provisionRequest({
      ...{ name: 'cache-1', kind: 'lxc', requestId: 'request-cache-1' },
      initScript: 'echo once >> /root/first-boot',
      roles: [nginx('Container')],
    });
    const made = await engine.provision(request, cli);
    expect(await bodyOf(made.result.address)).toBe('Container');
    expect(made.steps.find(({ id }) => id === 'first-boot')?.detail).toBe(
      'The script ran to its end.',
    );
    await engine.destroy(destroyRequest({ name: 'cache-1' }), cli);
  });

  it.each([
    ['user', 'does not let ops in with our key'],
    ['key', 'does not let ops in with our key'],
    ['hostname', 'hostname is'],
    ['address', 'address is'],
    ['disk', 'disk is'],
  ])(
    'whose cloud-init ignores the %s is named and kept, and can be removed',
    async (what, words) => {
      await lab.fault('proxmox', { kind: 'cloud-init-ignores', what });
      const name = `odd-${what}`;
      const request = provisionRequest({ name, requestId: `request-${name}` });
      const error = await failure(hasty.provision(request, cli));
      expect(error.message).toContain(name);
      expect(error.message).toContain(words);
      const run = await engine.getRun(request.requestId);
      expect(run).toMatchObject({ state: 'failed', error: { step: 'ready' } });
      expect(await guestsOf()).toHaveLength(1);
      await lab.clearFaults();
      await engine.destroy(destroyRequest({ name }), cli);
      expect(await guestsOf()).toEqual([]);
    },
  );

  it('that never boots is named in time, and can be removed', async () => {
    await lab.fault('proxmox', { kind: 'never-boots' });
    const request = provisionRequest({ name: 'dead-1' });
    const error = await failure(hasty.provision(request, cli));
    expect(error.message).toMatch(
      /dead-1 exists and is not ready: No SSH server answers/,
    );
    await lab.clearFaults();
    await engine.destroy(destroyRequest({ name: 'dead-1' }), cli);
  });

  it('without a guest agent is proved by logging in where its address is known', async () => {
    await lab.fault('proxmox', { kind: 'no-agent' });
    const made = await provision({ name: 'quiet-1' });
    expect(made.proof?.every(({ ok }) => ok)).toBe(true);
    await engine.destroy(destroyRequest({ name: 'quiet-1' }), cli);
  });

  it('with a wrong choice of software is refused before anything is touched, all mistakes at once', async () => {
    const error = await failure(
      provision({
        ...{ name: 'wrong-1', initScript: 'true' },
        roles: [
          { name: 'no_such_role', arguments: {} },
          {
            name: 'nginx',
            arguments: { nginx_http_port: 'eighty', nginx_sites: [{}] },
          },
        ],
      }),
    );
    for (const words of [
      '"no_such_role" is no role',
      'nginx_http_port has to be a whole number',
      'nginx_sites[0].name is missing',
      'nginx_sites[0].server_names is missing',
      'A first-boot script is for containers',
    ])
      expect(error.message).toContain(words);
    expect(await guestsOf()).toEqual([]);
  });
});
