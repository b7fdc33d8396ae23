import { setTimeout as sleep } from 'node:timers/promises';

/** How long things take, in milliseconds, before the factor: as fast as a good cluster with flash storage. */
export const durations = {
  qmcloneLinked: 400,
  qmcloneFull: 1200,
  qmcreate: 300,
  qmstart: 300,
  qmstop: 200,
  qmshutdown: 200,
  qmreboot: 300,
  qmreset: 100,
  qmdestroy: 300,
  qmtemplate: 200,
  download: 300,
  qmmove: 800,
  qmconfig: 100,
  resize: 150,
  snapshot: 200,
  vzcreate: 600,
  vzcloneLinked: 300,
  vzcloneFull: 900,
  vzstart: 250,
  vzstop: 150,
  vzshutdown: 150,
  vzreboot: 300,
  vzdestroy: 250,
};
export type DurationName = keyof typeof durations;

/** Simulated time. */
export class Timing {
  /** Multiplies how long tasks run; 0 makes them end at once. */
  factor = 1;
  /** How long a refused sign-in has to wait, as with the real one. */
  unauthorizedDelayMs = 3000;
  /** How long a call waits for the lock of a guest before it gives up. */
  lockTimeoutMs = 2000;
  /** How long a new task is unknown to the nodes. */
  taskVisibleAfterMs = 100;

  of(name: DurationName): number {
    return Math.round(durations[name] * this.factor);
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal });
  }
}
