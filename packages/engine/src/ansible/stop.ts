import { setTimeout as sleep } from 'node:timers/promises';
import {
  createRedactor,
  interrupt,
  runProcess,
  type DetachedHandle,
} from '../process';

/** Milliseconds between SIGTERM and SIGKILL. */
const killAfterMs = 5_000;

/**
 * Ends a play: one SIGINT, at which Ansible ends its workers and connections; after the grace SIGTERM, and five seconds
 * later SIGKILL. Unlike Terraform, Ansible keeps no state that this could spoil.
 *
 * @param ended - aborted when the play has ended
 */
export async function stopPlay(
  handle: DetachedHandle,
  graceMs: number,
  ended: AbortSignal,
): Promise<void> {
  const wait = (ms: number) =>
    sleep(ms, undefined, { signal: ended }).then(
      () => false,
      () => true,
    );
  await interrupt(handle);
  if (await wait(graceMs)) return;
  signalAll([handle.child?.pid ?? handle.pid], 'SIGTERM');
  if (await wait(killAfterMs)) return;
  // Workers lead sessions of their own, so that the group of the play has not all of them.
  signalAll(await familyOf(handle.pid), 'SIGKILL');
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** A process and all that descend from it. */
async function familyOf(pid: number): Promise<number[]> {
  const { stdout } = await runProcess({
    file: 'ps',
    args: ['-A', '-o', 'pid=,ppid='],
    timeoutMs: 5_000,
    redactor: createRedactor(),
  });
  const processes = stdout.map(line => line.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [child, parent] of processes)
      if (family.has(parent)) family.add(child);
  }
  return [...family];
}
