import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Skeleton, Text } from '@backstage/ui';
import { pipelineReadPermission } from '@nante/plugin-infrastructure-common';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  type RepositoryKey,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { Problem } from '../components/Problem';
import { download } from '../components/download';
import { useLive } from '../hooks/useLive';
import { infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';
import { errorLines, linesOfStage, readLog } from './jobLog';

/** Lines that are shown before somebody asks for all. */
const TAIL = 60;
const ERRORS = 5;
/** Milliseconds between two looks for a log that is not there yet. */
const LOOK_MS = 5_000;
/** Looks for the log of a job that has ended: GitHub hands it out a moment later, and one day no more. */
const LATE_LOOKS = 6;

/** End of a job's log, first what went wrong in it. */
export function JobLog(props: {
  repository: RepositoryKey;
  jobId: number;
  /** What the log is of, for a person. */
  name: string;
  /** The job goes on: its log comes later. */
  goesOn: boolean;
  /** Times of the stage, where only its part of the job is wanted. */
  stage?: { startedAt?: string; finishedAt?: string };
}) {
  const { jobId, goesOn, name } = props;
  const { connection, name: repository } = props.repository;
  const { startedAt, finishedAt } = props.stage ?? {};
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const [isWhole, setWhole] = useState(false);
  const [lateLooks, setLateLooks] = useState(0);
  const box = useRef<HTMLPreElement>(null);
  const load = useCallback(
    (signal: AbortSignal) =>
      api.getPipelineJobLog({ connection, name: repository }, jobId, signal),
    [api, connection, repository, jobId],
  );
  const { data, error, reload } = useLive(load, {
    intervalMs: goesOn || lateLooks < LATE_LOOKS ? LOOK_MS : 0,
  });
  useEffect(() => {
    if (data && !goesOn)
      setLateLooks(count => (data.lines ? LATE_LOOKS : count + 1));
  }, [data, goesOn]);
  const lines = useMemo(
    () =>
      data?.lines &&
      linesOfStage(readLog(data.lines), { startedAt, finishedAt }),
    [data, startedAt, finishedAt],
  );
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);

  if (!data) {
    return error ? (
      <Problem
        error={error}
        permission={pipelineReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <Skeleton width="100%" height={160} />
    );
  }
  if (!lines) return <Text as="p">{t('pipeline.log.later')}</Text>;
  if (lines.length === 0) return <Text as="p">{t('pipeline.log.empty')}</Text>;
  const wrong = errorLines(lines, ERRORS);
  const shown = isWhole ? lines : lines.slice(-TAIL);
  const isPart = shown.length < lines.length || data.omitted > 0;
  return (
    <div className={styles.stack}>
      {wrong.length > 0 && (
        <Alert
          status="danger"
          icon
          title={t('pipeline.log.errors')}
          description={
            <ul className={styles.errors}>
              {wrong.map(text => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          }
        />
      )}
      <div className={styles.logBar}>
        <Text color="secondary">
          {isPart
            ? t('pipeline.log.tail', {
                shown: String(shown.length),
                total: String(lines.length + data.omitted),
              })
            : t('pipeline.log.whole', { total: String(lines.length) })}
        </Text>
        {shown.length < lines.length && (
          <Button
            size="small"
            variant="tertiary"
            onPress={() => setWhole(true)}
          >
            {t('pipeline.log.all')}
          </Button>
        )}
        <Button
          size="small"
          variant="tertiary"
          onPress={() =>
            download(
              lines.map(({ text }) => text).join('\n'),
              t('pipeline.log.file', { id: String(jobId) }),
            )
          }
        >
          {t('pipeline.log.download')}
        </Button>
      </div>
      {/* Long logs scroll inside of it, also by keyboard. */}
      <pre
        ref={box}
        className={styles.log}
        role="group"
        aria-label={t('pipeline.log.title', { job: name })}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        {shown.map(({ text, isError }, index) => (
          <span
            // Lines have nothing else that tells them apart, and never change places.
            // eslint-disable-next-line react/no-array-index-key
            key={index}
            className={isError ? styles.errorLine : undefined}
          >
            {`${text}\n`}
          </span>
        ))}
      </pre>
    </div>
  );
}
