import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type {
  PipelineResponse,
  PipelineStage,
} from '@nante/plugin-infrastructure-common';
import {
  PipelineStateLabel,
  pipelineGoesOn,
} from '../components/PipelineStateLabel';
import { infrastructureTranslationRef } from '../translation';
import { JobLog } from './JobLog';
import styles from './Pipeline.module.css';

/** What a stage that is open shows: what became of it, what went wrong, and the end of its log. */
export function StageDetail(props: {
  id: string;
  stage: PipelineStage;
  repository: NonNullable<PipelineResponse['repository']>;
}) {
  const { stage, repository } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const body = () => {
    if (stage.jobId !== undefined) {
      return (
        <JobLog
          repository={repository}
          jobId={stage.jobId}
          name={stage.title}
          goesOn={pipelineGoesOn(stage.state)}
          stage={stage}
        />
      );
    }
    if (stage.state === 'pending') {
      return <Text as="p">{t('pipeline.stage.notYet')}</Text>;
    }
    if (stage.state === 'waiting') {
      return <Text as="p">{t('pipeline.stage.waiting')}</Text>;
    }
    if (stage.state === 'skipped') {
      return <Text as="p">{t('pipeline.stage.skipped')}</Text>;
    }
    return stage.kind === 'commit' ? null : (
      <Text as="p">{t('pipeline.stage.noLog')}</Text>
    );
  };
  return (
    <section
      id={props.id}
      className={styles.detail}
      aria-label={t('pipeline.openStage', { stage: stage.title })}
    >
      <div className={styles.detailHead}>
        <Text as="h3" variant="title-x-small" weight="bold">
          {stage.title}
        </Text>
        <PipelineStateLabel state={stage.state} />
        {stage.detail && <Text color="secondary">{stage.detail}</Text>}
      </div>
      {body()}
    </section>
  );
}
