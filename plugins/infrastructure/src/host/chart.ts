import type { HostDetail } from '@nante/plugin-infrastructure-common';

export type Sample = HostDetail['samples'][number];

/** A point of the chart: 0 to 1 in both directions, time to the right and value upwards. */
export interface Point {
  x: number;
  y: number;
}

/** Two samples further apart than this many usual distances have a gap between them. */
const GAP = 2.5;

/**
 * Lines of a chart. Missing values and missing times end a line and begin another: a gap is shown as a gap.
 *
 * @param samples - in the order of their time
 * @param value - figure of a sample, 0 to 1; undefined where there is none
 */
export function chartLines(
  samples: Sample[],
  value: (sample: Sample) => number | undefined,
): Point[][] {
  if (samples.length < 2) return [];
  const from = samples[0].time;
  const span = samples[samples.length - 1].time - from || 1;
  const distances = samples
    .slice(1)
    .map((sample, index) => sample.time - samples[index].time)
    .sort((a, b) => a - b);
  const usual = distances[Math.floor(distances.length / 2)];

  const lines: Point[][] = [];
  let line: Point[] = [];
  let last: number | undefined;
  for (const sample of samples) {
    const y = value(sample);
    const gap = last !== undefined && sample.time - last > usual * GAP;
    if ((y === undefined || gap) && line.length > 0) {
      lines.push(line);
      line = [];
    }
    if (y !== undefined) {
      line.push({
        x: (sample.time - from) / span,
        y: Math.min(1, Math.max(0, y)),
      });
      last = sample.time;
    }
  }
  if (line.length > 0) lines.push(line);
  return lines;
}
