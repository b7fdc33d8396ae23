// Steps with progress and time, and one way to fail: what happened, and what to do about it.
import { performance } from 'node:perf_hooks';

/** A failure that a person can act on; printed without a stack. */
export class StepError extends Error {
  /**
   * @param {string} message what happened
   * @param {string} remedy what to do about it, one sentence
   */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** @param {number} milliseconds */
export function formatDuration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Milliseconds between two lines of progress where there is no terminal. */
const quietMs = 10_000;

const live = Boolean(process.stdout.isTTY);

/**
 * Runs one step and prints its title, progress and time.
 *
 * @template T
 * @param {string} title
 * @param {(progress: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  let last = '';
  let shown = started;
  const show = () => {
    if (!live) return;
    const elapsed = formatDuration(performance.now() - started);
    const width = (process.stdout.columns ?? 100) - 1;
    process.stdout.write(
      `\r\u001b[2K  … ${title} (${elapsed}) ${last}`.slice(0, width + 6),
    );
  };
  const timer = live ? setInterval(show, 500) : undefined;
  show();
  const progress = line => {
    last = line.trim().slice(0, 120);
    if (live) show();
    else if (performance.now() - shown > quietMs) {
      // A log wants a sign of life, not every line.
      shown = performance.now();
      process.stdout.write(`      ${last}\n`);
    }
  };
  try {
    if (!live) process.stdout.write(`  … ${title}\n`);
    const result = await work(progress);
    const note = typeof result === 'string' ? `: ${result}` : '';
    if (live) process.stdout.write('\r\u001b[2K');
    process.stdout.write(
      `  ✔ ${title}${note} (${formatDuration(performance.now() - started)})\n`,
    );
    return result;
  } catch (error) {
    if (live) process.stdout.write('\r\u001b[2K');
    process.stdout.write(
      `  ✘ ${title} (${formatDuration(performance.now() - started)})\n`,
    );
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a script's main function; a StepError ends the process with its remedy, anything else with its stack.
 *
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (error instanceof StepError) {
      console.error(`\n${error.message}\n→ ${error.remedy}`);
    } else {
      console.error(error);
    }
    process.exitCode = 1;
  }
}
