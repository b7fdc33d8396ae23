import { readdirSync, readFileSync } from 'node:fs';

/** A process as the kernel tells of it. */
interface Process {
  pid: number;
  parent: number;
}

function* all(): Generator<Process> {
  for (const name of entries('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The name in brackets may contain anything, also brackets.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (parent && state !== 'Z')
      yield { pid: Number(name), parent: Number(parent) };
  }
}

/** All processes below one, without it. */
export function descendants(pid: number): number[] {
  const processes = [...all()];
  const found: number[] = [];
  const below = (parent: number) => {
    for (const one of processes)
      if (one.parent === parent) {
        found.push(one.pid);
        below(one.pid);
      }
  };
  below(pid);
  return found;
}

/** Direct children of a process that have not ended. */
export function children(pid: number): number[] {
  return [...all()].filter(({ parent }) => parent === pid).map(one => one.pid);
}

/**
 * Processes whose environment has a variable with such a begin.
 *
 * @param variable - `NAME=value`; the value may go on unless `isWhole`
 */
export function markedProcesses(variable: string, isWhole = true): number[] {
  const mark = `\0${variable}${isWhole ? '\0' : ''}`;
  return [...all()]
    .map(({ pid }) => pid)
    .filter(
      pid =>
        pid !== process.pid &&
        `\0${read(`/proc/${pid}/environ`)}`.includes(mark),
    );
}

/** Sends a signal to those that are still there. */
export function signal(pids: Iterable<number>, name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile.
    }
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A system without /proc: nothing is found, and a job's children end with act.
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
