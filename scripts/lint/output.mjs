import { spawn } from 'node:child_process';
import { root } from '../lib/paths.mjs';
import { StepError } from '../lib/steps.mjs';

/**
 * Runs a linter and takes what it prints.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {object} [options]
 * @param {string} [options.input] for its standard input
 * @param {string} [options.cwd] where it runs; at the root of the repository unless given
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function runForOutput(file, args, env, { input = '', cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'])
      child[stream].setEncoding('utf8').on('data', chunk => {
        printed[stream] += chunk;
      });
    child.on('error', reject);
    child.on('close', code => resolve({ code, ...printed }));
    child.stdin.end(input);
  });
}

/**
 * Reads what a linter printed.
 *
 * @template T
 * @param {string} tool
 * @param {{ code: number | null, stdout: string, stderr: string }} printed
 * @param {(printed: { code: number | null, stdout: string, stderr: string }) => T} read
 * @returns {T}
 * @throws {StepError} where it did not do its work
 */
export function readOutput(tool, printed, read) {
  try {
    return read(printed);
  } catch (error) {
    const text = `${printed.stdout.slice(-2000)}\n${printed.stderr.slice(-2000)}`;
    throw new StepError(
      `${tool} (exit code ${printed.code}) printed something that cannot be read: ${error.message}\n${text}`,
      'run it by hand to see what is wrong',
    );
  }
}
