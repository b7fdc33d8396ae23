import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabKey, eventually, type LabKey } from '../__testUtils__/lab';
import type { GuestSpec } from '../driver';
import { createDockerDriver } from './driver';
import { docker, engineAnswers, linesOf } from './engine';

// Boots containers, so only where somebody says that an engine may be used: its address, as Docker's own client takes it.
const engine = process.env.NANTE_TEST_DOCKER;
const tried = engine ? describe : describe.skip;

jest.setTimeout(180_000);

tried('A guest in Docker', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'docker-'));
  const before = process.env.DOCKER_HOST;
  const lines: string[] = [];
  const driver = () =>
    createDockerDriver({ dataDir, log: line => void lines.push(line) });
  let guests: ReturnType<typeof driver>;
  let key: LabKey;

  const spec = (vmid: number, changes: Partial<GuestSpec> = {}): GuestSpec => ({
    vmid,
    kind: 'vm',
    hostname: `host-${vmid}`,
    cores: 1,
    memoryMb: 256,
    diskGb: 4,
    user: 'ops',
    sshKeys: [key.publicKey],
    networks: [
      {
        bridge: 'vmbr0',
        vlan: vmid < 900 ? 1140 : 1141,
        mac: `BC:24:11:00:02:${vmid % 100}`,
        address: 'dhcp',
      },
    ],
    ...changes,
  });
  let prefix = '';
  const inside = (vmid: number, ...command: string[]) =>
    docker(['exec', `${prefix}-${vmid}`, ...command]);

  const address = (vmid: number) =>
    eventually(
      `address of ${vmid}: ${lines.join('\n')}`,
      async () =>
        (await guests.interfaces(vmid))
          ?.find(({ name }) => name === 'eth0')
          ?.addresses.find(({ family }) => family === 'ipv4')?.address,
      60,
    );

  beforeAll(async () => {
    process.env.DOCKER_HOST = engine;
    key = await createLabKey(dataDir);
    guests = driver();
    await guests.prepare(line => void lines.push(line));
  }, 600_000);
  afterAll(async () => {
    await guests?.clean();
    process.env.DOCKER_HOST = before;
    if (before === undefined) delete process.env.DOCKER_HOST;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('boots with user, key and host keys, reboots, freezes, goes back and leaves nothing', async () => {
    expect(await engineAnswers()).toBe(true);
    await Promise.all([
      guests.start(spec(811)),
      guests.start(spec(911, { kind: 'lxc', user: undefined })),
    ]);
    const [one, other] = [await address(811), await address(911)];
    expect([one, other]).toEqual([
      expect.stringMatching(/^10\.116\.4\./),
      expect.stringMatching(/^10\.117\.4\./),
    ]);
    const [line] = linesOf(
      await docker(['ps', '--format', '{{.Names}}', '--filter', 'name=-811$']),
    );
    prefix = line.split('-')[0];
    const agent = await guests.agent(811);
    expect(await agent?.hostname()).toBe('host-811');
    const read = async (file: string) =>
      (await agent?.readFile(file, 100_000))?.content.toString();
    expect(await read('/home/ops/.ssh/authorized_keys')).toContain(
      key.publicKey,
    );
    expect(await read('/etc/ssh/ssh_host_ed25519_key.pub')).toMatch(/^ssh-ed/);
    await expect(read('/none')).rejects.toMatchObject({ code: 'not-found' });
    expect(
      await inside(811, 'sudo', '-u', 'ops', 'sudo', '-n', 'id', '-un'),
    ).toBe('root');
    const banner = (to: string) => [
      'python3',
      '-c',
      `import socket; print(socket.create_connection(("${to}", 22), 3).recv(3).decode())`,
    ];
    expect(await inside(811, ...banner(one))).toBe('SSH');
    await expect(inside(811, ...banner(other))).rejects.toThrow();

    const seen: number[] = [];
    guests.onPowerOff(vmid => seen.push(vmid));
    const boot = () => inside(811, 'stat', '-c', '%Y', '/proc/1');
    const first = await boot();
    await inside(811, 'touch', '/kept');
    await guests.reboot(811, 30);
    expect(await address(811)).toBe(one);
    expect(await boot()).not.toBe(first);
    await inside(811, 'systemctl', 'reboot').catch(() => undefined);
    await eventually('reboot', async () =>
      seen.length > 0 ? true : undefined,
    );
    await address(811);
    await inside(811, 'ls', '/kept');

    await guests.snapshot?.(811, 'before');
    await inside(811, 'rm', '/kept');
    await guests.freeze?.(811);
    expect(await guests.interfaces(811)).toBeUndefined();
    await guests.thaw?.(811);
    await address(811);
    await guests.stop(811);
    await guests.rollback?.(811, 'before');
    await guests.start(spec(811, { hostname: 'renamed', memoryMb: 300 }));
    await address(811);
    expect(await (await guests.agent(811))?.hostname()).toBe('renamed');
    await inside(811, 'ls', '/kept');

    await inside(811, 'systemctl', 'poweroff').catch(() => undefined);
    await eventually('power off', async () =>
      guests.status(811) === 'stopped' ? true : undefined,
    );
    await guests.destroy(811);

    // As after a kill: another driver on the same folder finds the guest that runs.
    const next = driver();
    await next.prepare(said => void lines.push(said));
    expect(lines.at(-1)).toMatch(/^Stopped 1 guests/);
    await next.clean();
    const label = ['--filter', `label=nante.sandbox=${prefix}`, '--quiet'];
    expect(await docker(['ps', '--all', ...label])).toBe('');
    expect(await docker(['network', 'ls', ...label])).toBe('');
  });
});
