import { mockServices } from '@backstage/backend-test-utils';
import { run } from './__testUtils__/actions';
import { followRun } from './follow';

describe("a task's log", () => {
  it('has every line of a run, and of a flood as many as a database takes', () => {
    const lines: string[] = [];
    const logger = mockServices.logger.mock({
      info: line => void lines.push(line),
      error: line => void lines.push(line),
    });
    const clock = jest.spyOn(Date, 'now').mockReturnValue(5_000);
    const follow = followRun(logger);
    const say = (n: number, level: 'info' | 'error' = 'info') =>
      follow.onLog({ n, time: '', level, text: `line ${n}` });
    for (let n = 0; n < 100_000; n++) say(n);
    expect(lines).toHaveLength(100);
    say(100_000, 'error');
    expect(lines.slice(99)).toEqual(['line 99', 'line 100000']);

    clock.mockReturnValue(6_000);
    for (let n = 0; n <= 100; n++) say(n);
    expect(lines.slice(101, 103)).toEqual([
      '99900 more lines are on the page of the run.',
      'line 0',
    ]);
    follow.onRun({ ...run, id: 'run-0001', state: 'failed' });
    expect(lines.slice(-2)).toEqual([
      'The run has a page of its own: /runs/run-0001',
      '1 more line is on the page of the run.',
    ]);
    clock.mockRestore();
  });
});
