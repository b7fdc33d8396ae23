import { runCli } from './cli';
import type { World } from './world';

const world: World = {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal(listener) {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const told = signals.map(signal => ({
      signal,
      tell: () => listener(signal),
    }));
    for (const { signal, tell } of told) process.on(signal, tell);
    return () => {
      for (const { signal, tell } of told) process.off(signal, tell);
    };
  },
};

/** Ends when everything that was written is out, whatever connections are still kept alive. */
function end(code: number): void {
  process.exitCode = code;
  process.stderr.write('', () =>
    process.stdout.write('', () => process.exit(code)),
  );
}

// eslint-disable-next-line no-restricted-syntax -- the bundle lies in the repository, and finds the rest from there
runCli(process.argv.slice(2), world, __dirname).then(end, error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  end(1);
});
