import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProxmoxGuest } from '@nante/clients';
import type { ProvisionInput, TemplateRequest } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { cli, failure } from '../__testUtils__/outcome';

jest.setTimeout(120_000);

const image = Buffer.from('pretended image of a cloud'.repeat(20));
const checksum = `sha256:${createHash('sha256').update(image).digest('hex')}`;
const server = createServer((_, response) => response.end(image));
let lab: Lab;
let imageUrl: string;
const key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 nante';

beforeAll(async () => {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  imageUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian-12.img`;
  lab = await startLab();
  lab.setting.publicKey = key;
  lab.setting.privateKey = 'never used: the guests are records';
});
afterAll(async () => {
  server.close();
  await lab?.stop();
});
afterEach(() => lab.clearFaults());

const ask = (change: Partial<TemplateRequest> = {}): TemplateRequest => ({
  requestId: `template-${Math.random().toString(36).slice(2)}`,
  requestedBy: 'user:default/mia',
  operator: true,
  kind: 'vm',
  name: 'debian-12-agent',
  environment: 'dev',
  imageUrl,
  imageChecksum: checksum,
  ...change,
});
const engine = (secrets: Record<string, string> = {}) =>
  lab.engineWith({ sandboxGuests: 'record', secrets });
const guestNamed = async (name: string): Promise<ProxmoxGuest | undefined> =>
  (await lab.proxmox.resources()).guests.find(guest => guest.name === name);
async function mutatingCalls(act: () => Promise<unknown>): Promise<number> {
  const url = `${lab.setting.endpoints.proxmox?.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  return (await (await fetch(url)).json()).mutating;
}

describe('a template of a virtual machine', () => {
  it('comes from an image with its checksum, once, without anything of the run that made it', async () => {
    const request = ask();
    const run = await engine().template(request, cli);
    expect(run).toMatchObject({
      kind: 'template',
      state: 'succeeded',
      workspace: 'nante-templates-dev',
      result: { name: 'debian-12-agent', address: null },
    });
    const { node, vmId, template } = (await guestNamed('debian-12-agent'))!;
    expect(template).toBe(true);
    const { raw, agent, tags } = await lab.proxmox.guestConfig(
      node,
      'vm',
      vmId,
    );
    expect([agent, tags]).toEqual([
      true,
      ['app.nante-templates', 'env.dev', 'nante'],
    ]);
    expect(raw).toMatchObject({ serial0: 'socket', ipconfig0: 'ip=dhcp' });
    for (const name of ['ciuser', 'sshkeys', 'nameserver'])
      expect(raw).not.toHaveProperty(name);
    expect(raw.ide2).toContain('cloudinit');

    for (const repeated of [request, ask()]) {
      const calls = await mutatingCalls(async () =>
        expect((await engine().template(repeated, cli)).result?.vmId).toBe(
          vmId,
        ),
      );
      expect(calls).toBe(0);
    }
    const other = ask({
      imageUrl: undefined,
      imageChecksum: undefined,
      image: 'local:import/debian-12-generic-amd64.qcow2',
    });
    expect(await failure(engine().template(other, cli))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /was made otherwise: source is http.*asked for local:import/,
      ),
    });
    const host = await lab.engine.check({
      ...{ requestId: 'template-check-1', requestedBy: 'mia', operator: true },
      ...{ kind: 'vm', name: 'of-template', app: 'shop', environment: 'dev' },
      ...{ owner: 'group:default/shop', size: 'small', sshKeys: [key] },
      ...{ image: String(vmId), allowChange: false },
    });
    expect(host.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('says everything that is wrong before anything is changed', async () => {
    const calls = await mutatingCalls(async () => {
      const wrong = ask({
        imageChecksum: undefined,
        address: '192.168.7.9/24',
        node: 'pve9',
      });
      const { message } = await failure(engine().template(wrong, cli));
      expect(message).toContain('lies outside the subnet 10.30.0.0/24');
      expect(message).toContain('The node pve9 is not online');
      const bare = ask({ imageChecksum: undefined, name: 'bare' });
      expect((await failure(engine().template(bare, cli))).message).toContain(
        'needs its checksum',
      );
      const silent = ask({ environment: 'staging', name: 'silent' });
      expect((await failure(engine().template(silent, cli))).message).toContain(
        'by --address',
      );
      const seeded = ask({ name: 'debian-12-cloud' });
      expect(await failure(engine().template(seeded, cli))).toMatchObject({
        code: 'conflict',
      });
      const person = ask({ operator: false, name: 'person' });
      expect(await failure(engine().template(person, cli))).toMatchObject({
        code: 'refused',
      });
      const secret = ask({
        name: 'secret',
        imageUrl: 'https://me:hunter22@images.example/a.qcow2',
      });
      const refused = await failure(engine().template(secret, cli));
      expect(refused.message).toContain('has a user or password in it');
      expect(refused.message).not.toContain('hunter22');
      const odd = ask({ imageUrl: 'http://x/$(id) .img' });
      expect(await failure(engine().template(odd, cli))).toMatchObject({
        code: 'invalid-input',
      });
      await lab.fault('proxmox', {
        kind: 'missing-privilege',
        privilege: 'Sys.AccessNetwork',
      });
      // Another checksum is another file, which is not there yet.
      const fresh = ask({
        name: 'fresh',
        imageChecksum: `sha256:${'0'.repeat(64)}`,
      });
      expect(await failure(engine().template(fresh, cli))).toMatchObject({
        code: 'unauthorized',
        message: expect.stringMatching(/Sys.AccessNetwork on \/nodes\/pve/),
      });
    });
    expect(calls).toBe(0);
  });

  it('leaves nothing half made, and a repeat makes it', async () => {
    const wrong = ask({
      name: 'other-sum',
      imageChecksum: `sha256:${'1'.repeat(64)}`,
    });
    expect((await failure(engine().template(wrong, cli))).message).toContain(
      'checksum mismatch',
    );
    const request = ask({ name: 'half-made' });
    await lab.fault('proxmox', {
      kind: 'task-failure',
      type: 'qmtemplate',
      times: 1,
      message: 'disk is busy',
    });
    const { message } = await failure(engine().template(request, cli));
    expect(message).toContain('disk is busy');
    expect(await guestNamed('half-made')).toBeUndefined();
    expect(await lab.engine.getRun(request.requestId)).toMatchObject({
      state: 'failed',
      leftovers: [],
    });
    const repaired = await engine().repair(
      {
        ...{ requestId: 'template-repair-1', requestedBy: 'user:default/mia' },
        ...{ operator: true, runId: request.requestId, remedy: 'finish' },
      },
      cli,
    );
    expect(repaired).toMatchObject({ kind: 'template', state: 'succeeded' });
    expect((await guestNamed('half-made'))?.template).toBe(true);
  });

  it('that a run which died left half made is removed by the next one', async () => {
    const request = ask({ name: 'died' });
    await lab.fault('proxmox', {
      kind: 'task-failure',
      type: 'qmtemplate',
      times: 1,
    });
    // Cleaning up fails as well, as if nobody were there to do it.
    await lab.fault('proxmox', {
      kind: 'task-failure',
      type: 'qmdestroy',
      times: 1,
    });
    await failure(engine().template(request, cli));
    expect(await lab.engine.getRun(request.requestId)).toMatchObject({
      leftovers: [expect.stringMatching(/is half made.*qm destroy \d+/)],
    });
    const left = await guestNamed('died');
    expect(left?.template).toBe(false);
    const run = await engine().template(ask({ name: 'died' }), cli);
    expect(run.state).toBe('succeeded');
    const { guests } = await lab.proxmox.resources();
    expect(guests.filter(({ name }) => name === 'died')).toMatchObject([
      { template: true },
    ]);
  });
});

describe('a container template', () => {
  it('has our key, and /dev/net/tun where root may give it; otherwise the command is said', async () => {
    const request = ask({
      ...{ kind: 'lxc', name: 'debian-container' },
      ...{ imageUrl: undefined, imageChecksum: undefined },
    });
    const lines: string[] = [];
    const onLog = ({ text }: { text: string }) => lines.push(text);
    const run = await engine().template(request, { ...cli, onLog });
    const { vmId, node, template } = (await guestNamed('debian-container'))!;
    expect(template).toBe(true);
    const command = `pct set ${vmId} --dev0 /dev/net/tun`;
    expect(run.byHand).toEqual([`ssh root@${node} ${command}`]);
    expect(lines.join('\n')).toContain(command);
    const config = () => lab.proxmox.guestConfig(node, 'lxc', vmId);
    expect((await config()).raw).not.toHaveProperty('dev0');
    expect((await config()).raw.net0).toContain('ip=dhcp');

    const host = provisionRequest({
      ...{ kind: 'lxc', name: 'ct-1', image: String(vmId), sshKeys: [key] },
    });
    const other =
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const problems = async (asked: ProvisionInput) =>
      (await engine().check(asked))
        .filter(({ ok }) => !ok)
        .map(({ message }) => message);
    expect(await problems(host)).toEqual([]);
    expect(await problems({ ...host, sshKeys: [key, other] })).toEqual([
      expect.stringContaining('has only the key that is in it'),
    ]);

    const wrong = engine({ PROXMOX_ROOT_PASSWORD: 'guessed' });
    expect(
      await failure(
        wrong.template(ask({ ...request, requestId: 'template-wrong-1' }), cli),
      ),
    ).toMatchObject({ code: 'unauthorized' });
    const { rootPassword } = lab.setting.endpoints.proxmox!;
    const root = engine({ PROXMOX_ROOT_PASSWORD: String(rootPassword) });
    const again = { ...request, requestId: 'template-again-1' };
    await root.template(again, cli);
    expect((await config()).raw.dev0).toBe('/dev/net/tun');
    const calls = await mutatingCalls(() =>
      root.template({ ...request, requestId: 'template-again-2' }, cli),
    );
    expect(calls).toBe(0);
    const document = JSON.stringify(await lab.engine.getRun(again.requestId));
    expect(document).not.toContain(String(rootPassword));
  });
});
