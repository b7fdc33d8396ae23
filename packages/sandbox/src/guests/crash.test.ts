import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freeBase, sandbox } from '../__testUtils__/cli';
import type { Endpoints } from '../endpoints';
import {
  createLabKey,
  eventually,
  labSkipped,
  labTitle,
} from './__testUtils__/lab';
import { run } from './nspawn/command';
import { mountsBelow } from './nspawn/disk';
import { findGuestProcesses } from './nspawn/processes';

jest.setTimeout(180_000);

// A VLAN that no sandbox on the same machine uses.
const vlan = 1134;
const folder = mkdtempSync(join(tmpdir(), 'crash-'));
const data = join(folder, 'data');
const disk = (vmid: number) =>
  join(data, 'guests', 'guests', String(vmid), 'disk');

function endpoints(): Required<Endpoints> {
  return JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8'));
}

async function call(
  method: string,
  path: string,
  fields?: Record<string, string>,
) {
  const { url, ca, tokens } = endpoints().proxmox;
  const { root } = tokens as { root: string };
  const form = fields ? new URLSearchParams(fields).toString() : undefined;
  const body = await new Promise<string>((resolve, reject) => {
    const sent = request(`${url}/api2/json${path}`, {
      method,
      ca: readFileSync(ca ?? ''),
      headers: {
        authorization: `PVEAPIToken=${root}`,
        ...(form
          ? { 'content-type': 'application/x-www-form-urlencoded' }
          : {}),
      },
    });
    sent.on('response', response => resolve(text(response)));
    sent.on('error', reject).end(form);
  });
  return JSON.parse(body);
}

/** The address of a container once it answers. */
const address = (vmid: number): Promise<string> =>
  eventually(`address of ${vmid}`, async () => {
    const { data: cards } = await call(
      'GET',
      `/nodes/pve1/lxc/${vmid}/interfaces`,
    );
    return cards
      ?.find((card: { name: string }) => card.name === 'eth0')
      ?.inet?.split('/')[0];
  });

function machines(): string[] {
  return [...findGuestProcesses('nt')]
    .filter(([name]) => /-70[12]$/.test(name))
    .map(([name, { leaders }]) => `${name.split('-')[1]} ${leaders.length}`)
    .sort();
}

/** What is on the machine outside the data folder. */
async function traces(): Promise<string[]> {
  const lists = await Promise.all([
    run('ip', ['-o', 'link', 'show']),
    run('losetup', ['--list', '--noheadings']),
  ]);
  const listed = lists.join('\n').split('\n');
  return [
    ...machines(),
    ...mountsBelow(data),
    ...listed.filter(line => line.includes(data) || line.includes(`v${vlan}`)),
  ];
}

/** Ends the sandbox itself, not only the program that started it, as the kernel does when memory is short. */
async function kill(started: ReturnType<typeof sandbox>): Promise<void> {
  process.kill(endpoints().sandbox.pid, 'SIGKILL');
  await started.ended;
}

const inLab = labSkipped ? describe.skip : describe;
const title = labTitle('A sandbox that was killed');

inLab(title, () => {
  afterAll(async () => {
    await sandbox('--data', data, '--clean').ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it('boots its guests again with what was on their disks, and leaves nothing behind', async () => {
    const args = ['--data', data, '--port-base', await freeBase()];
    const key = await createLabKey(folder);
    const first = sandbox(...args, '--guests', 'nspawn');
    await first.ready();
    for (const vmid of [701, 702]) {
      const made = await call('POST', '/nodes/pve1/lxc', {
        vmid: String(vmid),
        hostname: `box-${vmid}`,
        ostemplate: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
        rootfs: 'volume=vmdata:2',
        memory: '256',
        net0: `name=eth0,bridge=vmbr0,ip=dhcp,tag=${vlan}`,
        unprivileged: '1',
        'ssh-public-keys': key.publicKey,
        start: '1',
      });
      expect(made.data).toContain('vzcreate');
    }
    const before = await Promise.all([address(701), address(702)]);
    await key.ssh(`root@${before[0]}`, 'echo kept > note && sync');
    // It dies in the middle of a snapshot, with a disk that nobody can write to.
    await run('fsfreeze', ['--freeze', disk(702)]);
    await kill(first);
    expect(machines()).toEqual(['701 1', '702 1']);

    const second = sandbox(...args, '--guests', 'nspawn');
    expect(await second.ready()).toContain(
      'Stopped 2 guests that a killed sandbox had left running',
    );
    expect(await Promise.all([address(701), address(702)])).toEqual(before);
    expect(await key.ssh(`root@${before[0]}`, 'cat note')).toBe('kept');
    expect(await key.ssh(`root@${before[1]}`, 'hostname')).toBe('box-702');
    expect(machines()).toEqual(['701 1', '702 1']);

    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
    expect(await traces()).toEqual([]);

    const third = sandbox(...args, '--guests', 'nspawn');
    await third.ready();
    await address(701);
    await kill(third);
    expect(await traces()).not.toEqual([]);
    expect((await sandbox(...args, '--clean').ended).code).toBe(0);
    expect(await traces()).toEqual([]);
    expect(existsSync(data)).toBe(false);
  });
});
