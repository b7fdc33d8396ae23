import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import type { PipelineJob } from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import type { RepositoryKey } from '../api/InfrastructureApi';
import {
  PipelineStateLabel,
  pipelineGoesOn,
} from '../components/PipelineStateLabel';
import { SimpleTable } from '../components/SimpleTable';
import { stopwatch } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import { JobLog } from './JobLog';
import styles from './Pipeline.module.css';

function took(part: { startedAt?: string; finishedAt?: string }): string {
  if (!part.startedAt || !part.finishedAt) return '—';
  return stopwatch(
    (Date.parse(part.finishedAt) - Date.parse(part.startedAt)) / 1000,
  );
}

/** A job with its steps, and its log where somebody wants it. */
export function JobCard(props: {
  job: PipelineJob;
  repository: RepositoryKey;
  /** The log is open from the start. */
  showsLog: boolean;
}) {
  const { job } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [isLogOpen, setLogOpen] = useState(props.showsLog);
  return (
    <section className={styles.job} aria-label={job.name}>
      <div className={styles.tools}>
        <Text as="h3" weight="bold">
          {job.name}
        </Text>
        <PipelineStateLabel state={job.state} />
        <Text color="secondary">
          {job.runner
            ? t('pipeline.drawer.runner', { runner: job.runner })
            : t('pipeline.drawer.noRunner', { labels: job.labels.join(', ') })}
        </Text>
        <Text color="secondary">{took(job)}</Text>
      </div>
      {job.steps.length > 0 && (
        <SimpleTable
          caption={t('pipeline.drawer.steps', { job: job.name })}
          columns={[
            t('pipeline.drawer.step'),
            t('pipeline.column.state'),
            t('pipeline.column.took'),
          ]}
          rows={job.steps.map(step => ({
            key: String(step.number),
            cells: [
              step.name,
              <PipelineStateLabel key="state" state={step.state} />,
              took(step),
            ],
          }))}
        />
      )}
      {isLogOpen ? (
        <JobLog
          repository={props.repository}
          jobId={job.id}
          name={job.name}
          goesOn={pipelineGoesOn(job.state)}
        />
      ) : (
        <div>
          <Button
            size="small"
            variant="secondary"
            onPress={() => setLogOpen(true)}
          >
            {t('pipeline.drawer.showLog', { job: job.name })}
          </Button>
        </div>
      )}
    </section>
  );
}
