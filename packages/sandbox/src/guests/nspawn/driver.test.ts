import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLabKey,
  labSkipped,
  labTitle,
  type LabKey,
} from '../__testUtils__/lab';
import type { GuestDriver, GuestInterface, GuestSpec } from '../driver';
import { chooseDriver } from '../index';
import { run } from './command';
import { createNspawnDriver } from './driver';
import { mountsBelow } from './disk';
import { findGuestProcesses } from './processes';

// VLANs that a sandbox on the same machine does not use, so that the test and `npm start` do not meet.
const [dev, prod] = [1130, 1150];
const dataDir = mkdtempSync(join(tmpdir(), 'guests-'));
const lines: string[] = [];
const log = (line: string) => void lines.push(line);

jest.setTimeout(120_000);

let guests: GuestDriver;
let key: LabKey;
/** Of everything that the driver makes outside its folder. */
let prefix = '';

function spec(vmid: number, changes: Partial<GuestSpec> = {}): GuestSpec {
  return {
    vmid,
    kind: 'vm',
    hostname: `host-${vmid}`,
    cores: 1,
    memoryMb: 256,
    diskGb: 8,
    user: 'ops',
    sshKeys: [key.publicKey],
    networks: [
      {
        bridge: 'vmbr0',
        vlan: dev,
        mac: `BC:24:11:00:00:${vmid % 100}`,
        address: 'dhcp',
      },
    ],
    ...changes,
  };
}

async function answering(vmid: number): Promise<GuestInterface> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const found = (await guests.interfaces(vmid))?.find(
      ({ name }) => name === 'eth0',
    );
    if (found?.addresses.some(({ family }) => family === 'ipv4')) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`Guest ${vmid} does not answer: ${lines.join('\n')}`);
}

const ipv4 = (card: GuestInterface) =>
  card.addresses.find(({ family }) => family === 'ipv4')?.address ?? '';

const ssh = (login: string, ...command: string[]) => key.ssh(login, ...command);

/** What of this driver's making is on the machine outside its folder. */
async function traces(): Promise<string[]> {
  const links = await run('ip', ['-o', 'link', 'show']);
  const rules = await run('nft', ['list', 'tables']).catch(() => '');
  const loops = await run('losetup', ['--list', '--noheadings']);
  return [
    ...mountsBelow(dataDir),
    ...loops.split('\n').filter(line => line.includes(dataDir)),
    ...links.split('\n').filter(line => line.includes(dataDir)),
    ...links.split('\n').filter(line => /nt[0-9a-f]{4}v11[35]0/.test(line)),
    ...rules.split('\n').filter(line => prefix && line.includes(prefix)),
    ...(prefix ? findGuestProcesses(prefix).keys() : []),
    ...readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter(line => line.includes(dataDir)),
  ];
}

const inLab = labSkipped ? describe.skip : describe;
const title = labTitle('A guest in the lab');

beforeAll(async () => {
  if (labSkipped) return;
  key = await createLabKey(dataDir);
  guests = await chooseDriver('nspawn', { dataDir, log });
  await guests.prepare(log);
}, 600_000);

afterAll(async () => {
  await guests?.clean();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

inLab(title, () => {
  it('VMs are entered by their user and keep their disk; VLANs do not reach each other', async () => {
    const container = spec(1102, {
      kind: 'lxc',
      user: undefined,
      networks: [
        {
          bridge: 'vmbr0',
          vlan: prod,
          mac: 'BC:24:11:00:01:02',
          address: '10.126.4.14/24',
          gateway: '10.126.4.1',
        },
      ],
    });
    await Promise.all([guests.start(spec(1101)), guests.start(container)]);
    prefix =
      [...findGuestProcesses('nt').keys()]
        .find(name => name.endsWith('-1101'))
        ?.split('-')[0] ?? '';
    expect(guests.status(1101)).toBe('running');

    const card = await answering(1101);
    const address = ipv4(card);
    expect(card.mac).toBe('bc:24:11:00:00:01');
    expect(address).toBe('10.106.4.100');
    const vm = `ops@${address}`;
    expect(await ssh(vm, 'hostname', '&&', 'sudo', 'id', '-un')).toBe(
      'host-1101\nroot',
    );
    await expect(ssh(`root@${address}`, 'true')).rejects.toThrow(/denied/);

    expect(ipv4(await answering(1102))).toBe('10.126.4.14');
    const root = 'root@10.126.4.14';
    expect(await ssh(root, 'hostname', '&&', 'id', '-un')).toBe(
      'host-1102\nroot',
    );

    const reach = (to: string) =>
      `timeout 3 bash -c 'read -r line < /dev/tcp/${to}/22 && echo $line' || echo unreachable`;
    expect(await ssh(vm, reach('10.126.4.14'))).toBe('unreachable');
    expect(await ssh(root, reach(address))).toBe('unreachable');
    expect(await ssh(vm, reach('127.0.0.1'))).toMatch(/^SSH-2/);

    const identity = ['cat', '/etc/machine-id', '/etc/ssh/*.pub', 'note'];
    await ssh(vm, 'echo', 'kept', '>', 'note', '&&', 'sync');
    const before = await ssh(vm, ...identity);
    const bootId = ['cat', '/proc/1/stat', '|', 'cut', '-d" "', '-f22'];
    const firstBoot = await ssh(vm, ...bootId);
    await guests.reboot(1101, 30);
    await answering(1101);
    expect(await ssh(vm, ...bootId)).not.toBe(firstBoot);

    await guests.stop(1101);
    expect(guests.status(1101)).toBe('stopped');
    expect(await guests.interfaces(1101)).toBeUndefined();
    await guests.start(spec(1101, { hostname: 'renamed' }));
    expect(ipv4(await answering(1101))).toBe(address);
    expect(await ssh(vm, ...identity)).toBe(before);
    expect(before).toMatch(/kept$/);
    expect(await ssh(vm, 'hostname')).toBe('renamed');

    await guests.shutdown(1102, 30, false);
    expect(guests.status(1102)).toBe('stopped');
    await guests.destroy(1102);
    expect(mountsBelow(join(dataDir, 'guests', '1102'))).toEqual([]);
  });

  it('A guest that powers itself off is seen as stopped', async () => {
    const seen: number[] = [];
    guests.onPowerOff(vmid => seen.push(vmid));
    await guests.start(spec(1101));
    const address = ipv4(await answering(1101));
    await ssh(`ops@${address}`, 'sudo', 'poweroff').catch(() => undefined);
    const end = Date.now() + 20_000;
    while (guests.status(1101) === 'running' && Date.now() < end) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    expect(guests.status(1101)).toBe('stopped');
    expect(seen).toEqual([1101]);
    await guests.destroy(1101);
  });

  it('Five start at once, and closing leaves nothing on the machine', async () => {
    const vmids = [1111, 1112, 1113, 1114, 1115];
    await Promise.all(vmids.map(vmid => guests.start(spec(vmid))));
    const cards = await Promise.all(vmids.map(vmid => answering(vmid)));
    expect(new Set(cards.map(ipv4)).size).toBe(5);
    // Guests in one group would end each other's services.
    const groups = [...findGuestProcesses(prefix).values()].map(
      ({ leaders: [leader] }) => readFileSync(`/proc/${leader}/cgroup`, 'utf8'),
    );
    expect(new Set(groups).size).toBe(5);
    expect(await traces()).not.toEqual([]);
    await guests.close();
    expect(vmids.map(vmid => guests.status(vmid))).toEqual(
      vmids.map(() => 'stopped'),
    );
    expect(await traces()).toEqual([]);
  });

  it('What a killed sandbox left is cleared away at the next start', async () => {
    await guests.prepare(log);
    await guests.start(spec(1121));
    await answering(1121);
    const next = createNspawnDriver({ dataDir, log });
    await next.prepare(log);
    expect(lines.at(-1)).toMatch(/^Stopped 1 guests/);
    expect([...findGuestProcesses(prefix).keys()]).toEqual([]);
    expect(mountsBelow(dataDir)).toEqual([join(dataDir, 'guests')]);
    await next.start(spec(1121));
    await next.close();
    expect(await traces()).toEqual([]);
  });
});
