import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { children, descendants, signal } from './processes';

/** Milliseconds, as GitHub's runner has them unless told. */
export interface InterruptTiming {
  /** From SIGINT to SIGTERM. */
  interruptMs: number;
  /** From SIGTERM to SIGKILL. */
  terminateMs: number;
  /** For the steps that run afterwards. */
  cleanUpMs: number;
}

const defaults: InterruptTiming = {
  interruptMs: 7_500,
  terminateMs: 2_500,
  cleanUpMs: 300_000,
};

/**
 * Interrupts the steps that act runs, with time to end, and then lets act go on with those that run after a cancelled one. act
 * alone would kill a step at once.
 *
 * @param how.isPatient - the steps go on: only act is told
 * @param how.isOver - whether act has ended
 */
export async function interrupt(how: {
  act: number;
  folder: string;
  isPatient: boolean;
  isOver(): boolean;
  timing?: InterruptTiming;
}): Promise<void> {
  const { act, folder, timing = defaults } = how;
  const mark = join(folder, 'cancelled');
  if (!how.isPatient) {
    // A step that ends now is held by its wrapper, so that act begins no other before it knows.
    writeFileSync(mark, '');
    const isQuiet = () =>
      how.isOver() ||
      children(act).every(pid => existsSync(join(folder, `held-${pid}`)));
    signal(descendants(act), 'SIGINT');
    if (!(await becomes(isQuiet, timing.interruptMs))) {
      signal(descendants(act), 'SIGTERM');
      if (!(await becomes(isQuiet, timing.terminateMs))) {
        const wrappers = children(act);
        signal(
          descendants(act).filter(pid => !wrappers.includes(pid)),
          'SIGKILL',
        );
        await becomes(isQuiet, 1_000);
      }
    }
  }
  if (how.isOver()) return;
  signal([act], 'SIGINT');
  rmSync(mark, { force: true });
  if (!(await becomes(how.isOver, timing.cleanUpMs)))
    signal([act, ...descendants(act)], 'SIGKILL');
}

/** @returns whether it became so in time */
async function becomes(condition: () => boolean, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(20, undefined, { ref: false });
  }
  return true;
}
