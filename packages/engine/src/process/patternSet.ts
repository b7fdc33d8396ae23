/** A stretch of text, end not included. */
export interface Span {
  start: number;
  end: number;
}

const buckets = 1 << 16;

/**
 * Finds every occurrence of many fixed texts in one pass that skips ahead (the Wu-Manber method): the cost hardly
 * depends on how many texts there are, while a regular expression with a thousand alternatives tries each of them at
 * each position.
 */
export class PatternSet {
  /** Length of the longest text, 0 when there is none. */
  readonly longest: number;
  readonly #window: number;
  readonly #shifts: Uint8Array;
  readonly #candidates = new Map<number, string[]>();

  constructor(patterns: readonly string[]) {
    const lengths = patterns.map(pattern => pattern.length);
    this.longest = Math.max(0, ...lengths);
    this.#window = Math.min(255, ...lengths);
    this.#shifts = new Uint8Array(buckets).fill(Math.max(1, this.#window - 1));
    for (const pattern of patterns) {
      for (let i = 1; i < this.#window; i++) {
        const block = blockAt(pattern, i);
        const shift = this.#window - 1 - i;
        if (shift < this.#shifts[block]) this.#shifts[block] = shift;
        if (shift === 0) {
          const same = this.#candidates.get(block);
          if (same) same.push(pattern);
          else this.#candidates.set(block, [pattern]);
        }
      }
    }
  }

  /** Occurrences in order; those that touch or overlap are joined. */
  find(text: string): Span[] {
    const spans: Span[] = [];
    if (this.longest === 0) return spans;
    let at = this.#window - 1;
    while (at < text.length) {
      const block = blockAt(text, at);
      const shift = this.#shifts[block];
      if (shift > 0) {
        at += shift;
        continue;
      }
      const start = at - this.#window + 1;
      let end = 0;
      for (const pattern of this.#candidates.get(block) ?? []) {
        if (start + pattern.length > end && text.startsWith(pattern, start)) {
          end = start + pattern.length;
        }
      }
      if (end > 0) {
        const last = spans.at(-1);
        if (last && start <= last.end) last.end = Math.max(last.end, end);
        else spans.push({ start, end });
      }
      at += 1;
    }
    return spans;
  }
}

/** The two characters that end at `i`, as a number. */
function blockAt(text: string, i: number): number {
  return ((text.charCodeAt(i - 1) << 8) ^ text.charCodeAt(i)) & (buckets - 1);
}
