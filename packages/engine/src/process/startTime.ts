import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/**
 * When a process started, in the machine's own words. With the pid it names one process for ever, while a pid alone is
 * used again.
 *
 * @returns undefined when there is no such process, or it is a zombie
 */
export async function processStartTime(
  pid: number,
): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold anything, so fields are counted from its end.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    const { stdout } = await execa(
      'ps',
      ['-o', 'stat=,lstart=', '-p', `${pid}`],
      { env: { LC_ALL: 'C', PATH: process.env.PATH }, extendEnv: false },
    );
    const [, stat, started] = /^\s*(\S+)\s+(.+?)\s*$/m.exec(stdout) ?? [];
    return stat?.startsWith('Z') ? undefined : started;
  } catch {
    return undefined;
  }
}
