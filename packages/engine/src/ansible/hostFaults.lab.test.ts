import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  ansibleBin,
  bootLabGuest,
  inLab,
  labSkipped,
  labTitle,
  type LabGuest,
} from '../__testUtils__/labGuest';
import { createRedactor } from '../process';
import { runPlaybook, type PlayHost, type PlaybookOptions } from './index';
import { privatePaths } from './privateFolder';

jest.setTimeout(60_000);

let guest: LabGuest;
let hostKeys: string[] = [];

beforeAll(async () => {
  if (labSkipped) return;
  guest = await bootLabGuest({
    ...{ name: 'web-1', vmid: 1903, vlan: 1195, kind: 'vm' },
  });
  const { learnedHostKeys } = await play({ learn: true });
  hostKeys = learnedHostKeys['web-1'];
}, 600_000);

afterAll(() => guest?.stop(), 60_000);

const workDirectory = () => join(guest.folder, 'work');

function host(name: string, change: Partial<PlayHost> = {}): PlayHost {
  return {
    ...{ name, address: guest.address, user: guest.user, hostKeys },
    variables: { own: { text: '', number: 1 } },
    ...change,
  };
}

function play(changes: Partial<PlaybookOptions> = {}) {
  return runPlaybook({
    ansible: {
      bin: ansibleBin,
      project: join(__dirname, '__fixtures__/project'),
    },
    playbook: 'note.yml',
    inventory: [host('web-1')],
    variables: { note: 'kept' },
    privateKey: guest.privateKey,
    workDirectory: workDirectory(),
    redactor: createRedactor(),
    ...changes,
  });
}

inLab(labTitle('A host that does not do as it is told'), () => {
  it('because our user may not use sudo, is named with the cause, and is left as it is', async () => {
    const keys = '/home/eve/.ssh/authorized_keys';
    guest.ssh(
      `sudo -n sh -c 'useradd -m eve && mkdir /home/eve/.ssh && cp ~ops/.ssh/authorized_keys ${keys} && chown -R eve /home/eve'`,
    );
    const result = await play({
      inventory: [host('web-1', { user: 'eve' })],
      variables: { note: 'changed' },
    });
    expect(result).toMatchObject({
      ...{ state: 'failed', failedHosts: ['web-1'] },
      failures: [{ hint: expect.stringContaining('may not become root') }],
    });
    expect(result.error?.message).toMatch(/sudo/);
    expect(guest.ssh('cat /etc/note')).toContain('kept');
  });

  it('because its disk is full, says so, wherever the room is missing', async () => {
    const full = {
      state: 'failed',
      failures: [
        {
          message: 'The disk of web-1 is full: no space left on device.',
          hint: expect.stringContaining('make room or enlarge it'),
        },
      ],
    };
    // A disk of four files: one more is one too many.
    const fill = (path: string) =>
      guest.ssh(
        `sudo -n sh -c 'mkdir -p ${path} && mount -t tmpfs -o size=16k,nr_inodes=2,mode=777 tmpfs ${path} && touch ${path}/last'`,
      );
    fill('/home/ops/.ansible');
    expect(await play({ variables: { note: 'more' } })).toMatchObject(full);
    guest.ssh('sudo -n umount /home/ops/.ansible');
    fill('/srv/full');
    const target = { own_file: '/srv/full/count', own_wish: '/etc/passwd' };
    const written = await play({
      playbook: 'counted.yml',
      inventory: [host('web-1', { variables: target })],
      variables: {},
    });
    expect(written).toMatchObject(full);
    guest.ssh('sudo -n umount /srv/full');
  });

  it('is the only one that a repeat touches', async () => {
    const inventory = ['web-1', 'web-2'].map(name =>
      host(name, {
        variables: {
          own_file: `/srv/count-${name}`,
          own_wish: name === 'web-1' ? '/etc/passwd' : '/srv/wish',
        },
      }),
    );
    const counts = () =>
      ['web-1', 'web-2'].map(name =>
        Number(guest.ssh(`wc -l < /srv/count-${name}`)),
      );
    const first = await play({
      ...{ playbook: 'counted.yml', inventory, variables: {} },
    });
    expect(first).toMatchObject({
      ...{ state: 'failed', failedHosts: ['web-2'] },
      recap: [
        { host: 'web-1', failed: 0 },
        { host: 'web-2', failed: 1 },
      ],
    });
    expect(counts()).toEqual([1, 1]);
    guest.ssh('sudo -n touch /srv/wish');
    const again = await play({
      ...{ playbook: 'counted.yml', inventory, variables: {} },
      limit: first.failedHosts,
    });
    expect(again).toMatchObject({
      ...{ state: 'succeeded', failedHosts: [] },
      recap: [{ host: 'web-2', failed: 0 }],
    });
    expect(again.recap).toHaveLength(1);
    expect(counts()).toEqual([1, 2]);
  });

  it('and hangs, is given up at the deadline, and no process of ours stays', async () => {
    const result = await play({ playbook: 'hanging.yml', timeoutMs: 4_000 });
    expect(result).toMatchObject({
      ...{ state: 'failed', failedHosts: ['web-1'] },
      error: { message: expect.stringContaining('"Wait for nothing"') },
    });
    const processes = execFileSync('ps', ['-A', '-o', 'args='], {
      encoding: 'utf8',
    });
    const { path } = privatePaths(workDirectory());
    expect(processes.split('\n').filter(line => line.includes(path))).toEqual(
      [],
    );
  });
});
