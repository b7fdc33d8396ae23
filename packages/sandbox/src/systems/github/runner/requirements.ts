import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the runner found on this machine. */
export interface Requirements {
  /** Such as `act version 0.2.89`. */
  actVersion: string;
  /** Why the runner cannot work, and what to do; undefined where it can. */
  problem?: string;
}

/** Looks for what executing a workflow takes. @param act - program; undefined where none was found */
export async function checkRequirements(
  act: string | undefined,
): Promise<Requirements> {
  const [actVersion, git, bash] = await Promise.all([
    act ? versionOf(act) : undefined,
    versionOf('git'),
    versionOf('bash'),
  ]);
  const node = Number(process.versions.node.split('.')[0]);
  const missing = [
    actVersion === undefined &&
      'act is not here (npm start gets it into .tools/checks; or put act 0.2.80 or newer on the PATH)',
    git === undefined && 'git is not here (install it)',
    bash === undefined && 'bash is not here (install it)',
    node < 20 &&
      `Node ${node} is too old (start the sandbox with Node 22 or 24)`,
    process.platform !== 'linux' &&
      'jobs run on Linux alone (start the sandbox on Linux)',
  ].filter(text => text !== false);
  return {
    actVersion: actVersion ?? '',
    ...(missing.length > 0
      ? { problem: `Workflows stay queued: ${missing.join('; ')}.` }
      : {}),
  };
}

/** First line of `--version`; undefined where the program does not run. */
async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 10_000 });
    return stdout.trim().split('\n')[0];
  } catch {
    return undefined;
  }
}
