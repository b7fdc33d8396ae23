import type { GithubFaults } from './faults';

const perHour = 5000;
const perHourForNobody = 60;
const hourMs = 3_600_000;

/** How much of its hour somebody has left. */
export interface RateState {
  limit: number;
  remaining: number;
  used: number;
  /** Seconds since 1970. */
  reset: number;
}

interface Hour {
  used: number;
  /** Milliseconds since 1970. */
  endsAt: number;
}

/** The hourly limits of all tokens; one answer "not modified" costs nothing. */
export class RateLimits {
  readonly #faults: GithubFaults;
  readonly #hours = new Map<string, Hour>();
  #limited: { left: Map<string, number>; endsAt: number } | undefined;

  constructor(faults: GithubFaults) {
    this.#faults = faults;
  }

  /** Takes up what the faults say now. */
  follow(): void {
    const { rate } = this.#faults;
    this.#limited = rate && {
      left: new Map(),
      endsAt: Date.now() + rate.resetSeconds * 1000,
    };
  }

  reset(): void {
    this.#hours.clear();
  }

  state(key: string): RateState {
    const limit = key === '' ? perHourForNobody : perHour;
    const { rate } = this.#faults;
    if (this.#limited && rate && Date.now() < this.#limited.endsAt) {
      const remaining = this.#limited.left.get(key) ?? rate.remaining;
      return this.#say(limit, limit - remaining, this.#limited.endsAt);
    }
    const { used, endsAt } = this.#hour(key);
    return this.#say(limit, used, endsAt);
  }

  /** @returns whether there was one left */
  take(key: string): boolean {
    const { remaining } = this.state(key);
    if (remaining <= 0) return false;
    this.#change(key, 1);
    return true;
  }

  giveBack(key: string): void {
    this.#change(key, -1);
  }

  #change(key: string, by: number) {
    const { rate } = this.#faults;
    if (this.#limited && rate && Date.now() < this.#limited.endsAt) {
      const left = this.#limited.left.get(key) ?? rate.remaining;
      this.#limited.left.set(key, left - by);
    } else this.#hour(key).used += by;
  }

  #hour(key: string): Hour {
    const known = this.#hours.get(key);
    if (known && known.endsAt > Date.now()) return known;
    const hour = { used: 0, endsAt: Date.now() + hourMs };
    this.#hours.set(key, hour);
    return hour;
  }

  #say(limit: number, used: number, endsAt: number): RateState {
    const reset = Math.ceil(endsAt / 1000);
    return { limit, used, remaining: Math.max(0, limit - used), reset };
  }
}
