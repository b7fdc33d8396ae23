import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLabKey,
  eventually,
  labSkipped,
  labTitle,
  type LabKey,
} from '../../guests/__testUtils__/lab';
import type { GuestDriver } from '../../guests/driver';
import { chooseDriver } from '../../guests';
import { TestCluster, type Fields } from './testing';

// A VLAN that no sandbox on the same machine uses.
const vlan = 1132;
const dataDir = mkdtempSync(join(tmpdir(), 'lab-'));
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const container = '/nodes/pve1/lxc/600';

jest.setTimeout(120_000);

let guests: GuestDriver;
let cluster: TestCluster;
let key: LabKey;

async function done(
  method: string,
  path: string,
  fields?: Fields,
): Promise<void> {
  const ended = await cluster.ended(
    await cluster.call(method, path, fields, 'root'),
  );
  if (ended !== 'OK')
    throw new Error(`${method} ${path}: ${ended}\n${lines.join('\n')}`);
}

async function status(path: string) {
  return (await cluster.call('GET', `${path}/status/current`)).data;
}

/** Waits for the agent of a VM, or the card of a container, and gives the login. */
async function login(path: string): Promise<string> {
  const address = await eventually(
    `answer from ${path}: ${lines.join('\n')}`,
    async () => {
      if (path.includes('/lxc/')) {
        const { data } = await cluster.call('GET', `${path}/interfaces`);
        return data
          ?.find((card: { name: string }) => card.name === 'eth0')
          ?.inet?.split('/')[0];
      }
      const answer = await cluster.call(
        'GET',
        `${path}/agent/network-get-interfaces`,
      );
      return answer.data?.result
        .find((card: { name: string }) => card.name === 'eth0')
        ?.['ip-addresses'].find(
          (item: Fields) => item['ip-address-type'] === 'ipv4',
        )?.['ip-address'];
    },
  );
  return `${path.includes('/lxc/') ? 'root' : 'ops'}@${address}`;
}

async function makeMachine(vmid: number): Promise<string> {
  const path = `/nodes/pve1/qemu/${vmid}`;
  const created = await cluster.cloneTo(vmid, { name: `lab-${vmid}` });
  if ((await cluster.ended(created)) !== 'OK') throw new Error('no clone');
  const changed = await cluster.call('PUT', `${path}/config`, {
    memory: 256,
    cores: 1,
    ciuser: 'ops',
    sshkeys: encodeURIComponent(key.publicKey),
    net0: `model=virtio,bridge=vmbr0,tag=${vlan}`,
  });
  expect(changed.status).toBe(200);
  return path;
}

async function makeContainer(more: Fields = {}): Promise<void> {
  await done('POST', '/nodes/pve1/lxc', {
    vmid: 600,
    hostname: 'box-1',
    ostemplate: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
    rootfs: 'volume=vmdata:1',
    memory: 128,
    cores: 1,
    net0: `name=eth0,bridge=vmbr0,ip=dhcp,tag=${vlan}`,
    unprivileged: 1,
    'ssh-public-keys': key.publicKey,
    start: 1,
    ...more,
  });
}

const bootId = ['cat', '/proc/sys/kernel/random/boot_id'];
const diskMb = async (host: string) =>
  Number(await key.ssh(host, 'df -BM --output=size / | tail -1 | tr -dc 0-9'));

beforeAll(async () => {
  if (labSkipped) return;
  key = await createLabKey(dataDir);
  guests = await chooseDriver('nspawn', { dataDir, log });
  await guests.prepare(log);
  cluster = new TestCluster(guests);
  await cluster.start();
  // Booting takes what it takes, and a template is cloned once at a time.
  await cluster.times({ lockTimeoutMs: 30_000 });
}, 600_000);

afterAll(async () => {
  await cluster?.remove();
  await guests?.clean();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

const inLab = labSkipped ? describe.skip : describe;
const title = labTitle('A real guest behind the API');

inLab(title, () => {
  it('goes back to a snapshot that was taken while it ran', async () => {
    const vm = await makeMachine(500);
    await done('POST', `${vm}/status/start`);
    const host = await login(vm);
    await key.ssh(host, 'echo one > note');
    await done('POST', `${vm}/snapshot`, { snapname: 'before' });
    await key.ssh(host, 'echo two > note && touch later');
    const { data } = await cluster.call('GET', `${vm}/snapshot`);
    expect(data.map((row: Fields) => row.name)).toEqual(['before', 'current']);

    await done('POST', `${vm}/snapshot/before/rollback`);
    expect(await status(vm)).toMatchObject({ status: 'stopped', uptime: 0 });
    await done('POST', `${vm}/status/start`);
    await login(vm);
    expect(await key.ssh(host, 'cat note; ls')).toBe('one\nnote');

    await done('DELETE', `${vm}/snapshot/before`);
    const folder = join(dataDir, 'guests', '500');
    expect(readdirSync(join(folder, 'snapshots'))).toEqual([]);
    await done('POST', `${vm}/snapshot`, { snapname: 'kept' });
    await done('POST', `${vm}/status/stop`);
    await done('DELETE', vm);
    expect(readdirSync(join(dataDir, 'guests'))).not.toContain('500');
  });

  it('is seen as it is after reboots, resets, power cuts and its own power off', async () => {
    const vm = await makeMachine(501);
    await done('POST', `${vm}/status/start`);
    const host = await login(vm);
    let last = await key.ssh(host, ...bootId);
    /** After a boot: that it was one. */
    async function booted() {
      const now = await eventually('new boot', async () => {
        const id = await key.ssh(host, ...bootId).catch(() => last);
        return id === last ? undefined : id;
      });
      last = now;
      expect(await status(vm)).toMatchObject({ status: 'running' });
    }
    for (const action of ['reboot', 'reset']) {
      await done('POST', `${vm}/status/${action}`);
      await booted();
    }
    await key.ssh(host, 'sudo reboot').catch(() => undefined);
    await booted();
    await key.ssh(host, 'sudo poweroff').catch(() => undefined);
    await eventually('power off', async () =>
      (await status(vm)).status === 'stopped' ? true : undefined,
    );
    expect(await status(vm)).toMatchObject({ qmpstatus: 'stopped', uptime: 0 });

    await done('POST', `${vm}/status/start`);
    await booted();
    await key.ssh(host, 'echo kept > note && sync');
    await done('POST', `${vm}/status/stop`);
    expect((await status(vm)).status).toBe('stopped');
    await done('POST', `${vm}/status/start`);
    await booted();
    expect(await key.ssh(host, 'cat note')).toBe('kept');
    await done('POST', `${vm}/status/shutdown`, { timeout: 30 });
    expect((await status(vm)).status).toBe('stopped');
    await done('DELETE', vm);
  });

  it('has the memory and the disk that it was given, and no more', async () => {
    await makeContainer();
    const host = await login(container);
    const eat = (megabytes: number) =>
      key.ssh(host, `python3 -c "print(len(b'x' * ${megabytes << 20}))"`);
    await expect(eat(300)).rejects.toThrow();
    await cluster.call('PUT', `${container}/config`, { memory: 512 });
    expect(await eat(300)).toBe(String(300 << 20));

    expect(await diskMb(host)).toBeLessThan(1024);
    const fill = 'fallocate -l 900M /root/fill && head -c 200M /dev/zero';
    await expect(key.ssh(host, `${fill} > /root/rest`)).rejects.toThrow(
      /No space left/,
    );
    await done('POST', `${container}/status/reboot`);
    await login(container);
    await done('POST', `${container}/status/stop`);
    await done('POST', `${container}/status/start`);
    await login(container);
    expect(await key.ssh(host, 'df --output=avail / | tail -1')).toBe('0');

    await done('PUT', `${container}/resize`, { disk: 'rootfs', size: '+1G' });
    // At once where the kernel lets a running one grow, which takes a right that not every root has.
    await done('POST', `${container}/status/reboot`);
    await login(container);
    expect(await diskMb(host)).toBeGreaterThan(1800);
    expect(await key.ssh(host, `${fill} > /root/rest && echo fits`)).toBe(
      'fits',
    );
    // A container that reboots on its own counts its uptime from there.
    const { uptime } = await status(container);
    await key.ssh(host, 'reboot').catch(() => undefined);
    await eventually('younger container', async () =>
      (await status(container)).uptime < uptime ? true : undefined,
    );
    expect((await status(container)).status).toBe('running');
    await done('POST', `${container}/status/stop`);
    await done('DELETE', container);
  });

  it('has a larger disk after a reboot, and other memory after it was switched off', async () => {
    const vm = await makeMachine(502);
    await done('POST', `${vm}/status/start`);
    const host = await login(vm);
    const before = await diskMb(host);
    await done('PUT', `${vm}/resize`, { disk: 'scsi0', size: '8G' });
    await cluster.call('PUT', `${vm}/config`, { memory: 300 });
    expect(await diskMb(host)).toBe(before);
    const waiting = await cluster.call('GET', `${vm}/pending`);
    expect(waiting.data).toContainEqual({
      key: 'memory',
      value: '256',
      pending: '300',
    });
    await key.ssh(host, 'sudo reboot').catch(() => undefined);
    await eventually('larger disk', async () => {
      const now = await diskMb(host).catch(() => 0);
      return now > 7000 ? now : undefined;
    });
    expect((await status(vm)).maxmem).toBe(256 * 1024 ** 2);
    await done('POST', `${vm}/status/reboot`);
    await login(vm);
    expect((await status(vm)).maxmem).toBe(300 * 1024 ** 2);
    await done('POST', `${vm}/status/stop`);
    await done('DELETE', vm);
  });

  it('tells by its agent what is true in it, and nothing of the machine around it', async () => {
    const vm = await makeMachine(505);
    await done('POST', `${vm}/status/start`);
    const host = await login(vm);
    const ask = async (what: string, fields?: Fields) =>
      (await cluster.call('GET', `${vm}/agent/${what}`, fields, 'provision'))
        .data;
    const file = '/etc/ssh/ssh_host_ed25519_key.pub';
    const { content } = await ask('file-read', { file });
    expect(content).toBe(`${await key.ssh(host, 'cat', file)}\n`);
    await key.ssh(host, 'sudo hostname changed-inside');
    expect(await ask('get-host-name')).toEqual({
      result: { 'host-name': 'changed-inside' },
    });
    const { result: system } = await ask('get-osinfo');
    expect(system).toMatchObject({
      id: 'debian',
      'kernel-release': await key.ssh(host, 'uname -r'),
    });
    const { result: disks } = await ask('get-fsinfo');
    const size = await key.ssh(host, 'df -B1 --output=size / | tail -1');
    expect(disks).toMatchObject([{ 'total-bytes-privileged': Number(size) }]);
    // Links mean what they mean in the guest, not on the machine.
    await key.ssh(host, 'ln -s /etc/hostname link; ln -s ../../../../.. up');
    expect(await ask('file-read', { file: '/home/ops/link' })).toEqual({
      content: 'lab-505\n',
    });
    const outside = `/home/ops/up${dataDir}`;
    expect(await ask('file-read', { file: `${outside}/key` })).toBeNull();
    expect(await ask('file-read', { file: '/etc' })).toBeNull();
    await done('POST', `${vm}/status/stop`);
    await done('DELETE', vm);
  });

  it('never answers with the fault never-boots, and does again without', async () => {
    const vm = await makeMachine(503);
    cluster.proxmox.setFault?.('never-boots', { vmid: 503 });
    await done('POST', `${vm}/status/start`);
    await new Promise(resolve => setTimeout(resolve, 6_000));
    expect((await status(vm)).status).toBe('running');
    const asked = await cluster.call('POST', `${vm}/agent/ping`);
    expect(asked).toMatchObject({
      status: 500,
      message: 'QEMU guest agent is not running\n',
    });
    cluster.proxmox.clearFaults?.();
    await done('POST', `${vm}/status/stop`);
    await done('POST', `${vm}/status/start`);
    expect(await key.ssh(await login(vm), 'hostname')).toBe('lab-503');
    await done('POST', `${vm}/status/stop`);
    await done('DELETE', vm);
  });

  it('has nothing of another guest that a killed sandbox forgot', async () => {
    const left = join(dataDir, 'guests', '504');
    mkdirSync(join(left, 'snapshots'), { recursive: true });
    writeFileSync(join(left, 'disk.img'), 'of somebody else');
    writeFileSync(join(left, 'snapshots', 'before.img'), 'of somebody else');
    const vm = await makeMachine(504);
    await done('POST', `${vm}/status/start`);
    expect(await key.ssh(await login(vm), 'hostname')).toBe('lab-504');
    expect(readdirSync(left)).not.toContain('snapshots');
    await done('POST', `${vm}/status/stop`);
    await done('DELETE', vm);
  });

  it('is one of five that were asked for at once', async () => {
    const paths = await Promise.all(
      [511, 512, 513, 514].map(vmid => makeMachine(vmid)),
    );
    await Promise.all([
      makeContainer(),
      ...paths.map(path => done('POST', `${path}/status/start`)),
    ]);
    const all = [...paths, container];
    const hosts = await Promise.all(all.map(login));
    expect(new Set(hosts).size).toBe(5);
    expect(
      await Promise.all(hosts.map(host => key.ssh(host, 'hostname'))),
    ).toEqual(['lab-511', 'lab-512', 'lab-513', 'lab-514', 'box-1']);
    await Promise.all(
      all.map(path => done('POST', `${path}/status/shutdown`, { timeout: 30 })),
    );
    await Promise.all(all.map(path => done('DELETE', path)));
    expect(readdirSync(join(dataDir, 'guests')).sort()).toEqual(
      expect.not.arrayContaining(['511', '600']),
    );
  });
});
