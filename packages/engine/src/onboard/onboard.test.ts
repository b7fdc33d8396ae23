import { resolve } from 'node:path';
import type { OnboardRequest, RunDocument } from '@nante/model';
import {
  provisionRequest,
  sshKey,
  startLab,
  type Lab,
} from '../__testUtils__/lab';
import { cli } from '../__testUtils__/outcome';
import type { Engine } from '../types';
import { keysOfCheck } from './parseOnboard';
import { onboardByHand } from './plays';

jest.setTimeout(120_000);

const project = resolve(__dirname, '../../../../ansible');

let lab: Lab;
let engine: Engine;

beforeAll(async () => {
  lab = await startLab();
  engine = lab.engineWith({
    ansible: { bin: '/nowhere', project },
    privateKey: 'a key that nobody takes',
  });
});
afterAll(() => lab?.stop());

/** A port of this machine that nobody listens on. */
const closedPort = 9;

function onboardRequest(change: Partial<OnboardRequest> = {}): OnboardRequest {
  return {
    requestId: `onboard-${Math.random().toString(36).slice(2)}`,
    ...{ requestedBy: 'user:default/mia', operator: false },
    ...{ name: 'old-1', app: 'legacy', environment: 'dev' },
    ...{ owner: 'group:default/legacy', address: '127.0.0.1' },
    ...{ port: closedPort, loginUser: 'root' },
    ...{ adminSshKeys: [], roles: [] },
    ...change,
  };
}

const failed = (change: Partial<OnboardRequest>) =>
  engine.onboard(onboardRequest(change), cli).then(
    () => 'it succeeded',
    error => error,
  );

async function records(workspace: string): Promise<string[]> {
  const all = await lab.store.list(`nante/${workspace}/`);
  return all.map(({ key }) => key).filter(key => !key.includes('/runs/'));
}

describe('Onboarding a server', () => {
  it('names everything that is wrong with a request at once, before anything is touched', async () => {
    const error = await failed({
      ...{ environment: 'prod', app: 'wrong', adminUser: 'anna' },
      guest: { connection: 'elsewhere', vmId: 100 },
      roles: [
        { name: 'no_such_role', arguments: {} },
        {
          name: 'base_setup',
          arguments: { base_setup_upgrades: 'some', base_setup_colour: 'red' },
        },
      ],
    });
    expect(error).toMatchObject({ code: 'refused' });
    for (const words of [
      'Only operators may onboard servers in prod',
      'anna needs at least one public key',
      '"no_such_role" is no role here',
      'base_setup_upgrades has to be one of none, security, all',
      'base_setup_colour is unknown',
      'no connection "elsewhere"',
    ])
      expect(error.message).toContain(words);
    expect(error.hint).toContain('Nothing was changed');
    expect(await records('wrong-prod')).toEqual([]);
    const shape = await failed({
      address: '127.0.0.1; id',
      loginUser: '$(id)',
    });
    expect(shape).toMatchObject({ code: 'invalid-input' });
    expect(shape.message).toMatch(
      /address[\s\S]*loginUser|loginUser[\s\S]*address/,
    );
  });

  it('refuses what would shut us out, however the role is told', async () => {
    const role = (values: Record<string, unknown>) => ({
      roles: [{ name: 'base_setup', arguments: values }],
    });
    expect(await failed(role({}))).toMatchObject({
      message: expect.stringContaining(
        `set base_setup_ssh_port to ${closedPort}`,
      ),
    });
    expect(
      await failed(
        role({
          base_setup_ssh_port: `${closedPort}`,
          base_setup_ssh_root_by_key: 'no',
        }),
      ),
    ).toMatchObject({ message: expect.stringContaining('shut out root') });
    expect(await failed(role({ base_setup_firewall: false }))).toMatchObject({
      code: 'unreachable',
    });
  });

  it('refuses a host, an address or a guest that is ours already', async () => {
    const made = await lab.engine.provision(provisionRequest(), cli);
    const { address, vmId } = made.result;
    const error = await failed({
      ...{ app: 'shop', name: 'web-1', address: String(address), port: 22 },
      guest: { connection: 'pve', vmId },
    });
    expect(error).toMatchObject({ code: 'conflict' });
    for (const words of [
      'shop-dev has a host web-1 already',
      `${address} is the address of web-1 in shop-dev`,
      `vm ${vmId} on ${made.result.node} is in our care already, as web-1`,
    ])
      expect(error.message).toContain(words);
    const { guests } = await lab.proxmox.resources();
    const foreign = guests.find(
      guest => guest.status === 'running' && guest.name !== 'web-1',
    );
    const elsewhere = await failed({
      guest: { connection: 'pve', vmId: foreign?.vmId ?? 999_999 },
    });
    expect(elsewhere).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('does not report the address 127.0.0.1'),
    });
    const before = await records('legacy-dev');
    expect(before.filter(key => !key.endsWith('.lock'))).toEqual([]);
  });

  it('names a server that does not answer, and the run says the same', async () => {
    const request = onboardRequest();
    await expect(engine.onboard(request, cli)).rejects.toMatchObject({
      code: 'unreachable',
      message: `No SSH server answers at old-1 (127.0.0.1, port ${closedPort}).`,
    });
    const run = await engine.getRun(request.requestId);
    expect(run).toMatchObject({
      ...{ kind: 'onboard', state: 'failed', leftovers: [] },
      error: { code: 'unreachable', step: 'connect' },
    });
    expect(await engine.managedServers()).toEqual([]);
    const lock = await engine.lockHolder('legacy-dev');
    expect(lock).toBeUndefined();
  });

  it('takes nothing over that no check run of the same request has shown', async () => {
    const check = onboardRequest();
    await engine.onboard(check, cli).catch(() => {});
    const run = await engine.getRun(check.requestId);
    const request = { ...check, requestId: 'the-real-one' };
    const named = { ...request, checkedRunId: check.requestId };
    await expect(engine.onboard(named, cli)).rejects.toMatchObject({
      code: 'refused',
      message: `The check run ${check.requestId} did not succeed.`,
    });
    await expect(
      engine.onboard(
        { ...request, requestId: 'another-one', checkedRunId: 'nobody-knows' },
        cli,
      ),
    ).rejects.toMatchObject({
      code: 'refused',
      message: 'There is no check run nobody-knows.',
    });
    const good = {
      ...(run as RunDocument),
      ...{ state: 'succeeded' as const, hostKeys: ['ssh-ed25519 AAAA'] },
    };
    expect(keysOfCheck(named, good)).toEqual(['ssh-ed25519 AAAA']);
    expect(() =>
      keysOfCheck({ ...named, adminUser: 'eve', adminSshKeys: [sshKey] }, good),
    ).toThrow('looked at something else: adminUser, adminSshKeys differ.');
    expect(() =>
      keysOfCheck(named, {
        ...good,
        inputs: { ...good.inputs, checkedRunId: 'x' },
      }),
    ).toThrow('There is no check run');
  });

  it('can be done by hand, and what a person typed stays data', () => {
    const lines = onboardByHand(
      lab.setting.config,
      onboardRequest({
        ...{ address: '10.0.0.5', port: 2222, loginUser: 'ops' },
        ...{ adminUser: 'anna', adminSshKeys: [`${sshKey} it's {{ 1 }}`] },
        roles: [{ name: 'nginx', arguments: {} }],
      }),
      true,
    );
    const play =
      'ansible-playbook -i 10.0.0.5, -u ops -e @server.json --check --diff';
    expect(lines.slice(2)).toEqual([
      `${play} bootstrap.yml`,
      `${play} site.yml`,
    ]);
    expect(lines[1]).toContain('"__ansible_unsafe":"anna"');
    expect(lines[1]).toContain(`it'\\''s {{ 1 }}`);
    expect(lines[1]).toContain('"ansible_port":2222');
  });
});
