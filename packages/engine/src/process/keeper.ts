/**
 * The program that stands between us and a detached child. It writes the record by which the child is found again
 * (before the child starts, so that there is never a child without a record), starts the child with its own output (a
 * file), adds the child's own id to the record, so that the child is known to run even when its keeper was killed,
 * passes the first SIGINT on, waits, and writes down how the child ended, so that this is known even when we are gone.
 *
 * It is kept as text and written beside its record at each start, because there is no other place that is right
 * everywhere: in the repository the engine runs from TypeScript, in the portal it is transformed, on a runner it is one
 * bundled file; and Node needs a file to run.
 */
export const keeperSource = `'use strict';
const { execFileSync, spawn } = require('node:child_process');
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const [recordFile, record, file, ...args] = process.argv.slice(2);
const handle = JSON.parse(record);
const write = (target, content) => {
  writeFileSync(target + '.new', JSON.stringify(content), { mode: 0o600 });
  renameSync(target + '.new', target);
};
const startTime = pid => {
  if (process.platform === 'linux') {
    const stat = readFileSync('/proc/' + pid + '/stat', 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  }
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { LC_ALL: 'C', PATH: process.env.PATH },
    encoding: 'utf8',
  }).trim();
};
const finish = end =>
  write(handle.exitFile, { ...end, endedAt: new Date().toISOString() });
let asked = false;
let child;
process.on('SIGINT', () => {
  if (asked) return;
  asked = true;
  if (child) child.kill('SIGINT');
});
for (const name of ['SIGTERM', 'SIGHUP']) {
  process.on(name, () => child && child.kill(name));
}
const known = {
  ...handle,
  pid: process.pid,
  startTime: startTime(process.pid),
  startedAt: new Date().toISOString(),
};
write(recordFile, known);
child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('spawn', () => {
  try {
    const { pid } = child;
    write(recordFile, { ...known, child: { pid, startTime: startTime(pid) } });
  } catch {
    // It ended at once; its result is what counts.
  }
  if (asked) child.kill('SIGINT');
});
child.on('error', error => {
  finish({ exitCode: null, signal: null, failure: error.code || 'unknown' });
  process.exitCode = 127;
});
child.on('exit', (exitCode, signal) => {
  finish({ exitCode, signal });
  process.exitCode = exitCode === null ? 1 : exitCode;
});
`;
