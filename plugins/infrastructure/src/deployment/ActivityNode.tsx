import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import type { DeploymentActivity } from '@nante/plugin-infrastructure-common';
import {
  RiArrowDownSLine,
  RiArrowRightSLine,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiForbidLine,
  RiLoader4Line,
  RiSkipForwardLine,
  RiTimeLine,
} from '@remixicon/react';
import { useState } from 'react';
import { Label, type Look } from '../components/StateLabel';
import { stopwatch } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './DeploymentPage.module.css';
import { countErrors, hasFailed, lineLevel } from './activities';

/** Lines that are drawn of one step before somebody asks for more: thousands of them would make the page slow. */
const LINES = 200;

const statuses = {
  Pending: { icon: RiTimeLine, tone: 'quiet' },
  Running: { icon: RiLoader4Line, tone: 'info' },
  Success: { icon: RiCheckboxCircleFill, tone: 'good' },
  SuccessWithWarning: { icon: RiErrorWarningFill, tone: 'warn' },
  Failed: { icon: RiCloseCircleFill, tone: 'bad' },
  Skipped: { icon: RiSkipForwardLine, tone: 'quiet' },
  Canceled: { icon: RiForbidLine, tone: 'quiet' },
} as const satisfies Record<string, Look>;

/** State of a part of the log: icon, word and colour; a word that we don't know stays as Octopus says it. */
export function ActivityStatus({ status }: { status: string }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const known = Object.keys(statuses).find(
    (name): name is keyof typeof statuses => name === status,
  );
  return known ? (
    <Label
      look={statuses[known]}
      word={t(`deployment.log.status.${known}`)}
      spins={known === 'Running'}
    />
  ) : (
    <Label look={statuses.Pending} word={status} />
  );
}

/** Made once: `toLocaleTimeString` makes one a line. */
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

function lineTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? '' : clock.format(time);
}

function Lines(props: {
  lines: DeploymentActivity['lines'];
  onlyFailed: boolean;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [more, setMore] = useState(0);
  const lines = props.onlyFailed
    ? props.lines.filter(({ level }) => lineLevel(level) !== 'info')
    : props.lines;
  // The newest lines are what somebody who follows wants to see.
  const from = Math.max(0, lines.length - LINES * (more + 1));
  return (
    <>
      {from > 0 && (
        <Button
          size="small"
          variant="tertiary"
          onPress={() => setMore(old => old + 1)}
        >
          {t('deployment.log.earlier', { count: Math.min(from, LINES) })}
        </Button>
      )}
      <ul className={styles.lines}>
        {lines.slice(from).map((line, index) => {
          const level = lineLevel(line.level);
          return (
            <li
              // eslint-disable-next-line react/no-array-index-key
              key={from + index}
              className={styles.line}
              data-level={level}
            >
              <span className={styles.time}>{lineTime(line.time)}</span>
              <span>
                {level !== 'info' && (
                  <span className={styles.mark}>
                    {`${t(`deployment.log.${level}`)}: `}
                  </span>
                )}
                {line.text}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Took({ activity }: { activity: DeploymentActivity }) {
  const { startedAt, endedAt, percentage, status } = activity;
  if (startedAt && endedAt) {
    const ms = Date.parse(endedAt) - Date.parse(startedAt);
    return <span className={styles.time}>{stopwatch(ms / 1000)}</span>;
  }
  if (status !== 'Running' || percentage <= 0) return null;
  return <span className={styles.time}>{`${Math.round(percentage)} %`}</span>;
}

/** A step of a task with its lines and what is below it; the lines of a closed one are not in the document. */
export function ActivityNode(props: {
  activity: DeploymentActivity;
  depth: number;
  onlyFailed: boolean;
  isOpen(activity: DeploymentActivity, depth: number): boolean;
  onToggle(id: string, open: boolean): void;
}) {
  const { activity, depth, onlyFailed, isOpen, onToggle } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const open = isOpen(activity, depth);
  const errors = countErrors(activity);
  const Arrow = open ? RiArrowDownSLine : RiArrowRightSLine;
  const children = onlyFailed
    ? activity.children.filter(hasFailed)
    : activity.children;
  return (
    <li>
      <button
        type="button"
        className={styles.node}
        aria-expanded={open}
        onClick={() => onToggle(activity.id, !open)}
      >
        <Arrow size={18} aria-hidden="true" />
        <span className={styles.nodeName}>{activity.name}</span>
        {errors > 0 && !open && (
          <span>{t('deployment.log.errorsIn', { count: errors })}</span>
        )}
        <ActivityStatus status={activity.status} />
        <Took activity={activity} />
      </button>
      {open && (
        <div className={styles.branch}>
          {activity.lines.length > 0 && (
            <Lines lines={activity.lines} onlyFailed={onlyFailed} />
          )}
          {children.length > 0 && (
            <ul className={styles.tree}>
              {children.map(child => (
                <ActivityNode
                  {...props}
                  key={child.id}
                  activity={child}
                  depth={depth + 1}
                />
              ))}
            </ul>
          )}
        </div>
      )}
    </li>
  );
}
