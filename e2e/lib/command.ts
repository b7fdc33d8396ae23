import { spawn } from 'node:child_process';

/** What a program left behind. */
export interface CommandResult {
  code: number;
  /** Standard output. */
  output: string;
}

/**
 * Runs a program to its end; there is no shell.
 *
 * @param onLine - gets each line of standard output and standard error
 */
export function runCommand(
  file: string,
  args: readonly string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    onLine?: (line: string) => void;
    /** Standard input; nothing unless told. */
    input?: string;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // One that ends without reading closes the pipe, which is no failure of ours.
    child.stdin.on('error', () => {}).end(options.input ?? '');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        if (stream === child.stdout) output += chunk;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) options.onLine?.(line);
      });
      stream.on('end', () => rest && options.onLine?.(rest));
    }
    child.on('error', reject);
    child.on('close', code => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a program that has to succeed.
 *
 * @returns its standard output
 * @throws Error with all that it printed
 */
export async function must(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const lines: string[] = [];
  const { code, output } = await runCommand(file, args, {
    ...options,
    onLine: line => lines.push(line),
  });
  if (code === 0) return output;
  throw new Error(`${file} ${args.join(' ')}:\n${lines.join('\n')}`);
}
