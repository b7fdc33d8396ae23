import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventually,
  labSkipped,
  labTitle,
} from '../../../guests/__testUtils__/lab';
import { createNspawnDriver } from '../../../guests/nspawn/driver';
import { loadOrCreateSshKey } from '../../../seed/sshKey';
import { helloPackage } from './__testUtils__/hello';
import { TestServer } from './__testUtils__/server';
import { discoverEndpoint } from './discover';
import { createSshRunner } from './ssh';

// A VLAN that a sandbox on the same machine does not use.
const vlan = 1160;
const dataDir = mkdtempSync(join(tmpdir(), 'octopus-lab-'));
const inLab = labSkipped ? describe.skip : describe;

jest.setTimeout(240_000);

inLab(labTitle('a deployment to a booted guest'), () => {
  const guests = createNspawnDriver({ dataDir, log() {} });
  const server = new TestServer();
  let host: string;

  beforeAll(async () => {
    await guests.prepare(() => {});
    await server.start({
      ssh: createSshRunner(join(dataDir, 'ssh')),
      isRecord: () => false,
    });
    const { publicKey } = loadOrCreateSshKey(join(server.folder, 'key'));
    await guests.start({
      ...{ vmid: 160, kind: 'vm', hostname: 'hello', user: 'ops' },
      ...{ cores: 1, memoryMb: 512, diskGb: 4, sshKeys: [publicKey] },
      networks: [
        {
          ...{ bridge: 'vmbr0', vlan, mac: 'BC:24:11:00:11:60' },
          address: 'dhcp',
        },
      ],
    });
    host = await eventually('address', async () =>
      (await guests.interfaces(160))
        ?.flatMap(card => card.addresses)
        .map(({ address }) => address)
        .find(address => address.startsWith('10.')),
    );
  });

  afterAll(async () => {
    await server.remove();
    await guests.clean();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const account = () =>
    server.state.all('accounts').find(({ Username }) => Username === 'ops')!;
  const page = () =>
    fetch(`http://${host}:8080/`).then(
      response => response.text(),
      () => undefined,
    );

  it('installs what the package has, notices a broken version by the health check, and gets the old one back', async () => {
    const Endpoint = await discoverEndpoint('Ssh', host);
    expect(Endpoint.Fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    const machine = server.machine('hello-1', ['hello'], {
      HealthStatus: 'Unknown',
      Endpoint: { ...Endpoint, AccountId: account().Id },
    });
    const check = server.checkHealth([machine]);
    await server.queue.settled();
    expect(server.task(check.Id).ErrorMessage).toBeUndefined();
    expect(server.lines(check.Id).join('\n')).toMatch(
      /Logged in to 10\.\S+ as ops[\s\S]*Debian GNU\/Linux[\s\S]*Free disk space/,
    );

    server.feed.add('hello', '1.0.0', helloPackage('v1'));
    server.feed.add('hello', '2.0.0', helloPackage('v2', true));
    const project = server.project('Hello');
    const [first, broken] = ['1.0.0', '2.0.0'].map(version =>
      server.release(project, version),
    );
    const one = server.deploy(first);
    await server.queue.settled();
    expect(server.lines(one.task.Id).join('\n')).not.toMatch(/^Fatal/m);
    expect(server.task(one.task.Id).State).toBe('Success');
    await expect(page()).resolves.toBe('v1');

    const two = server.deploy(broken);
    await server.queue.settled();
    expect(server.task(two.task.Id).State).toBe('Failed');
    expect(server.tree(two.task.Id)).toEqual(
      expect.arrayContaining([
        '  Step 1: Deploy hello: Success',
        '  Step 2: Health check: Failed',
        '    hello-1: Failed',
      ]),
    );
    expect(server.queue.raw(two.task.Id)).toMatch(/Connection refused|refused/);
    await expect(page()).resolves.toBeUndefined();

    const back = server.deploy(first, { ForcePackageRedeployment: true });
    await server.queue.settled();
    expect(server.task(back.task.Id).State).toBe('Success');
    await expect(page()).resolves.toBe('v1');
  });

  it('ends the script on the guest when it is cancelled', async () => {
    const project = server.project('Hello');
    const { DeploymentProcessId } = project;
    const process = server.state.get(
      'deploymentprocesses',
      DeploymentProcessId,
    )!;
    const [, step] = structuredClone(process.Steps);
    step.Actions[0].Properties['Octopus.Action.Script.ScriptBody'] =
      'echo begun; sleep 4242';
    server.state.update('deploymentprocesses', DeploymentProcessId, {
      Steps: [step],
    });
    const { task } = server.deploy(server.release(project, '3.0.0'));
    await server.until(() => server.lines(task.Id).includes('Info: begun'));
    server.queue.cancel(task.Id);
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Canceled');
    step.Actions[0].Properties['Octopus.Action.Script.ScriptBody'] =
      'sleep 1; grep -lsa "sleep.[4]242" /proc/[0-9]*/cmdline | wc -l';
    server.state.update('deploymentprocesses', DeploymentProcessId, {
      Steps: [step],
    });
    const after = server.deploy(server.release(project, '3.0.1'));
    await server.queue.settled();
    expect(server.lines(after.task.Id)).toContain('Info: 0');
  });

  it('fails where nothing answers, or another host key than the one on record', async () => {
    const endpoint = await discoverEndpoint('Ssh', host);
    const AccountId = account().Id;
    const machines = [
      server.machine('other', [], {
        Endpoint: {
          ...{ ...endpoint, AccountId },
          Fingerprint: `SHA256:${'A'.repeat(43)}`,
        },
      }),
      server.machine('closed', [], {
        Endpoint: { ...{ ...endpoint, AccountId }, Port: 2222 },
      }),
      server.machine('key', [], {
        Endpoint: {
          ...endpoint,
          AccountId: server.state
            .all('accounts')
            .find(({ Username }) => Username === 'root')!.Id,
        },
      }),
    ];
    const task = server.checkHealth(machines);
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Failed');
    const found = machines.map(({ Id }) => server.state.get('machines', Id)!);
    expect(found.map(({ HealthStatus }) => HealthStatus)).toEqual(
      Array(3).fill('Unavailable'),
    );
    expect(found.map(({ StatusSummary }) => StatusSummary)).toEqual([
      expect.stringMatching(
        /host key of \S+ is not the one on record: it has SHA256:\S+, expected was SHA256:A/,
      ),
      `Nothing answers at ${host}:2222: the connection was refused.`,
      expect.stringContaining('Permission denied'),
    ]);
    await expect(discoverEndpoint('Ssh', host, 8080)).rejects.toThrow(
      'no SSH server',
    );
    await expect(discoverEndpoint('TentaclePassive', host)).rejects.toThrow(
      'refused',
    );
  });
});
