import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRedactor } from './redactor';
import { runProcess, type RunCommand } from './run';

const secret = 'correct horse battery';

function node(script: string, change: Partial<RunCommand> = {}): RunCommand {
  return {
    file: process.execPath,
    args: ['-e', script],
    timeoutMs: 10_000,
    redactor: createRedactor([secret]),
    ...change,
  };
}

/** Says "ready", notes every signal in a file, and goes on whatever it is told. */
const stubborn = (file: string) => `
  const note = text => require('fs').appendFileSync(${JSON.stringify(file)}, text + '\\n');
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => note(name));
  const child = require('child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
  note('pid ' + child.pid);
  setInterval(() => {}, 1000);
  console.log('ready');`;

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('running a program', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives its lines without secrets, and shows it no variable of ours', async () => {
    process.env.SOMETHING_OF_OURS = 'private';
    const lines: string[] = [];
    const result = await runProcess(
      node(
        `process.stdin.on('data', d => process.stdout.write('in ' + d));
         console.log('a ' + process.env.PASSWORD);
         console.error(Buffer.from(process.env.PASSWORD).toString('base64'));
         console.log(String(process.env.SOMETHING_OF_OURS));`,
        {
          env: { PASSWORD: secret },
          input: '$(id) has no newline',
          onLine: (stream, line) => lines.push(`${stream} ${line}`),
        },
      ),
    );
    delete process.env.SOMETHING_OF_OURS;
    expect(result).toMatchObject({
      exitCode: 0,
      stdout: ['a ***', 'undefined', 'in $(id) has no newline'],
    });
    expect(lines).toContain('stderr ***');
  });

  it('says what failed, with which exit code and last words, and without secrets', async () => {
    const failing = node(
      `console.error('no room ' + process.argv[1]); process.exit(9)`,
    );
    failing.args = [...failing.args, secret];
    const error = await runProcess(failing).catch(reason => reason);
    expect(error).toMatchObject({ code: 'failed', details: { exitCode: 9 } });
    expect(error.message).toMatch(/failed with exit code 9\.\nno room \*\*\*$/);
    expect(JSON.stringify(error.details) + error.message).not.toContain(secret);
  });

  it('says which program is missing, why it is needed and how to get it', async () => {
    await expect(
      runProcess(
        node('', {
          file: 'no-such-tool',
          missing: { why: 'to configure hosts', how: 'pip install it' },
        }),
      ),
    ).rejects.toMatchObject({
      code: 'failed',
      message: 'no-such-tool was not found; it is needed to configure hosts.',
      hint: 'pip install it',
    });
  });

  it('tells a deadline and a cancel from a failure, and sends one SIGINT', async () => {
    const file = join(folder, 'signals');
    const polite = `
      process.on('SIGINT', () => { require('fs').appendFileSync(${JSON.stringify(file)}, 'x'); setTimeout(() => process.exit(1), 100); });
      setInterval(() => {}, 1000); console.log('ready');`;
    const cancel = new AbortController();
    const cancelled = runProcess(
      node(polite, { signal: cancel.signal, onLine: () => cancel.abort() }),
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(readFileSync(file, 'utf8')).toBe('x');
    await expect(
      runProcess(node(polite, { timeoutMs: 600 })),
    ).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('did not end within 0.6 s'),
    });
    const before = new AbortController();
    before.abort();
    await expect(
      runProcess(node('', { signal: before.signal })),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends the whole group of a program that listens to nothing', async () => {
    const file = join(folder, 'signals');
    const cancel = new AbortController();
    await expect(
      runProcess(
        node(stubborn(file), {
          signal: cancel.signal,
          graceMs: 200,
          onLine: () => cancel.abort(),
        }),
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const noted = readFileSync(file, 'utf8').trim().split('\n');
    expect(noted.slice(1)).toEqual(['SIGINT', 'SIGTERM']);
    await sleep(100);
    expect(isAlive(Number(noted[0].slice(4)))).toBe(false);
  }, 15_000);
});
