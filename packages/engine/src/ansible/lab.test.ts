import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ansibleBin,
  ansibleProject,
  bootLabGuest,
  inLab,
  labSkipped,
  labTitle,
  type LabGuest,
} from '../__testUtils__/labGuest';
import { createRedactor } from '../process';
import type { PlayEvent, PlayHost, PlaybookOptions } from './index';
import { removePlayLeftovers, runPlaybook } from './index';
import { privatePaths } from './privateFolder';

jest.setTimeout(60_000);

const note = "{{ lookup('pipe', 'id') }}";
const secret = 'correct-horse-battery';

let guest: LabGuest;
let hostKeys: string[] = [];
let lines: string[] = [];
let events: PlayEvent[] = [];

const web = (change: Partial<PlayHost> = {}): PlayHost => ({
  ...{ name: 'web-1', address: guest.address, user: guest.user, hostKeys },
  variables: { own: { text: '{{ 6 * 7 }}', number: 5 } },
  ...change,
});
/** A host at an address that nobody has. */
const gone = () =>
  web({ name: 'gone-1', address: guest.address.replace(/\d+$/, '22') });
const workDirectory = () => join(guest.folder, 'work');

function play(changes: Partial<PlaybookOptions> = {}) {
  lines = [];
  events = [];
  return runPlaybook({
    ansible: {
      bin: ansibleBin,
      project: join(__dirname, '__fixtures__/project'),
    },
    playbook: 'note.yml',
    inventory: [web()],
    variables: { note },
    privateKey: guest.privateKey,
    onEvent: event => events.push(event),
    onLine: ({ text }) => lines.push(text),
    workDirectory: workDirectory(),
    redactor: createRedactor([secret]),
    ...changes,
  });
}

const readNote = () => guest.ssh('cat /etc/note');

beforeAll(async () => {
  if (labSkipped) return;
  guest = await bootLabGuest({
    ...{ name: 'web-1', vmid: 1901, vlan: 1190, kind: 'vm' },
  });
}, 600_000);

afterAll(() => guest?.stop(), 60_000);

inLab(labTitle('A play on a booted guest'), () => {
  it('refuses an unknown host key until it is told to learn it, and takes values as text', async () => {
    await expect(play()).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('web-1 is not known'),
    });
    const first = await play({ learn: true });
    expect(lines).toContain('TASK [Write the note]');
    expect(first).toMatchObject({
      state: 'succeeded',
      recap: [{ host: 'web-1', ok: 2, changed: 1, failed: 0 }],
      failures: [],
      exitCode: 0,
    });
    hostKeys = first.learnedHostKeys['web-1'];
    expect(hostKeys[0]).toMatch(/^ssh-ed25519 /);
    expect(readNote()).toBe(`${note}\n{{ 6 * 7 }} int\n`);
    expect(events.map(({ type }) => type)).toEqual([
      ...['play', 'task', 'changed', 'task', 'ok', 'stats'],
    ]);
    expect(existsSync(privatePaths(workDirectory()).path)).toBe(false);
  });

  it('shows in a check run what would change, and changes nothing', async () => {
    const again = await play();
    expect(again).toMatchObject({
      recap: [{ changed: 0 }],
      learnedHostKeys: {},
    });
    const check = await play({ check: true, variables: { note: secret } });
    expect(check.recap).toMatchObject([{ changed: 1 }]);
    expect(lines).toEqual(expect.arrayContaining([`-${note}`, '+***']));
    expect(readNote()).toContain(note);
    expect(JSON.stringify([events, check])).not.toContain(secret);
  });

  it('names the host that is away and the first real error, and repeats on what failed', async () => {
    const result = await play({
      inventory: [web(), gone()],
    });
    expect(result).toMatchObject({
      state: 'failed',
      failedHosts: ['gone-1'],
      failures: [{ host: 'gone-1', kind: 'unreachable' }],
      error: {
        message: expect.stringMatching(/gone-1.*(No route|timed out)/i),
      },
    });
    expect(result.recap).toMatchObject([
      { host: 'gone-1', unreachable: 1 },
      { host: 'web-1', unreachable: 0, failed: 0 },
    ]);
    const failed = await play({
      playbook: 'failing.yml',
      inventory: [web(), gone()],
      limit: ['web-1'],
      variables: { names: ['a b', secret] },
    });
    expect(failed.recap).toMatchObject([{ host: 'web-1', failed: 1 }]);
    expect(failed.failures).toMatchObject([
      { host: 'web-1', kind: 'failed', task: 'Move what is not there' },
    ]);
    expect(failed.error?.message).toMatch(/cannot stat '\/no\/a'/);
    expect(JSON.stringify([events, lines, failed])).not.toContain(secret);
  });

  it('does not enter a host that shows another key', async () => {
    const real = Buffer.from(hostKeys[0].split(' ')[1], 'base64');
    real[real.length - 1] += 1;
    const result = await play({
      inventory: [
        web({ hostKeys: [`ssh-ed25519 ${real.toString('base64')}`] }),
      ],
    });
    expect(result).toMatchObject({
      state: 'failed',
      failures: [
        {
          kind: 'unreachable',
          message: 'web-1 shows another SSH host key than the pinned one.',
        },
      ],
    });
  });

  it('ends when it is cancelled, and at its deadline with the task that hung', async () => {
    const cancel = new AbortController();
    const cancelled = await play({
      playbook: 'hanging.yml',
      signal: cancel.signal,
      onEvent: ({ type }) =>
        type === 'task' && setTimeout(() => cancel.abort(), 1_500),
    });
    expect(cancelled).toMatchObject({
      state: 'cancelled',
      error: {
        message:
          'The play was cancelled while "Wait for nothing" was at work on web-1.',
      },
    });
    const hanging = play({ playbook: 'hanging.yml', timeoutMs: 4_000 });
    await sleep(2_000);
    await expect(play()).rejects.toMatchObject({ code: 'conflict' });
    expect(await removePlayLeftovers(workDirectory())).toBe(false);
    const late = await hanging;
    expect(late).toMatchObject({
      state: 'failed',
      failedHosts: ['web-1'],
      error: {
        message:
          'The play did not end within 4 s and was stopped while "Wait for nothing" was at work on web-1.',
      },
    });
    expect(late.durationMs).toBeLessThan(15_000);
    expect(existsSync(privatePaths(workDirectory()).path)).toBe(false);
  });

  it('applies the roles of the repository: a dry run shows what would change', async () => {
    const result = await play({
      ansible: { bin: ansibleBin, project: ansibleProject },
      playbook: 'site.yml',
      variables: {
        nante_roles: [
          {
            name: 'base_setup',
            arguments: { base_setup_timezone: 'Europe/Zurich' },
          },
        ],
      },
      check: true,
    });
    expect(result).toMatchObject({
      state: 'succeeded',
      recap: [{ host: 'web-1', failed: 0, unreachable: 0 }],
    });
    expect(result.recap[0].changed).toBeGreaterThan(0);
    expect(lines).toContain('+PasswordAuthentication no');
    const [facts, ...older] = readdirSync(join(workDirectory(), 'facts'));
    expect(older).toEqual([]);
    const remembered = readdirSync(join(workDirectory(), 'facts', facts));
    expect(remembered).toEqual([expect.stringMatching(/web-1$/)]);
  });
});
