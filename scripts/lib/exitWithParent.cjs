// Preloaded into children that must not outlive the script that started them: its end closes our standard input.
process.stdin.resume();
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.unref();
