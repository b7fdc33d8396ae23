import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { percent } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';
import { type Point, type Sample, chartLines } from './chart';

const WIDTH = 300;
const HEIGHT = 80;

function path(points: Point[]): string {
  return points
    .map(
      ({ x, y }, index) =>
        `${index === 0 ? 'M' : 'L'}${(x * WIDTH).toFixed(1)} ${((1 - y) * HEIGHT).toFixed(1)}`,
    )
    .join('');
}

function area(points: Point[]): string {
  const first = (points[0].x * WIDTH).toFixed(1);
  const last = (points[points.length - 1].x * WIDTH).toFixed(1);
  return `${path(points)}L${last} ${HEIGHT}L${first} ${HEIGHT}Z`;
}

/** A figure over 24 hours, 0 to 100 %, with gaps where there is no figure. */
export function SampleChart(props: {
  label: string;
  name: string;
  samples: Sample[];
  value(sample: Sample): number | undefined;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const lines = chartLines(props.samples, props.value);
  if (lines.length === 0) {
    return <Text color="secondary">{t('host.noSamples')}</Text>;
  }
  const peak = Math.max(...lines.flat().map(({ y }) => y));
  const peakText = t('host.peak', { value: percent(peak) });
  return (
    <div>
      <div className={styles.chartTitle}>
        <Text>{props.name}</Text>
        <Text color="secondary">{peakText}</Text>
      </div>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${props.label}, ${peakText}`}
      >
        {[0, 0.5, 1].map(y => (
          <line
            key={y}
            className={styles.grid}
            x1={0}
            x2={WIDTH}
            y1={y * HEIGHT}
            y2={y * HEIGHT}
          />
        ))}
        {lines.map(points => (
          <g key={points[0].x}>
            <path className={styles.area} d={area(points)} />
            <path className={styles.line} d={path(points)} />
          </g>
        ))}
      </svg>
    </div>
  );
}
