import { readdirSync, readlinkSync } from 'node:fs';
import { signal } from './processes';

const namespaceOf = (pid: number | string) => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
};

/** Every process of a guest, its first one included. */
function processesOf(leader: number): number[] {
  const wanted = namespaceOf(leader);
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .filter(entry => wanted !== undefined && namespaceOf(entry) === wanted)
    .map(Number);
}

/** Stops all that runs in a guest where it stands. What is started meanwhile is stopped too. */
export function freezeProcesses(leader: number): void {
  const stopped = new Set<number>();
  for (;;) {
    const moving = processesOf(leader).filter(pid => !stopped.has(pid));
    if (moving.length === 0) return;
    for (const pid of moving) {
      signal(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
}

/** Lets a frozen guest go on as if no time had passed. */
export function thawProcesses(leader: number): void {
  for (const pid of processesOf(leader)) signal(pid, 'SIGCONT');
}
