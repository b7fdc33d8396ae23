import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  findDetached,
  followFile,
  interrupt,
  startDetached,
  type DetachedCommand,
  type DetachedHandle,
} from './detached';

/** Prints a line every 50 ms; at SIGINT it says so, works on for a moment, and ends with 3. */
const program = `
let n = 0;
let asked = 0;
const timer = setInterval(() => console.log('line ' + n++ + ' äöü'), 50);
process.on('SIGINT', () => {
  console.log('asked ' + ++asked);
  setTimeout(() => { clearInterval(timer); console.log('ending'); process.exit(3); }, 300);
});
setTimeout(() => { clearInterval(timer); process.stdout.write('done without newline'); process.exitCode = 7; }, Number(process.argv[2]));
`;

describe('a detached program', () => {
  let folder: string;
  const started: DetachedHandle[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'detached-'));
    writeFileSync(join(folder, 'program.cjs'), program);
  });

  afterEach(() => {
    for (const { pid } of started.splice(0)) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended, as it should.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const command = (lifeMs: number): DetachedCommand => ({
    file: process.execPath,
    args: [join(folder, 'program.cjs'), `${lifeMs}`],
    cwd: folder,
    env: {},
    outputFile: join(folder, 'output.log'),
    recordFile: join(folder, 'child.json'),
  });
  const start = async (lifeMs: number) => {
    const handle = await startDetached(command(lifeMs));
    started.push(handle);
    return handle;
  };
  const linesOf = async (handle: DetachedHandle, fromOffset = 0) => {
    const lines: { line: string; nextOffset: number }[] = [];
    for await (const line of followFile(handle, fromOffset)) lines.push(line);
    return lines;
  };

  it('is followed to its end, its last line included, and its exit code is known', async () => {
    const handle = await start(400);
    await expect(start(400)).rejects.toMatchObject({ code: 'conflict' });
    const lines = await linesOf(handle);
    expect(lines[0].line).toBe('line 0 äöü');
    expect(lines.at(-1)?.line).toBe('done without newline');
    expect(await findDetached(command(0).recordFile)).toMatchObject({
      state: 'finished',
      exitCode: 7,
      signal: null,
    });
    expect(await linesOf(handle, lines[1].nextOffset)).toEqual(lines.slice(2));
  });

  it('goes on when the process that started it is killed with -9, and another process takes it up', async () => {
    const parent = spawn(
      process.execPath,
      [
        resolve(__dirname, '../../../../node_modules/tsx/dist/cli.mjs'),
        join(__dirname, '__testUtils__/starter.ts'),
        JSON.stringify(command(3_000)),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    );
    const [piece] = await once(parent.stdout!, 'data');
    const handle: DetachedHandle = JSON.parse(`${piece}`);
    started.push(handle);
    process.kill(-parent.pid!, 'SIGKILL');
    await once(parent, 'exit');

    const found = await findDetached(command(0).recordFile);
    expect(found).toMatchObject({ state: 'running', handle });
    const lines = (await linesOf(handle)).map(({ line }) => line);
    expect(lines.at(-1)).toBe('done without newline');
    expect(lines.length).toBeGreaterThan(20);
    expect(await findDetached(command(0).recordFile)).toMatchObject({
      state: 'finished',
      exitCode: 7,
    });
  }, 30_000);

  it('bears no mark by which the runner of a workflow finds what to kill after a job', async () => {
    process.env.RUNNER_TRACKING_ID = 'github_1';
    let handle: DetachedHandle;
    try {
      handle = await startDetached({
        ...command(0),
        args: ['-e', 'console.log(JSON.stringify(process.env))'],
      });
    } finally {
      delete process.env.RUNNER_TRACKING_ID;
    }
    const [{ line }] = await linesOf(handle);
    expect(JSON.parse(line)).toHaveProperty('PATH');
    expect(JSON.parse(line)).not.toHaveProperty('RUNNER_TRACKING_ID');
  });

  it('hears one SIGINT however often it is asked, and ends in its own time', async () => {
    const handle = await start(20_000);
    const lines: string[] = [];
    for await (const { line } of followFile(handle)) {
      lines.push(line);
      if (line.startsWith('line 1 ')) {
        await interrupt(handle);
        await interrupt(handle);
      }
    }
    expect(lines.filter(line => line.startsWith('asked'))).toEqual(['asked 1']);
    expect(lines.at(-1)).toBe('ending');
    expect(await findDetached(command(0).recordFile)).toMatchObject({
      state: 'finished',
      exitCode: 3,
    });
  });

  it('is known to be dead when it was killed with its keeper', async () => {
    const handle = await start(20_000);
    process.kill(-handle.pid, 'SIGKILL');
    const lines = await linesOf(handle);
    expect(lines.every(({ line }) => line.startsWith('line'))).toBe(true);
    expect(await findDetached(command(0).recordFile)).toMatchObject({
      state: 'dead-without-result',
    });
    expect(await findDetached(join(folder, 'other.json'))).toBeUndefined();
  });

  it('is known to run when only its keeper was killed', async () => {
    const handle = await start(800);
    process.kill(handle.pid, 'SIGKILL');
    await sleep(100);
    expect(await findDetached(command(0).recordFile)).toMatchObject({
      state: 'running',
    });
    const lines = await linesOf(handle);
    expect(lines.at(-1)?.line).toBe('done without newline');
    expect(await findDetached(command(0).recordFile)).toMatchObject({
      state: 'dead-without-result',
    });
  });

  it('keeps its two streams apart when it is asked to, and says what it is for', async () => {
    const errorFile = join(folder, 'errors.log');
    const handle = await startDetached({
      ...command(0),
      args: ['-e', 'console.log("out"); console.error("err")'],
      purpose: 'a test',
      errorFile,
    });
    expect(handle.purpose).toBe('a test');
    expect((await linesOf(handle)).map(({ line }) => line)).toEqual(['out']);
    expect(readFileSync(errorFile, 'utf8')).toBe('err\n');
  });

  it('is named when it is missing, and can be started once it is there', async () => {
    const handle = await startDetached({ ...command(0), file: 'no-such-tool' });
    await expect(linesOf(handle)).rejects.toThrow('no-such-tool was not found');
    const lines = await linesOf(await start(100));
    expect(lines.at(-1)?.line).toBe('done without newline');
  });
});
