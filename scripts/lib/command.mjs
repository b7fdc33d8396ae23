import { spawn } from 'node:child_process';

/**
 * Runs a program to its end. Arguments are an array; there is no shell.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, inherit?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>} the exit code, and the last 200 lines unless inherited
 */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const tail = [];
    let rest = '';
    const take = chunk => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        tail.push(line);
        if (tail.length > 200) tail.shift();
        if (line.trim()) options.onLine?.(line);
      }
    };
    child.stdout?.setEncoding('utf8').on('data', take);
    child.stderr?.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (rest) tail.push(rest);
      resolve({ code: code ?? (signal ? 130 : 1), output: tail.join('\n') });
    });
  });
}

/**
 * True when a program can be started.
 *
 * @param {string} file
 * @param {string[]} [args]
 */
export async function canRun(file, args = ['--version']) {
  try {
    return (await run(file, args)).code === 0;
  } catch {
    return false;
  }
}
