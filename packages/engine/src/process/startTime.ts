import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { processStart } from '../lock/machine';

/**
 * When a process started. With the pid it names one process for ever, while a pid alone is used again.
 *
 * @returns undefined when there is no such process, or it is a zombie
 */
export async function processStartTime(
  pid: number,
): Promise<string | undefined> {
  if (process.platform === 'linux') return processStart(pid);
  try {
    const { stdout } = await promisify(execFile)(
      'ps',
      ['-o', 'stat=,lstart=', '-p', `${pid}`],
      { env: { LC_ALL: 'C', PATH: process.env.PATH } },
    );
    const [, stat, started] = /^\s*(\S+)\s+(.+?)\s*$/m.exec(stdout) ?? [];
    return stat?.startsWith('Z') ? undefined : started;
  } catch {
    return undefined;
  }
}
