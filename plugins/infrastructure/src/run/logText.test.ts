import type { RunLogLine } from '@nante/model';
import { LogText } from './logText';

const line = (n: number, level: RunLogLine['level'] = 'info'): RunLogLine => ({
  n,
  time: new Date(Date.UTC(2026, 10, 24, 10, 0, n)).toISOString(),
  level,
  text: `line ${n}`,
});

describe('the text of a log', () => {
  it('grows with the log, and leaves out what is below the level', () => {
    const all = new LogText('info');
    const warnings = new LogText('warn');
    const lines = [line(0), line(1, 'warn')];
    expect(all.of(lines)).toMatch(/^\S.* line 0\n\S.* WARN line 1$/);
    const more = [...lines, line(2), line(3, 'error')];
    expect(all.of(more).split('\n')).toHaveLength(4);
    expect(all.of(more).startsWith(all.of(more))).toBe(true);
    expect(warnings.of(more)).toMatch(/^\S.* WARN line 1\n\S.* ERROR line 3$/);
    // A log of another run begins anew.
    expect(all.of([line(9)])).toMatch(/^\S.* line 9$/);
  });

  it('of 100,000 lines is there within a second, and of a thousand more at once', () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => line(n));
    const text = new LogText('info');
    let start = performance.now();
    text.of(lines);
    expect(performance.now() - start).toBeLessThan(1000);
    const more = [
      ...lines,
      ...Array.from({ length: 1000 }, () => line(100_000)),
    ];
    start = performance.now();
    expect(text.of(more).endsWith('line 100000')).toBe(true);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
