import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Puts the stand-in scanner where jobs find it, unless there is a real one that has a database.
 *
 * @param bin - folder of programs on the `PATH` of jobs
 * @param path - folders that come before the machine's own
 */
export async function useScanner(
  bin: string,
  path: readonly string[],
): Promise<void> {
  if (await hasRealScanner(path)) return;
  // The program is TypeScript like the rest of the sandbox.
  const loader = pathToFileURL(createRequire(__filename).resolve('tsx'));
  // eslint-disable-next-line no-restricted-syntax -- it is run from its sources only, where the program lies beside it
  const program = join(__dirname, 'grype/main.ts');
  const file = join(bin, 'grype');
  const words = [process.execPath, '--import', loader.href, program];
  writeFileSync(
    file,
    `#!/bin/sh\nexec ${words.map(word => quoted(word)).join(' ')} "$@"\n`,
  );
  chmodSync(file, 0o755);
}

async function hasRealScanner(path: readonly string[]): Promise<boolean> {
  const PATH = [...path, process.env.PATH].join(delimiter);
  try {
    await run('grype', ['db', 'status'], {
      env: { ...process.env, PATH },
      timeout: 10_000,
    });
    return true;
  } catch {
    return false;
  }
}

/** A word of a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
