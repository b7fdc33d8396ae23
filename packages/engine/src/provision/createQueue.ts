import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled } from '../cancel';

/**
 * How many guests are created at a time from one node: Proxmox locks the template for each clone, and whoever waits for
 * that lock too long gives up.
 */
const atATime = 2;
const pollMs = 100;

/** Creations of one engine, in the order in which they came. */
export interface CreateQueue {
  /**
   * Does the work when it is its turn.
   *
   * @param place - what is shared: the connection, and the node that holds the template
   * @param onWait - told once, before waiting
   * @throws NanteError the reason of the signal, while it waits
   */
  run<T>(
    place: string,
    work: () => Promise<T>,
    options: { signal: AbortSignal; onWait: (ahead: number) => void },
  ): Promise<T>;
}

export function createCreateQueue(): CreateQueue {
  const places = new Map<string, symbol[]>();
  return {
    async run(place, work, { signal, onWait }) {
      const mine = Symbol(place);
      const queue = places.get(place) ?? [];
      places.set(place, queue);
      queue.push(mine);
      try {
        if (queue.length > atATime) onWait(queue.length - 1);
        while (queue.indexOf(mine) >= atATime) {
          throwIfCancelled(signal);
          await sleep(pollMs);
        }
        return await work();
      } finally {
        queue.splice(queue.indexOf(mine), 1);
        if (queue.length === 0) places.delete(place);
      }
    },
  };
}
