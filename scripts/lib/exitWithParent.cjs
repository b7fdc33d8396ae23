// Preloaded into children that must not outlive the script that started them: its end closes our standard input.
const { isMainThread } = require('node:worker_threads');

// Threads preload this too, and theirs is closed from the start.
if (isMainThread) {
  process.stdin.resume();
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.unref();
}
