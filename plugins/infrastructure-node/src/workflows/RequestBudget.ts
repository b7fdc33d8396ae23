const MINUTE = 60_000;

/**
 * Requests that may be sent in any minute. A part of them is kept for what is urgent: the end of a run, and runners for one that
 * waits.
 */
export class RequestBudget {
  readonly #perMinute: number;
  readonly #now: () => number;
  /** Times of the requests of the last minute, oldest first. */
  readonly #sent: number[] = [];

  constructor(options: { perMinute: number; now: () => number }) {
    this.#perMinute = options.perMinute;
    this.#now = options.now;
  }

  /** Milliseconds until so many more may be sent. */
  wait(isUrgent: boolean, count = 1): number {
    this.#forget();
    const most = isUrgent
      ? this.#perMinute
      : Math.max(1, Math.floor(this.#perMinute * 0.8));
    const over = this.#sent.length + count - most;
    if (over <= 0) return 0;
    // The one whose leaving makes room.
    const leaving = this.#sent[Math.min(over, this.#sent.length) - 1];
    return Math.max(leaving + MINUTE - this.#now(), 1);
  }

  /** Counts so many. @returns false where they may not be sent now */
  take(isUrgent: boolean, count = 1): boolean {
    if (this.wait(isUrgent, count) > 0) return false;
    for (let n = 0; n < count; n += 1) this.#sent.push(this.#now());
    return true;
  }

  #forget(): void {
    const before = this.#now() - MINUTE;
    while (this.#sent.length && this.#sent[0] <= before) this.#sent.shift();
  }
}
