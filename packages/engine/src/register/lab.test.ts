import type { OctopusApi } from '@nante/clients';
import type { RegisterRequest, TargetChoice } from '@nante/model';
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
import { openEntryOf, readLedger, writeEntry } from '../ledger/ledger';
import type { Engine } from '../types';
import { isOneOf } from './hostKeyMatch';

jest.setTimeout(300_000);

const workspace = 'shop-dev';
const name = 'box-1.dev.shop';

let lab: Lab;
let engine: Engine;
let octopus: OctopusApi;

beforeAll(async () => {
  if (labSkipped) return;
  lab = await startLab({
    // A VLAN that no other test and no sandbox on the same machine uses.
    ...{ guests: 'nspawn', vlan: 1162, agentTimeoutMs: 30_000 },
    deployments: true,
  });
  engine = lab.engineWith({
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...lab.automation,
  });
  octopus = await engine.octopus('octopus');
}, 600_000);

afterAll(() => lab?.stop(), 60_000);

const requestId = () => `request-${Math.random().toString(36).slice(2)}`;
const register = (
  target: TargetChoice,
  change: Partial<RegisterRequest> = {},
) =>
  engine.register(
    {
      ...{ requestId: requestId(), requestedBy: 'user:default/mia' },
      ...{ app: 'shop', environment: 'dev', name: 'box-1', target },
      ...{ operator: false, adopt: false, dryRun: false },
      ...change,
    },
    cli,
  );

inLab(labTitle('A booted host'), () => {
  it('made with a target by SSH is healthy, by the host key that is pinned', async () => {
    const run = await engine.provision(
      provisionRequest({
        ...{ kind: 'lxc', name: 'box-1', target: { style: 'ssh' } },
        sshKeys: [lab.automation!.publicKey],
      }),
      cli,
    );
    expect(run.registration).toMatchObject({
      ...{ health: 'Healthy', machineName: name, style: 'ssh' },
    });
    const machine = await octopus.findMachine(name);
    expect(machine).toMatchObject({ host: run.result.address, port: 22 });
    const { hostKeys } =
      openEntryOf(await readLedger(lab.store, workspace), 'box-1') ?? {};
    expect(isOneOf(machine!.thumbprint!, hostKeys!)).toBe(true);
  });

  it('is not registered where Octopus sees another host key than we do: both are said', async () => {
    const entry = openEntryOf(await readLedger(lab.store, workspace), 'box-1')!;
    // Somebody stands between, or answers in its place: for the test, our pinned key is another one.
    const other = `ssh-ed25519 ${Buffer.alloc(51, 7).toString('base64')}`;
    await writeEntry(lab.store, workspace, { ...entry, hostKeys: [other] });
    const before = await octopus.findMachine(name);
    const error = await failure(register({ style: 'ssh', roles: ['web'] }));
    await writeEntry(lab.store, workspace, entry);
    expect(error.code).toBe('refused');
    expect(error.message).toMatch(
      /another SSH host key at .*: SHA256:\S+, not SHA256:\S+\.$/,
    );
    expect(error.message).toContain(before!.thumbprint);
    expect(await octopus.findMachine(name)).toEqual(before);
  });

  it('that cannot be entered is a failed registration with the reason, and healthy after a repeat', async () => {
    const ours = (await octopus.findMachine(name))!;
    const accounts = await octopus.accounts();
    const { connections } = lab.setting.config;
    const wrongUser = lab.engineWith({
      ...{ ansible: { bin: ansibleBin, project: ansibleProject } },
      ...lab.automation,
      config: {
        ...lab.setting.config,
        connections: {
          ...connections,
          octopus: {
            ...connections.octopus,
            // Nobody of that name is on a container.
            sshAccount: 'automation-ops',
          } as never,
        },
      },
    });
    const request = {
      ...{ requestId: requestId(), requestedBy: 'user:default/mia' },
      ...{ app: 'shop', environment: 'dev', name: 'box-1' },
      ...{ operator: false, adopt: false, dryRun: false },
      target: { style: 'ssh' as const },
    };
    const error = await failure(wrongUser.register(request, cli));
    expect(error.code).toBe('failed');
    expect(error.message).toMatch(/not healthy: Octopus says it is Un/);
    const run = await engine.getRun(request.requestId);
    expect(run?.registration).toMatchObject({ machineId: ours.id });
    expect(run?.registration?.healthDetail).toBeTruthy();
    expect(run?.leftovers.join()).toContain(`${name} (${ours.id})`);

    const again = await register({ style: 'ssh' });
    expect(again.registration).toMatchObject({
      ...{ machineId: ours.id, health: 'Healthy' },
    });
    const root = accounts.find(({ username }) => username === 'root');
    expect((await octopus.machine(ours.id))?.accountId).toBe(root?.id);
  });

  it.each(['listening', 'polling'] as const)(
    'gets a Tentacle that is %s, which the server trusts by its thumbprint and no key of the API reaches; a repeat changes nothing',
    async style => {
      const before = (await octopus.findMachine(name))!;
      const run = await register({ style });
      expect(run.registration).toMatchObject({
        ...{ machineId: before.id, style, health: 'Healthy' },
      });
      expect(run.configuration).toMatchObject({ roles: ['octopus-tentacle'] });
      const machine = (await octopus.findMachine(name))!;
      expect(machine.style).toBe(style);
      expect(machine.thumbprint).toMatch(/^[0-9A-F]{40}$/);
      const log = await engine.runLog(run.id, -1);
      expect(JSON.stringify([run, log])).not.toContain(
        String(lab.setting.endpoints.octopus?.apiKey),
      );
      const entry = (await readLedger(lab.store, workspace)).findLast(
        ({ kind }) => kind === 'target',
      );
      expect(entry).toMatchObject({
        ...{ state: 'created', thumbprint: machine.thumbprint },
      });
      const again = await register({ style });
      expect(again.steps.find(({ id }) => id === 'register')?.detail).toContain(
        'nothing was changed',
      );
      expect(again.configuration?.recap[0]).toMatchObject({ changed: 0 });
    },
  );

  it('leaves no target when it is destroyed', async () => {
    const run = await engine.destroy(destroyRequest({ name: 'box-1' }), cli);
    expect(run.leftovers).toEqual([]);
    expect(await octopus.findMachine(name)).toBeUndefined();
  });
});
