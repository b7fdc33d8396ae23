import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Text } from '@backstage/ui';
import {
  ANNOTATION_REPOSITORY,
  type PipelineResponse,
} from '@nante/plugin-infrastructure-common';
import type { ReactNode } from 'react';
import { CopyText } from '../components/CopyText';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';

const connectionLines = `infrastructure:
  connections:
    github:
      type: github
      organization: my-organization`;

function Missing(props: { title: string; what: string; children: ReactNode }) {
  return (
    <div className={styles.missing}>
      <Text as="h2" variant="title-x-small" weight="bold">
        {props.title}
      </Text>
      <Text as="p">{props.what}</Text>
      {props.children}
    </div>
  );
}

/** Why there is no chain to show, and what makes it different. */
export function NoPipeline(props: {
  missing: NonNullable<PipelineResponse['missing']>;
  data: PipelineResponse;
  component: string;
}) {
  const { data, component } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const name = data.repository?.name ?? '';
  const addPipeline = (
    <ButtonLink href={links.template('add-pipeline')}>
      {t('pipeline.missing.addPipeline')}
    </ButtonLink>
  );
  switch (props.missing) {
    case 'no-connection':
      return (
        <Missing
          title={t('pipeline.missing.noConnection')}
          what={t('pipeline.missing.noConnectionWhat')}
        >
          <div className={styles.lines}>
            <CopyText
              text={connectionLines}
              what={t('pipeline.missing.configuration')}
            />
          </div>
        </Missing>
      );
    case 'no-repository':
      return (
        <Missing
          title={t('pipeline.missing.noRepository')}
          what={t('pipeline.missing.noRepositoryWhat')}
        >
          <CopyText
            text={`${ANNOTATION_REPOSITORY}: my-organization/${component}`}
            what={t('pipeline.missing.annotation')}
          />
        </Missing>
      );
    case 'no-workflow':
      return (
        <Missing
          title={t('pipeline.missing.noWorkflow')}
          what={t('pipeline.missing.noWorkflowWhat')}
        >
          {addPipeline}
        </Missing>
      );
    case 'not-readable':
      return (
        <Missing
          title={t('pipeline.missing.notReadable', { name })}
          what={t('pipeline.missing.notReadableWhat')}
        >
          <ButtonLink variant="secondary" href={links.checks()}>
            {t('pipeline.missing.checks')}
          </ButtonLink>
        </Missing>
      );
    default:
      return (
        <Missing
          title={t('pipeline.missing.nothingRun')}
          what={t('pipeline.missing.nothingRunWhat', {
            branch: data.branch ?? 'main',
          })}
        >
          <CopyText
            text="git commit --allow-empty -m 'Start the pipeline' && git push"
            what={t('pipeline.missing.command')}
          />
        </Missing>
      );
  }
}
