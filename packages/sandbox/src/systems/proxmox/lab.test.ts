import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  eventually,
  labSkipped,
  labTitle,
} from '../../guests/__testUtils__/lab';
import type { Fields } from './testing';
import { LabCluster } from './__testUtils__/labCluster';

// A VLAN that no sandbox on the same machine uses.
const lab = new LabCluster(1132);
const container = '/nodes/pve1/lxc/600';

async function makeContainer(more: Fields = {}): Promise<void> {
  await lab.done('POST', '/nodes/pve1/lxc', {
    vmid: 600,
    hostname: 'box-1',
    ostemplate: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
    rootfs: 'volume=vmdata:1',
    memory: 128,
    cores: 1,
    net0: `name=eth0,bridge=vmbr0,ip=dhcp,tag=${lab.vlan}`,
    unprivileged: 1,
    'ssh-public-keys': lab.key.publicKey,
    start: 1,
    ...more,
  });
}

const bootId = ['cat', '/proc/sys/kernel/random/boot_id'];
const diskMb = async (host: string) =>
  Number(
    await lab.key.ssh(host, 'df -BM --output=size / | tail -1 | tr -dc 0-9'),
  );

jest.setTimeout(120_000);

beforeAll(async () => {
  if (!labSkipped) await lab.start();
}, 600_000);
afterAll(() => lab.remove(), 60_000);

const inLab = labSkipped ? describe.skip : describe;
const title = labTitle('A real guest behind the API');

inLab(title, () => {
  it('goes back to a snapshot that was taken while it ran', async () => {
    const vm = await lab.makeMachine(500);
    const host = await lab.boot(vm);
    await lab.key.ssh(host, 'echo one > note');
    await lab.done('POST', `${vm}/snapshot`, { snapname: 'before' });
    await lab.key.ssh(host, 'echo two > note && touch later');
    const { data } = await lab.cluster.call('GET', `${vm}/snapshot`);
    expect(data.map((row: Fields) => row.name)).toEqual(['before', 'current']);

    await lab.done('POST', `${vm}/snapshot/before/rollback`);
    expect(await lab.status(vm)).toMatchObject({
      status: 'stopped',
      uptime: 0,
    });
    await lab.done('POST', `${vm}/status/start`);
    await lab.login(vm);
    expect(await lab.key.ssh(host, 'cat note; ls')).toBe('one\nnote');

    await lab.done('DELETE', `${vm}/snapshot/before`);
    const folder = join(lab.dataDir, 'guests', '500');
    expect(readdirSync(join(folder, 'snapshots'))).toEqual([]);
    await lab.done('POST', `${vm}/snapshot`, { snapname: 'kept' });
    await lab.drop(vm);
    expect(readdirSync(join(lab.dataDir, 'guests'))).not.toContain('500');
  });

  it('is seen as it is after reboots, resets, power cuts and its own power off', async () => {
    const vm = await lab.makeMachine(501);
    const host = await lab.boot(vm);
    let last = await lab.key.ssh(host, ...bootId);
    /** After a boot: that it was one. */
    async function booted() {
      const now = await eventually('new boot', async () => {
        const id = await lab.key.ssh(host, ...bootId).catch(() => last);
        return id === last ? undefined : id;
      });
      last = now;
      expect(await lab.status(vm)).toMatchObject({ status: 'running' });
    }
    for (const action of ['reboot', 'reset']) {
      await lab.done('POST', `${vm}/status/${action}`);
      await booted();
    }
    await lab.key.ssh(host, 'sudo reboot').catch(() => undefined);
    await booted();
    await lab.key.ssh(host, 'sudo poweroff').catch(() => undefined);
    await eventually('power off', async () =>
      (await lab.status(vm)).status === 'stopped' ? true : undefined,
    );
    expect(await lab.status(vm)).toMatchObject({
      qmpstatus: 'stopped',
      uptime: 0,
    });

    await lab.done('POST', `${vm}/status/start`);
    await booted();
    await lab.key.ssh(host, 'echo kept > note && sync');
    await lab.done('POST', `${vm}/status/stop`);
    expect((await lab.status(vm)).status).toBe('stopped');
    await lab.done('POST', `${vm}/status/start`);
    await booted();
    expect(await lab.key.ssh(host, 'cat note')).toBe('kept');
    await lab.done('POST', `${vm}/status/shutdown`, { timeout: 30 });
    expect((await lab.status(vm)).status).toBe('stopped');
    await lab.done('DELETE', vm);
  });

  it('has the memory and the disk that it was given, and no more', async () => {
    await makeContainer();
    const host = await lab.login(container);
    const eat = (megabytes: number) =>
      lab.key.ssh(host, `python3 -c "print(len(b'x' * ${megabytes << 20}))"`);
    await expect(eat(300)).rejects.toThrow();
    await lab.cluster.call('PUT', `${container}/config`, { memory: 512 });
    expect(await eat(300)).toBe(String(300 << 20));

    expect(await diskMb(host)).toBeLessThan(1024);
    const fill = 'fallocate -l 900M /root/fill && head -c 200M /dev/zero';
    await expect(lab.key.ssh(host, `${fill} > /root/rest`)).rejects.toThrow(
      /No space left/,
    );
    await lab.done('POST', `${container}/status/reboot`);
    await lab.login(container);
    await lab.done('POST', `${container}/status/stop`);
    await lab.done('POST', `${container}/status/start`);
    await lab.login(container);
    expect(await lab.key.ssh(host, 'df --output=avail / | tail -1')).toBe('0');

    await lab.done('PUT', `${container}/resize`, {
      disk: 'rootfs',
      size: '+1G',
    });
    // At once where the kernel lets a running one grow, which takes a right that not every root has.
    await lab.done('POST', `${container}/status/reboot`);
    await lab.login(container);
    expect(await diskMb(host)).toBeGreaterThan(1800);
    expect(await lab.key.ssh(host, `${fill} > /root/rest && echo fits`)).toBe(
      'fits',
    );
    // A container that reboots on its own counts its uptime from there.
    const { uptime } = await lab.status(container);
    await lab.key.ssh(host, 'reboot').catch(() => undefined);
    await eventually('younger container', async () =>
      (await lab.status(container)).uptime < uptime ? true : undefined,
    );
    expect((await lab.status(container)).status).toBe('running');
    await lab.drop(container);
  });

  it('has a larger disk after a reboot, and other memory after it was switched off', async () => {
    const vm = await lab.makeMachine(502);
    const host = await lab.boot(vm);
    const before = await diskMb(host);
    await lab.done('PUT', `${vm}/resize`, { disk: 'scsi0', size: '8G' });
    await lab.cluster.call('PUT', `${vm}/config`, { memory: 300 });
    expect(await diskMb(host)).toBe(before);
    const waiting = await lab.cluster.call('GET', `${vm}/pending`);
    expect(waiting.data).toContainEqual({
      key: 'memory',
      value: '256',
      pending: '300',
    });
    await lab.key.ssh(host, 'sudo reboot').catch(() => undefined);
    await eventually('larger disk', async () => {
      const now = await diskMb(host).catch(() => 0);
      return now > 7000 ? now : undefined;
    });
    expect((await lab.status(vm)).maxmem).toBe(256 * 1024 ** 2);
    await lab.done('POST', `${vm}/status/reboot`);
    await lab.login(vm);
    expect((await lab.status(vm)).maxmem).toBe(300 * 1024 ** 2);
    await lab.drop(vm);
  });

  it('tells by its agent what is true in it, and nothing of the machine around it', async () => {
    const vm = await lab.makeMachine(505);
    const host = await lab.boot(vm);
    const ask = async (what: string, fields?: Fields) =>
      (
        await lab.cluster.call(
          'GET',
          `${vm}/agent/${what}`,
          fields,
          'provision',
        )
      ).data;
    const file = '/etc/ssh/ssh_host_ed25519_key.pub';
    const { content } = await ask('file-read', { file });
    expect(content).toBe(`${await lab.key.ssh(host, 'cat', file)}\n`);
    await lab.key.ssh(host, 'sudo hostname changed-inside');
    expect(await ask('get-host-name')).toEqual({
      result: { 'host-name': 'changed-inside' },
    });
    const { result: system } = await ask('get-osinfo');
    expect(system).toMatchObject({
      id: 'debian',
      'kernel-release': await lab.key.ssh(host, 'uname -r'),
    });
    const { result: disks } = await ask('get-fsinfo');
    const size = await lab.key.ssh(host, 'df -B1 --output=size / | tail -1');
    expect(disks).toMatchObject([{ 'total-bytes-privileged': Number(size) }]);
    // Links mean what they mean in the guest, not on the machine.
    await lab.key.ssh(
      host,
      'ln -s /etc/hostname link; ln -s ../../../../.. up',
    );
    expect(await ask('file-read', { file: '/home/ops/link' })).toEqual({
      content: 'lab-505\n',
    });
    const outside = `/home/ops/up${lab.dataDir}`;
    expect(await ask('file-read', { file: `${outside}/key` })).toBeNull();
    expect(await ask('file-read', { file: '/etc' })).toBeNull();
    await lab.drop(vm);
  });

  it('has nothing of another guest that a killed sandbox forgot', async () => {
    const left = join(lab.dataDir, 'guests', '504');
    mkdirSync(join(left, 'snapshots'), { recursive: true });
    writeFileSync(join(left, 'disk.img'), 'of somebody else');
    writeFileSync(join(left, 'snapshots', 'before.img'), 'of somebody else');
    const vm = await lab.makeMachine(504);
    await lab.done('POST', `${vm}/status/start`);
    expect(await lab.key.ssh(await lab.login(vm), 'hostname')).toBe('lab-504');
    expect(readdirSync(left)).not.toContain('snapshots');
    await lab.drop(vm);
  });

  it('is one of five that were asked for at once', async () => {
    const paths = await Promise.all(
      [511, 512, 513, 514].map(vmid => lab.makeMachine(vmid)),
    );
    await Promise.all([
      makeContainer(),
      ...paths.map(path => lab.done('POST', `${path}/status/start`)),
    ]);
    const all = [...paths, container];
    const hosts = await Promise.all(all.map(path => lab.login(path)));
    expect(new Set(hosts).size).toBe(5);
    expect(
      await Promise.all(hosts.map(host => lab.key.ssh(host, 'hostname'))),
    ).toEqual(['lab-511', 'lab-512', 'lab-513', 'lab-514', 'box-1']);
    await Promise.all(
      all.map(path =>
        lab.done('POST', `${path}/status/shutdown`, { timeout: 30 }),
      ),
    );
    await Promise.all(all.map(path => lab.done('DELETE', path)));
    expect(readdirSync(join(lab.dataDir, 'guests')).sort()).toEqual(
      expect.not.arrayContaining(['511', '600']),
    );
  });
});
