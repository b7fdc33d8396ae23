// Long-running children: started with a readiness check, stopped together, none left behind.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { StepError } from './steps.mjs';

/** Children of this script. Stopping is done in the reverse order of starting. */
export class Services {
  #children = [];
  #stopping = undefined;

  /**
   * Starts a child in a process group of its own, its output in a file.
   *
   * @param {string} name
   * @param {string} file
   * @param {string[]} args
   * @param {{ cwd: string, env: NodeJS.ProcessEnv, logFile: string, onLine?: (line: string) => void }} options
   */
  start(name, file, args, options) {
    const log = fs.createWriteStream(options.logFile, { flags: 'w' });
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      // Standard input stays open as long as we live; children that must go with us watch it.
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C reaches us alone, and we stop the children in order.
      detached: true,
    });
    const service = { name, child, exited: undefined };
    service.done = new Promise(resolve => {
      child.on('error', error => {
        service.exited = error.message;
        resolve();
      });
      child.on('exit', (code, signal) => {
        service.exited = signal ?? `exit code ${code}`;
        resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', chunk => {
        log.write(chunk);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        for (const line of lines) options.onLine?.(line);
      });
    }
    this.#children.push(service);
    return service;
  }

  /** Resolves with the first service that ends on its own. */
  firstToEnd() {
    return Promise.race(
      this.#children.map(service =>
        service.done.then(() =>
          this.#stopping ? new Promise(() => {}) : service,
        ),
      ),
    );
  }

  /** Stops everything: a request first, and force after the grace. */
  stop(graceMs = 25_000) {
    this.#stopping ??= (async () => {
      for (const { child, done } of [...this.#children].reverse()) {
        if (
          child.exitCode !== null ||
          child.signalCode !== null ||
          child.pid === undefined
        )
          continue;
        child.kill('SIGTERM');
        const timer = setTimeout(() => {
          try {
            process.kill(-child.pid, 'SIGKILL');
          } catch {
            // Gone in the meantime.
          }
        }, graceMs);
        await done;
        clearTimeout(timer);
      }
    })();
    return this.#stopping;
  }
}

/**
 * Waits until a condition holds.
 *
 * @param {() => Promise<boolean>} condition
 * @param {{ timeoutMs: number, service: { name: string, exited?: string }, logFile: string }} options
 */
export async function waitFor(condition, { timeoutMs, service, logFile }) {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition().catch(() => false))) {
    const problem = service.exited
      ? `The ${service.name} ended: ${service.exited}.`
      : Date.now() > deadline &&
        `The ${service.name} was not ready after ${timeoutMs / 1000} s.`;
    if (problem) {
      const tail = fs
        .readFileSync(logFile, 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-15)
        .join('\n');
      throw new StepError(
        `${problem}\n${tail}`,
        `read ${logFile} for the whole story`,
      );
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

/**
 * @param {number} port
 * @param {string} option the command-line option that chooses another
 */
export async function requireFreePort(port, option) {
  await new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', () =>
      reject(
        new StepError(
          `Port ${port} is in use.`,
          `stop what listens there (ss -ltnp 'sport = :${port}' names it), or choose another: ${option}`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => server.close(resolve));
  });
}
