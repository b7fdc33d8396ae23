import { errorLines, linesOfStage, readLog } from './jobLog';

describe('the log of a job', () => {
  const lines = readLog([
    '2026-11-24T10:00:01.5000000Z ##[group]Run make',
    '2026-11-24T10:00:01.6000000Z \u001B[31mred\u001B[0m',
    '2026-11-24T10:00:02.9990000Z ##[endgroup]',
    '2026-11-24T10:00:03.1000000Z ##[error]Process completed with exit code 2.',
    'a line without a time',
  ]);

  it('is read without times, colours and marks', () => {
    expect(lines.map(({ text }) => text)).toEqual([
      'Run make',
      'red',
      'Process completed with exit code 2.',
      'a line without a time',
    ]);
  });

  it('is cut to the lines of a stage, and left whole where no line is of it', () => {
    const stage = {
      startedAt: '2026-11-24T10:00:03Z',
      finishedAt: '2026-11-24T10:00:03Z',
    };
    expect(linesOfStage(lines, stage).map(({ text }) => text)).toEqual([
      'Process completed with exit code 2.',
    ]);
    expect(
      linesOfStage(lines, { startedAt: '2026-11-25T00:00:00Z' }),
    ).toHaveLength(4);
    expect(linesOfStage(lines, {})).toHaveLength(4);
  });

  it('says first what went wrong, each line once', () => {
    const wrong = readLog([
      'error: no such file',
      'error: no such file',
      'errors are counted: 0',
      '##[error]exit code 1',
      'panic: nil',
    ]);
    expect(errorLines(wrong, 2)).toEqual([
      'error: no such file',
      'exit code 1',
    ]);
  });
});
