import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessMark {
  pid: number;
  /** Ticks since boot, field 22 of `/proc/<pid>/stat`. */
  startTime: string;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Names a process for ever; undefined when it is gone (a zombie counts as gone). */
export function markOf(pid: number): ProcessMark | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startTime: fields[19] };
}

/** True while that very process runs. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startTime === mark.startTime;
}

/** Sends a signal by number or name; a process that is gone is no error. */
export function signal(pid: number, which: number | NodeJS.Signals): void {
  try {
    process.kill(pid, which);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resolves with true when the condition holds, with false when the time is up. */
export async function waitUntil(
  condition: () => boolean,
  timeoutMs: number,
  everyMs = 50,
): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
  return true;
}

/** What belongs to one guest: systemd-nspawn itself, and the guest's first process, its leader. */
export interface GuestProcesses {
  nspawn: number[];
  leaders: number[];
}

/** Name of the variable that marks a guest's processes; systemd-nspawn gets it as an argument, the leader as environment. */
export const markerVariable = 'NANTE_GUEST';

/**
 * Finds the processes of guests by the mark that they carry, so that they are found whoever started them and however that
 * one died.
 *
 * @param prefix Start of the machine name: a whole name finds one guest, the sandbox's prefix finds all of it.
 */
export function findGuestProcesses(
  prefix: string,
): Map<string, GuestProcesses> {
  const found = new Map<string, GuestProcesses>();
  const at = (machine: string) => {
    const known = found.get(machine) ?? { nspawn: [], leaders: [] };
    found.set(machine, known);
    return known;
  };
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const command = read(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
    const argument = `--setenv=${markerVariable}=`;
    const asNspawn = command.find(part => part.startsWith(argument));
    if (asNspawn && command[0].endsWith('systemd-nspawn')) {
      const machine = asNspawn.slice(argument.length);
      // A fork of systemd-nspawn that is about to become the leader has the same command line, in an own PID namespace.
      if (machine.startsWith(prefix)) {
        at(machine)[isNamespaceInit(pid) ? 'leaders' : 'nspawn'].push(pid);
      }
      continue;
    }
    if (!isNamespaceInit(pid)) continue;
    const variable = `${markerVariable}=`;
    const machine = read(`/proc/${pid}/environ`)
      ?.split('\0')
      .find(line => line.startsWith(variable))
      ?.slice(variable.length);
    if (machine?.startsWith(prefix)) at(machine).leaders.push(pid);
  }
  return found;
}

function isNamespaceInit(pid: number): boolean {
  const numbers = /^NSpid:\s+(.+)$/m
    .exec(read(`/proc/${pid}/status`) ?? '')?.[1]
    .split(/\s+/);
  return numbers !== undefined && numbers.length > 1 && numbers.at(-1) === '1';
}
