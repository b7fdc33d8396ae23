import { chartLines } from './chart';

const cpu = (sample: { cpu?: number }) => sample.cpu;

describe('a chart', () => {
  it('shows a gap where a figure or a time is missing', () => {
    const at = (time: number, value?: number) => ({ time, cpu: value });
    expect(chartLines([], cpu)).toEqual([]);
    expect(chartLines([at(0, 0.1), at(10, 0.2), at(20, 0.3)], cpu)).toEqual([
      [
        { x: 0, y: 0.1 },
        { x: 0.5, y: 0.2 },
        { x: 1, y: 0.3 },
      ],
    ]);
    expect(
      chartLines([at(0, 0.1), at(10), at(20, 0.3), at(30, 0.4)], cpu),
    ).toHaveLength(2);
    const late = [at(0, 0.1), at(10, 0.2), at(20, 0.2), at(90, 0.3)];
    expect(chartLines(late, cpu)).toHaveLength(2);
  });
});
