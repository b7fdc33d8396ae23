import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Badge, Link, Text } from '@backstage/ui';
import { runKindSchema } from '@nante/model';
import type { ActivityEntry } from '@nante/plugin-infrastructure-common';
import {
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiForbidLine,
  RiLoader4Line,
  RiQuestionLine,
} from '@remixicon/react';
import { Label, type Look } from '../components/StateLabel';
import { refName } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Activity.module.css';
import { byDay } from './entries';

const looks: Record<ActivityEntry['result'], Look> = {
  succeeded: { icon: RiCheckboxCircleFill, tone: 'good' },
  failed: { icon: RiCloseCircleFill, tone: 'bad' },
  running: { icon: RiLoader4Line, tone: 'info' },
  cancelled: { icon: RiForbidLine, tone: 'quiet' },
  unknown: { icon: RiQuestionLine, tone: 'quiet' },
};

const DAY_MS = 86_400_000;

function useDayName(): (iso: string) => string {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return iso => {
    const day = new Date(iso).toDateString();
    if (day === new Date().toDateString()) return t('activity.today');
    if (day === new Date(Date.now() - DAY_MS).toDateString()) {
      return t('activity.yesterday');
    }
    return new Date(iso).toLocaleDateString(undefined, { dateStyle: 'full' });
  };
}

/** Who did what, when, with which result, and where more of it is. */
function Entry({ entry }: { entry: ActivityEntry }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const source = t(`activity.source.${entry.source}`);
  // Runs have a word for what they do; other systems' kinds are their own.
  const known =
    entry.source === 'run' ? runKindSchema.safeParse(entry.kind).data : null;
  const kind = known ? t(`runs.kind.${known}`) : entry.kind;
  return (
    <li className={styles.entry}>
      <time className={styles.time} dateTime={entry.at}>
        {new Date(entry.at).toLocaleTimeString(undefined, {
          timeStyle: 'short',
        })}
      </time>
      <Label
        look={looks[entry.result]}
        word={t(`activity.result.${entry.result}`)}
        spins={entry.result === 'running'}
      />
      <div className={styles.what}>
        <span className={styles.text}>{entry.text}</span>
        <span className={styles.line}>
          <Badge size="small">{source}</Badge>
          <span>{kind}</span>
          <span>{t('activity.by', { actor: refName(entry.actor) })}</span>
          {entry.environment && <span>{entry.environment}</span>}
          {entry.runId && (
            <Link variant="body-small" href={links.run(entry.runId)}>
              {t('activity.run')}
            </Link>
          )}
          {entry.entityRef && (
            <Link variant="body-small" href={links.entity(entry.entityRef)}>
              {refName(entry.entityRef)}
            </Link>
          )}
          {entry.url && (
            <Link
              variant="body-small"
              href={entry.url}
              target="_blank"
              rel="noopener noreferrer"
            >
              {t('activity.open', { source })}
            </Link>
          )}
        </span>
      </div>
    </li>
  );
}

/** A feed, newest first, each day below its name. */
export function ActivityList(props: {
  entries: ActivityEntry[];
  /** Rank of the headings. */
  heading: 'h2' | 'h3';
}) {
  const dayName = useDayName();
  return (
    <div className={styles.days}>
      {byDay(props.entries).map(day => (
        <section key={day.key} aria-label={dayName(day.at)}>
          <Text as={props.heading} weight="bold" color="secondary">
            {dayName(day.at)}
          </Text>
          <ul className={styles.entries}>
            {day.entries.map(entry => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
