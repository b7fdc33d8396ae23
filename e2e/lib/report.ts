/** Exit code by which a scenario says that this machine cannot run it; its reason stands in a line `skip: …`. */
export const skipExitCode = 77;

/** Thrown to end a scenario that this machine cannot run. */
export class SkipScenario extends Error {}

/** What a scenario has to report: one JSON object, printed as its last line. */
export type Figures = Record<string, unknown>;

/** Prints a line for the person who watches. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Times one part of a scenario and says so. */
export async function part<T>(
  title: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const result = await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`✔ ${title} (${seconds} s)`);
  return result;
}

/**
 * Runs a scenario and ends the process: 0 and one JSON line with its figures, 77 after `skip: <reason>`, 1 otherwise.
 *
 * @param name - as in `npm run verify -- NAME`
 * @param scenario - gets a list of things to undo, newest first, whatever happens; Ctrl-C included
 */
export async function runScenario(
  name: string,
  scenario: (undo: (() => unknown)[]) => Promise<Figures>,
): Promise<void> {
  const undo: (() => unknown)[] = [];
  let undoing: Promise<void> | undefined;
  const undoAll = () => {
    undoing ??= (async () => {
      for (const step of undo.splice(0).reverse()) {
        try {
          await step();
        } catch (error) {
          process.stderr.write(`${error}\n`);
        }
      }
    })();
    return undoing;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void undoAll().then(() => process.exit(130)));

  const started = performance.now();
  let exitCode = 0;
  try {
    const figures = await scenario(undo);
    await undoAll();
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    say(JSON.stringify({ scenario: name, ...figures, seconds }));
  } catch (error) {
    await undoAll();
    if (error instanceof SkipScenario) {
      say(`skip: ${error.message}`);
      exitCode = skipExitCode;
    } else {
      process.stderr.write(
        `${error instanceof Error ? error.stack : String(error)}\n`,
      );
      exitCode = 1;
    }
  }
  process.exit(exitCode);
}
