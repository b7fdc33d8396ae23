import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab';
import type { ProcessRequest } from './runProcess';

/**
 * Runs a request in a process of its own and kills it.
 *
 * @param step - after whose beginning; `ready` is before the first
 * @returns false when the run was over before
 */
export async function kill(
  lab: Lab,
  request: ProcessRequest,
  step: string,
  delayMs: number,
): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(__dirname, 'runProcess.ts'),
      JSON.stringify({ setting: lab.setting, ...request }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise(resolve =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  let seen = '';
  child.stdout.on('data', async (data: Buffer) => {
    const before = seen.split('\n').includes(step);
    seen += data.toString();
    if (before || !seen.split('\n').includes(step)) return;
    await sleep(delayMs);
    child.kill('SIGKILL');
  });
  return (await ended) === 'SIGKILL';
}
