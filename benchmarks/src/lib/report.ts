/** A figure with the limit that it must keep; the command fails when it does not. */
export interface Gate {
  name: string;
  value: number;
  limit: number;
  unit: string;
}

/** A figure that is only told: times depend on the machine. */
export interface Figure {
  name: string;
  value: number | string;
  unit?: string;
  /** What we want to reach, where there is such a mark. */
  goal?: number;
}

/** What a benchmark found. */
export interface BenchmarkResult {
  gates: Gate[];
  figures: Figure[];
  /** What was measured and how, one sentence each. */
  notes: string[];
}

/** Prints a line for the person who watches; it is no result. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Rounds to a number of decimals. */
export function round(value: number, decimals = 1): number {
  return Number(value.toFixed(decimals));
}

/**
 * Runs a benchmark, prints its result as one JSON line, and ends the process: 1 when a gate was missed or it failed.
 *
 * @param name - as in `npm run bench -- NAME`
 * @param benchmark - gets a list of things to undo, newest first, whatever happens
 */
export async function runBenchmark(
  name: string,
  benchmark: (undo: (() => unknown)[]) => Promise<BenchmarkResult>,
): Promise<void> {
  const undo: (() => unknown)[] = [];
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`${error}\n`);
      }
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void undoAll().then(() => process.exit(130)));
  let exitCode = 0;
  try {
    const result = await benchmark(undo);
    await undoAll();
    const gates = result.gates.map(gate => ({
      ...gate,
      ok: gate.value <= gate.limit,
    }));
    if (gates.some(({ ok }) => !ok)) exitCode = 1;
    say(JSON.stringify({ benchmark: name, ...result, gates }));
  } catch (error) {
    await undoAll();
    process.stderr.write(
      `${error instanceof Error ? error.stack : String(error)}\n`,
    );
    exitCode = 1;
  }
  process.exit(exitCode);
}
