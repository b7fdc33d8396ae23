interface Kept<T> {
  answer: Promise<T>;
  /** Milliseconds since 1970; infinite while it is under way. */
  until: number;
}

/**
 * Answers by key, each kept as long as it says. Callers at the same time share one request; a failure is nobody's answer but
 * of those who waited for it.
 */
export class KeptAnswers<T> {
  readonly #now: () => number;
  readonly #keepFor: (answer: T) => number;
  readonly #limit: number;
  /** Oldest first. */
  readonly #kept = new Map<string, Kept<T>>();

  /**
   * @param options - `keepFor`: milliseconds that an answer serves; `limit`: most answers that are kept, 500 unless given
   */
  constructor(options: {
    now: () => number;
    keepFor: (answer: T) => number;
    limit?: number;
  }) {
    this.#now = options.now;
    this.#keepFor = options.keepFor;
    this.#limit = options.limit ?? 500;
  }

  /** Whether an answer is there, or under way. */
  has(key: string): boolean {
    const kept = this.#kept.get(key);
    return kept !== undefined && kept.until > this.#now();
  }

  /** The kept answer, or a new one. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known && known.until > this.#now()) return known.answer;
    const kept: Kept<T> = { answer: ask(), until: Infinity };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.answer.then(
      answer => {
        kept.until = this.#now() + this.#keepFor(answer);
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      },
    );
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break;
      this.#kept.delete(oldest);
    }
    return kept.answer;
  }

  /** The next one who asks for it asks anew. */
  forget(key: string): void {
    this.#kept.delete(key);
  }

  /** Forgets what does not serve for ever. */
  forgetRunning(): void {
    for (const [key, { until }] of this.#kept) {
      if (until !== Infinity) this.#kept.delete(key);
    }
  }
}
