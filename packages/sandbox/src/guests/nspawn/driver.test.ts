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

/** Two guests of different VLANs do not reach each other, whatever they do to their own addresses; both reach the mirror. */
async function expectWalls(ends: {
  vm: string;
  root: string;
  address: string;
  other: string;
}): Promise<void> {
  const { vm, root, address, other } = ends;
  const python = (host: string, ...program: string[]) =>
    ssh(host, `sudo -n python3 -c '${program.join('\n')}'`);
  /** One ICMP echo, since the image has no ping. */
  const ping = (host: string, to: string) =>
    python(
      host,
      'import socket',
      's = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)',
      's.settimeout(2)',
      'head = bytes([8, 0, 0, 0, 0, 1, 0, 1])',
      'total = 8 * 256 + 2',
      'check = 0xFFFF - total',
      'try:',
      `  s.sendto(head[:2] + check.to_bytes(2, "big") + head[4:], ("${to}", 0))`,
      '  while True:',
      '    data, who = s.recvfrom(1500)',
      `    if who[0] == "${to}" and data[20] == 0: print("answer"); break`,
      'except OSError: print("nothing")',
    );
  const tcp = (host: string, to: string) =>
    python(
      host,
      'import socket',
      'try:',
      `  print(socket.create_connection(("${to}", 22), 2).recv(3).decode())`,
      'except OSError: print("nothing")',
    );
  const [devGateway, prodGateway] = ['10.106.4.1', '10.126.4.1'];
  const ask = async () => [
    await ping(vm, other),
    await tcp(vm, other),
    await ping(root, address),
    await tcp(root, address),
  ];
  const nothing = ['nothing', 'nothing', 'nothing', 'nothing'];
  // The questions can be answered: each reaches its own gateway.
  expect(await ping(vm, devGateway)).toBe('answer');
  expect(await ping(root, prodGateway)).toBe('answer');
  expect(await ask()).toEqual(nothing);

  // With an address of the other's network, and with a tagged card of its own making.
  const add = (host: string, cidr: string, tag: number) =>
    ssh(
      host,
      `sudo -n sh -c 'ip address add ${cidr} dev eth0; ip link add link eth0 name eth0.${tag} type vlan id ${tag} && ip link set eth0.${tag} up && ip route add ${cidr.replace(/\d+\/.*/, '14/32')} dev eth0.${tag}; ip address show dev eth0'`,
    );
  expect(await add(vm, '10.126.4.77/24', prod)).toContain('10.126.4.77');
  expect(await add(root, '10.106.4.77/24', dev)).toContain('10.106.4.77');
  expect(await ask()).toEqual(nothing);
  const undo = (host: string, cidr: string, tag: number) =>
    ssh(
      host,
      `sudo -n sh -c 'ip link delete eth0.${tag}; ip address delete ${cidr} dev eth0'`,
    );
  await undo(vm, '10.126.4.77/24', prod).catch(() => undefined);
  await undo(root, '10.106.4.77/24', dev).catch(() => undefined);
  expect(await ask()).toEqual(nothing);

  for (const host of [vm, root]) {
    const said = await ssh(host, 'sudo -n apt-get update 2>&1');
    expect(said).toMatch(/^(Get|Hit):1 /m);
    expect(said).not.toMatch(/^(Err|E|W):/m);
  }
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
    await expectWalls({ vm, root, address, other: '10.126.4.14' });

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

  it('A container engine finds what it needs in a VM and in a container with nesting, in others not', async () => {
    const container = (vmid: number, nesting: boolean) =>
      spec(vmid, { kind: 'lxc', user: undefined, nesting });
    const all = [spec(1103), container(1104, true), container(1105, false)];
    await Promise.all(all.map(wish => guests.start(wish)));
    const look = [
      // A session key of its own, as each container gets; -1 is a refusal.
      `python3 -c "import ctypes, os; print(ctypes.CDLL(None).syscall(250 if os.uname().machine == 'x86_64' else 219, 1, 0) > 0)"`,
      'cd /var/lib/docker 2>/dev/null',
      'mkdir low up work on',
      'mount -t overlay overlay -o lowerdir=low,upperdir=up,workdir=work on',
      'touch on/file',
      'cat up/file',
      'test "$(stat -f -c %b .)" = "$(stat -f -c %b /)"',
      'umount on',
      'echo layers on its own disk',
    ].join(' && ');
    const seen = await Promise.all(
      all.map(async ({ vmid, user = 'root' }) => {
        const address = ipv4(await answering(vmid));
        const command = `sudo -n sh -c '${look.replaceAll("'", `'\\''`)}'`;
        return ssh(`${user}@${address}`, command).catch(() => 'refused');
      }),
    );
    const able = 'True\nlayers on its own disk';
    expect(seen).toEqual([able, able, 'refused']);
    for (const { vmid } of all) {
      await guests.stop(vmid);
      await guests.destroy(vmid);
      expect(mountsBelow(join(dataDir, 'guests', String(vmid)))).toEqual([]);
    }
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
    const begin = Date.now();
    await Promise.all(vmids.map(vmid => guests.start(spec(vmid))));
    const cards = await Promise.all(vmids.map(vmid => answering(vmid)));
    process.stdout.write(
      `five guests at once: each answers after ${Date.now() - begin} ms\n`,
    );
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

  it("A network whose sandbox and guests were killed with the machine's session is taken over", async () => {
    const [bridge, cable] = [`nt0000v${dev}`, 'nt00001gun0'];
    await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
    // No process has number 0.
    const alias = ['alias', 'nante 0 1 /gone'];
    await run('ip', ['link', 'set', bridge, 'up', ...alias]);
    await run('ip', ['address', 'add', '10.106.4.1/24', 'dev', bridge]);
    await run('ip', ['link', 'add', cable, 'type', 'veth']);
    await run('ip', ['link', 'set', cable, 'master', bridge]);
    const next = createNspawnDriver({ dataDir, log });
    await next.prepare(log);
    await next.start(spec(1122));
    const links = await run('ip', ['-o', 'link', 'show']);
    expect(links).not.toMatch(/nt0000/);
    await next.close();
    expect(await traces()).toEqual([]);
  });
});
