import {
  eventually,
  labSkipped,
  labTitle,
} from '../../guests/__testUtils__/lab';
import type { Fields } from './testing';
import { LabCluster } from './__testUtils__/labCluster';

// A VLAN that no sandbox on the same machine uses.
const lab = new LabCluster(1136);

jest.setTimeout(120_000);

beforeAll(async () => {
  if (!labSkipped) await lab.start();
}, 600_000);
afterAll(() => lab.remove(), 60_000);

const inLab = labSkipped ? describe.skip : describe;
const title = labTitle('A real guest with a fault');

inLab(title, () => {
  it('never answers with the fault never-boots, and does again without', async () => {
    const vm = await lab.makeMachine(503);
    lab.cluster.proxmox.setFault?.('never-boots', { vmid: 503 });
    await lab.done('POST', `${vm}/status/start`);
    await new Promise(resolve => setTimeout(resolve, 6_000));
    expect((await lab.status(vm)).status).toBe('running');
    const asked = await lab.cluster.call('POST', `${vm}/agent/ping`);
    expect(asked).toMatchObject({
      status: 500,
      message: 'QEMU guest agent is not running\n',
    });
    lab.cluster.proxmox.clearFaults?.();
    await lab.done('POST', `${vm}/status/stop`);
    await lab.done('POST', `${vm}/status/start`);
    expect(await lab.key.ssh(await lab.login(vm), 'hostname')).toBe('lab-503');
    await lab.drop(vm);
  });

  it('stands still with the fault freezes, and goes on where it was when that is taken back', async () => {
    const vm = await lab.makeMachine(506);
    const host = await lab.boot(vm);
    const counting = lab.key
      .ssh(host, 'for i in $(seq 40); do sleep 0.1; echo $i; done')
      .then(said => said.split('\n').length);
    await new Promise(resolve => setTimeout(resolve, 1_000));
    await lab.cluster.proxmox.setFault?.('freezes', { vmid: 506 });
    expect((await lab.status(vm)).status).toBe('running');
    expect(await lab.cluster.call('POST', `${vm}/agent/ping`)).toMatchObject({
      message: 'QEMU guest agent is not running\n',
    });
    await expect(lab.key.ssh(host, 'true')).rejects.toThrow();
    const early = await Promise.race([
      counting,
      new Promise(resolve => setTimeout(resolve, 4_000, 'none')),
    ]);
    expect(early).toBe('none');
    await lab.cluster.proxmox.clearFaults?.();
    expect(await counting).toBe(40);
    expect(await lab.key.ssh(host, 'hostname')).toBe('lab-506');

    // Its power can be cut while it stands still; switched on again it is well, whether or not the fault stands.
    await lab.cluster.proxmox.setFault?.('freezes', { vmid: 506 });
    await lab.done('POST', `${vm}/status/reset`);
    await lab.login(vm);
    expect(await lab.key.ssh(host, 'hostname')).toBe('lab-506');
    await lab.cluster.proxmox.setFault?.('freezes', { vmid: 506 });
    await lab.done('POST', `${vm}/status/stop`);
    await lab.cluster.proxmox.clearFaults?.();
    await lab.done('DELETE', vm);
  });

  it('lets people in but has no agent with the fault no-agent', async () => {
    const vm = await lab.makeMachine(507);
    await lab.cluster.call('PUT', `${vm}/config`, {
      ipconfig0: 'ip=10.112.4.60/24,gw=10.112.4.1',
    });
    lab.cluster.proxmox.setFault?.('no-agent', { vmid: 507 });
    await lab.done('POST', `${vm}/status/start`);
    const host = 'ops@10.112.4.60';
    await eventually('login', () =>
      lab.key.ssh(host, 'true').catch(() => undefined),
    );
    expect(await lab.cluster.call('POST', `${vm}/agent/ping`)).toMatchObject({
      message: 'QEMU guest agent is not running\n',
    });
    lab.cluster.proxmox.clearFaults?.();
    await lab.done('POST', `${vm}/status/stop`);
    await lab.done('POST', `${vm}/status/start`);
    expect(await lab.login(vm)).toBe(host);
    await lab.drop(vm);
  });

  it('lacks the one thing that its cloud-init ignored, and has it after the next start', async () => {
    const fixed = '10.112.4.61';
    /** A VM that booted with the fault. */
    async function made(vmid: number, what: string): Promise<string> {
      lab.cluster.proxmox.setFault?.('cloud-init-ignores', { what, vmid });
      const vm = await lab.makeMachine(vmid);
      await lab.cluster.call('PUT', `${vm}/config`, {
        ipconfig0: `ip=${fixed}/24,gw=10.112.4.1`,
      });
      await lab.done('POST', `${vm}/status/start`);
      return vm;
    }
    /** What of all that cloud-init sets is there. */
    async function there(vm: string): Promise<Record<string, boolean>> {
      const host = await lab.login(vm);
      const ask = async (name: string, fields?: Fields) =>
        (await lab.cluster.call('GET', `${vm}/agent/${name}`, fields)).data;
      const read = async (file: string): Promise<string> =>
        (await ask('file-read', { file }))?.content ?? '';
      const [disk] = (await ask('get-fsinfo')).result;
      const { result: name } = await ask('get-host-name');
      const { maxdisk } = await lab.status(vm);
      const keys = await read('/home/ops/.ssh/authorized_keys');
      const login22 = await lab.key.ssh(host, 'id -un').catch(() => 'nobody');
      expect(login22 === 'ops').toBe(keys.includes(lab.key.publicKey));
      return {
        user: (await read('/etc/passwd')).includes('\nops:'),
        key: keys.includes(lab.key.publicKey),
        hostname: name['host-name'].startsWith('lab-'),
        address: host === `ops@${fixed}`,
        disk: disk['total-bytes-privileged'] > 0.9 * maxdisk,
      };
    }
    const all = {
      user: true,
      key: true,
      hostname: true,
      address: true,
      disk: true,
    };
    const parts = ['user', 'key', 'hostname', 'address', 'disk'];
    for (const [index, what] of parts.entries()) {
      const vm = await made(520 + index, what);
      // Without the user nobody can have a key.
      const without =
        what === 'user' ? { user: false, key: false } : { [what]: false };
      expect(await there(vm)).toEqual({ ...all, ...without });
      lab.cluster.proxmox.clearFaults?.();
      await lab.done('POST', `${vm}/status/stop`);
      await lab.done('POST', `${vm}/status/start`);
      expect([what, await there(vm)]).toEqual([what, all]);
      await lab.drop(vm);
    }
  });
});
