import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostKind, TemplateRequest } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { inLab, labSkipped, labTitle } from '../__testUtils__/labGuest';
import { cli, detailsOf } from '../__testUtils__/outcome';
import { makeSshKey, sshWhenUp, type SshKey } from '../__testUtils__/sshKey';

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), 'template-lab-'));
let key: SshKey;
let lab: Lab;

beforeAll(async () => {
  if (labSkipped) return;
  key = makeSshKey(folder);
  lab = await startLab({
    ...{ guests: 'nspawn', vlan: 1197, agentTimeoutMs: 60_000 },
  });
  lab.setting.publicKey = key.publicKey;
  lab.setting.privateKey = key.privateKey;
  lab.setting.secrets = {
    PROXMOX_ROOT_PASSWORD: String(lab.setting.endpoints.proxmox!.rootPassword),
  };
}, 600_000);
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const ask = (change: Partial<TemplateRequest>): TemplateRequest => ({
  requestId: `template-${Math.random().toString(36).slice(2)}`,
  requestedBy: 'user:default/mia',
  operator: true,
  kind: 'vm',
  name: 'golden',
  environment: 'dev',
  ...change,
});

/** Runs a command on a guest, which may still be booting. */
const ssh = (login: string, command: string) =>
  sshWhenUp(key, login, command, 120);

/** What must not be the same on two machines, and what came with the template. */
const look = `cat /etc/machine-id; cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub; dpkg-query -W -f='\${Package}\\n' qemu-guest-agent python3 sudo 2>/dev/null; true`;

function expectOwnIdentity([one, other]: string[], packages: string[]) {
  const [first, second] = [one.split('\n'), other.split('\n')];
  for (const lines of [first, second]) {
    expect(lines[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(lines[1]).toMatch(/^AAAAC3/);
    expect(lines.slice(2)).toEqual(expect.arrayContaining(packages));
  }
  expect(first[0]).not.toBe(second[0]);
  expect(first[1]).not.toBe(second[1]);
}

/** Two hosts made from a template, as logins. */
async function twoHosts(kind: HostKind, vmId: number): Promise<string[]> {
  const logins: string[] = [];
  for (const name of [`${kind}-1`, `${kind}-2`]) {
    const { result } = await lab.engine.provision(
      provisionRequest({
        ...{ kind, name, image: String(vmId), size: 'custom' },
        ...{ cores: 1, memoryMb: 256, diskGb: 4 },
        sshKeys: [lab.setting.publicKey!],
      }),
      cli,
    );
    logins.push(`${result.user}@${result.address}`);
  }
  return logins;
}

inLab(labTitle('templates in the lab'), () => {
  it('hosts made from a template have the agent, and an identity of their own', async () => {
    const run = await lab.engine.template(
      ask({ image: 'local:import/debian-12-generic-amd64.qcow2' }),
      cli,
    );
    expect(detailsOf(run)).toMatchObject({
      prepare: expect.stringMatching(/qemu-guest-agent.*its agent answers/),
      clean: 'succeeded: Machine id and host keys are gone; it is off',
    });
    const logins = await twoHosts('vm', run.result!.vmId);
    expectOwnIdentity(
      await Promise.all(logins.map(login => ssh(login, look))),
      ['qemu-guest-agent'],
    );
  });

  it('clones of a container template let us in, with keys of their own and the device', async () => {
    const run = await lab.engine.template(
      ask({ kind: 'lxc', name: 'golden-ct' }),
      cli,
    );
    const { node, vmId } = run.result!;
    expect(detailsOf(run).convert).toContain('with /dev/net/tun');
    const logins = await twoHosts('lxc', vmId);
    const { guests } = await lab.proxmox.resources();
    const clone = guests.find(({ name }) => name === 'lxc-1')!;
    const { raw } = await lab.proxmox.guestConfig(node, 'lxc', clone.vmId);
    expect(raw.dev0).toBe('/dev/net/tun');
    expectOwnIdentity(
      await Promise.all(logins.map(login => ssh(login, look))),
      ['python3', 'sudo'],
    );
    expect(await ssh(logins[0], 'systemctl is-enabled nante-host-keys')).toBe(
      'enabled',
    );
  });
});
