import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const program = resolve(__dirname, '../bin/nante.cjs');
const dist = resolve(__dirname, '../../../.github/actions/nante/dist');

const run = (...args: string[]) =>
  execFileSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    // From anywhere, with nothing of ours in the environment.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: tmpdir() },
  });

describe('the bundle', () => {
  it('shows its help within 0.3 s, from any folder', () => {
    const times = Array.from({ length: 7 }, () => {
      const start = performance.now();
      expect(run('--help')).toContain('provision');
      return performance.now() - start;
    });
    // The best of several: the machine may be busy with other tests.
    expect(Math.min(...times)).toBeLessThan(300);
  });

  it('stays below 5 MB, names the licences of all that is in it, and no folder of whoever made it', () => {
    expect(statSync(`${dist}/index.js`).size).toBeLessThan(5_000_000);
    const licences = readFileSync(`${dist}/licenses.txt`, 'utf8');
    for (const name of ['commander', 'zod', 'undici', 'execa', 'yaml'])
      expect(licences).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, 'm'));
    expect(licences).not.toContain('(see below)');
    expect(readFileSync(`${dist}/index.js`, 'utf8')).not.toContain(
      resolve(__dirname, '../../..'),
    );
  });

  it('says the version, and refuses what it does not know', () => {
    expect(run('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(() => run('fly')).toThrow(/unknown command 'fly'/);
  });
});
