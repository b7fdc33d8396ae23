import path from 'node:path';
import type { CommandResult as Document } from '@nante/model';
import { root } from '../../scripts/lib/paths.mjs';
import { ensurePython } from '../../scripts/lib/python.mjs';
import { runCommand } from './command';
import { temporaryFolder } from './sandbox';

/** What a call of `nante` left behind. */
export interface Answer {
  code: number;
  /** What `--json` printed; undefined where that was no document. */
  document?: Document;
  /** Everything that was printed. */
  log: string;
}

/** `nante` as a person has it on a terminal, pointed at a sandbox. */
export type CommandLine = (...args: string[]) => Promise<Answer>;

/**
 * Bundles the command line from the sources.
 *
 * @param data - folder of the sandbox
 */
export async function commandLine(
  undo: (() => unknown)[],
  data: string,
): Promise<CommandLine> {
  const { ansiblePlaybook } = await ensurePython(() => {});
  const folder = temporaryFolder(undo);
  const bundle = await runCommand(
    process.execPath,
    [
      ...['--import', 'tsx', 'packages/cli/scripts/bundle.ts'],
      ...['--out', folder],
    ],
    { cwd: root },
  );
  if (bundle.code !== 0) throw new Error(`No bundle: ${bundle.output}`);
  const env = {
    ...process.env,
    NANTE_ENDPOINTS: path.join(data, 'endpoints.json'),
    NANTE_WORK_DIRECTORY: path.join(folder, 'work'),
    PATH: [path.dirname(ansiblePlaybook), process.env.PATH].join(
      path.delimiter,
    ),
    HOME: folder,
  };
  return async (...args) => {
    let log = '';
    const { code, output } = await runCommand(
      process.execPath,
      [path.join(folder, 'index.js'), ...args, '--json'],
      { cwd: root, env, onLine: line => (log += `${line}\n`) },
    );
    return { code, document: parsed(output), log };
  };
}

function parsed(output: string): Document | undefined {
  try {
    return JSON.parse(output) as Document;
  } catch {
    return undefined;
  }
}
