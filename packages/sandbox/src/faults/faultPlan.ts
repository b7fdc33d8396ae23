import { createRandom, type Random } from '../seed/random';
import type { SocketFault } from './schema';

/** Faults that happen to one request; `refuse` happens to connections instead. */
export type RequestFault = Exclude<SocketFault, { kind: 'refuse' }>;

/** A fault with what became of it. */
export interface FaultReport {
  id: number;
  /** Requests (or connections) that matched. */
  seen: number;
  /** Those that it met. */
  fired: number;
  fault: Record<string, unknown>;
}

interface Rule<Fault> {
  id: number;
  seen: number;
  fired: number;
  fault: Fault;
  pattern?: RegExp;
}

/**
 * The faults of one stand-in. Order and seed decide alone what happens: the same requests meet the same faults in every
 * run.
 */
export class FaultPlan {
  readonly #seed: number;
  #random: Random;
  #rules: Rule<SocketFault>[] = [];
  #nextId = 1;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = createRandom(seed);
  }

  /** @returns the fault's id, for reports */
  add(fault: SocketFault): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const path = 'path' in fault ? fault.path : undefined;
    const pattern = path === undefined ? undefined : new RegExp(path);
    this.#rules.push({ id, seen: 0, fired: 0, fault, pattern });
    return id;
  }

  /** What happens to this request, in the order in which the faults were set. */
  forRequest(method: string, path: string): RequestFault[] {
    const hits: RequestFault[] = [];
    for (const rule of this.#rules) {
      const { fault } = rule;
      if (fault.kind === 'refuse') continue;
      if (fault.method && fault.method !== method) continue;
      if (rule.pattern && !rule.pattern.test(path)) continue;
      rule.seen += 1;
      if (rule.seen <= fault.after) continue;
      if (fault.count !== undefined && rule.fired >= fault.count) continue;
      if (fault.probability < 1 && this.#random.next() >= fault.probability)
        continue;
      rule.fired += 1;
      hits.push(fault);
    }
    return hits;
  }

  /** True when this new connection has to be dropped. */
  dropsConnection(): boolean {
    let dropped = false;
    for (const rule of this.#rules) {
      if (rule.fault.kind !== 'refuse' || rule.fault.count === undefined)
        continue;
      rule.seen += 1;
      if (dropped || rule.fired >= rule.fault.count) continue;
      rule.fired += 1;
      dropped = true;
    }
    return dropped;
  }

  /** Extra milliseconds of a latency with jitter. */
  jitter(upTo: number): number {
    return upTo > 0 ? this.#random.next() * upTo : 0;
  }

  report(): FaultReport[] {
    return this.#rules.map(({ id, seen, fired, fault }) => ({
      id,
      seen,
      fired,
      fault: { ...fault },
    }));
  }

  /** Takes all faults back, and the dice to their first throw. */
  clear(): void {
    this.#rules = [];
    this.#random = createRandom(this.#seed);
  }
}
