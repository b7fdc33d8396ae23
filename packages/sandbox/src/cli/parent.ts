import { fstatSync } from 'node:fs';

const pollMs = 1000;

/**
 * Calls back once when the process that started this one is gone: its end of our standard input closes, or another
 * process has become our parent.
 */
export function whenParentGone(callback: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) gone();
  }, pollMs);
  timer.unref();
  function gone() {
    clearInterval(timer);
    callback();
  }
  const stdin = fstatSync(0);
  // A file or /dev/null ends at once and says nothing about anybody's life.
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.on('end', gone).on('error', gone).resume();
}
