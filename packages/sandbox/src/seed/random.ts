/** Source of repeatable randomness: the same seed gives the same sequence on every machine. */
export interface Random {
  /** Number from 0 (included) to 1 (excluded). */
  next(): number;
  /** Whole number from `from` to `to`, both included. */
  integer(from: number, to: number): number;
}

/**
 * Makes a generator (mulberry32: small, quick, good enough for faults and seeds, not for keys).
 *
 * @param seed - any whole number
 */
export function createRandom(seed: number): Random {
  let state = Math.trunc(seed) % 2 ** 32;
  function next() {
    state = (state + 0x6d2b79f5) % 2 ** 32;
    // Bit operations are what this generator is made of.
    /* eslint-disable no-bitwise */
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    /* eslint-enable no-bitwise */
  }
  return {
    next,
    integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
  };
}
