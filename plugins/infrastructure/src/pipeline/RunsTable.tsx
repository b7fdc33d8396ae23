import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import type { Allowed, PipelineRun } from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { Age } from '../components/Age';
import {
  PipelineStateLabel,
  pipelineGoesOn,
} from '../components/PipelineStateLabel';
import { SimpleTable } from '../components/SimpleTable';
import { stopwatch } from '../components/format';
import { useNow } from '../hooks/useNow';
import { infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';
import { RunButton } from './RunButton';
import type { RunActions } from './useRunActions';

/** Rows that are shown before somebody asks for more. */
const ROWS = 10;

/** How long a run took, or has taken so far. */
function Duration({ run }: { run: PipelineRun }) {
  const runs = run.seconds === undefined && pipelineGoesOn(run.state);
  const now = useNow(runs ? 1000 : 0);
  if (run.seconds !== undefined) return <>{stopwatch(run.seconds)}</>;
  return runs ? (
    <>{stopwatch((now - Date.parse(run.createdAt)) / 1000)}</>
  ) : (
    <>—</>
  );
}

/** Runs of all workflows of the repository, newest first. */
export function RunsTable(props: {
  runs: PipelineRun[];
  mayRun: Allowed;
  actions: RunActions;
  onOpen(run: PipelineRun): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [rows, setRows] = useState(ROWS);
  if (props.runs.length === 0) {
    return <Text color="secondary">{t('pipeline.noRuns')}</Text>;
  }
  return (
    <div className={styles.stack}>
      <SimpleTable
        caption={t('pipeline.runs')}
        columns={[
          t('pipeline.column.run'),
          t('pipeline.column.state'),
          t('pipeline.column.branch'),
          t('pipeline.column.who'),
          t('pipeline.column.started'),
          t('pipeline.column.took'),
          t('pipeline.column.action'),
        ]}
        rows={props.runs.slice(0, rows).map(run => ({
          key: String(run.id),
          cells: [
            <span key="run" className={styles.cell}>
              <button
                type="button"
                className={styles.linkLike}
                aria-haspopup="dialog"
                aria-label={t('pipeline.openRun', {
                  title: run.title,
                  workflow: run.workflow,
                  number: String(run.number),
                })}
                onClick={() => props.onOpen(run)}
              >
                {run.title}
              </button>
              <span className={styles.quiet}>
                {t('pipeline.event', {
                  workflow: run.workflow,
                  number: String(run.number),
                  event: run.event,
                })}
                {run.attempt > 1 &&
                  `, ${t('pipeline.attempt', { attempt: String(run.attempt) })}`}
              </span>
            </span>,
            <PipelineStateLabel key="state" state={run.state} />,
            <span key="branch" className={styles.cell}>
              <span>{run.branch}</span>
              <span className={`${styles.quiet} ${styles.mono}`}>
                {run.commit.slice(0, 7)}
              </span>
            </span>,
            run.actor,
            <Age key="started" at={run.createdAt} />,
            <Duration key="took" run={run} />,
            <RunButton
              key="action"
              run={run}
              mayRun={props.mayRun}
              actions={props.actions}
            />,
          ],
        }))}
      />
      {rows < props.runs.length && (
        <div>
          <Button
            size="small"
            variant="secondary"
            onPress={() => setRows(rows + ROWS)}
          >
            {t('pipeline.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
