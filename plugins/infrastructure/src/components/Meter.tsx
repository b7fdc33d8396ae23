import { useTranslationRef } from '@backstage/frontend-plugin-api';
import LinearProgress from '@mui/material/LinearProgress';
import { infrastructureTranslationRef } from '../translation';
import styles from './Meter.module.css';

/** From here on a meter is yellow, and then red. */
const WARN = 0.8;
const FULL = 0.92;

export interface MeterProps {
  /** What is measured, for people who don't see the bar. */
  label: string;
  /** 0 to 1; undefined when there is no figure. */
  part?: number;
  /** The figure in words. */
  text: string;
  /** Says the label above the bar. */
  showLabel?: boolean;
}

function tone(part: number): string {
  if (part < WARN) return styles.normal;
  return part < FULL ? styles.warn : styles.full;
}

/** A bar with its figure in words. */
export function Meter({ label, part, text, showLabel }: MeterProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const value = part === undefined ? undefined : Math.min(1, Math.max(0, part));
  return (
    <div className={styles.meter}>
      {showLabel && <span className={styles.label}>{label}</span>}
      <span className={styles.text}>
        {value === undefined ? t('meter.unknown') : text}
      </span>
      {value !== undefined && (
        <LinearProgress
          variant="determinate"
          value={value * 100}
          aria-label={label}
          aria-valuetext={text}
          className={tone(value)}
          classes={{ root: styles.track, bar: styles.bar }}
        />
      )}
    </div>
  );
}
