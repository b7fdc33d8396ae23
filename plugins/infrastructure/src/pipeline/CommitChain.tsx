import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import type { PipelineResponse } from '@nante/plugin-infrastructure-common';
import { useId, useState } from 'react';
import { Age } from '../components/Age';
import { infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';
import { StageChain, stageKey } from './StageChain';
import { StageDetail } from './StageDetail';

/** What went wrong is what people come for; else what goes on. */
function firstOpen({ stages }: PipelineResponse): string | undefined {
  const stage =
    stages.find(({ state }) => state === 'failed') ??
    stages.find(({ state }) => state === 'running');
  return stage && stageKey(stage);
}

/** The newest commit and its way, with the stage open that people come for. */
export function CommitChain({ data }: { data: PipelineResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const detailId = useId();
  // Undefined until somebody opens or closes a stage.
  const [chosen, setChosen] = useState<string>();
  const open = chosen ?? firstOpen(data);
  const stage = data.stages.find(item => stageKey(item) === open);
  const { commit, branch, repository } = data;
  return (
    <div>
      {commit && (
        <div className={styles.commit}>
          <Link href={commit.url} target="_blank" rel="noopener noreferrer">
            {commit.title}
          </Link>
          <Text color="secondary">
            {branch
              ? t('pipeline.commitBy', {
                  sha: commit.sha.slice(0, 7),
                  author: commit.author,
                  branch,
                })
              : t('pipeline.commitByOnly', {
                  sha: commit.sha.slice(0, 7),
                  author: commit.author,
                })}
            {', '}
            <Age at={commit.at} />
          </Text>
        </div>
      )}
      <StageChain
        stages={data.stages}
        open={open}
        detailId={detailId}
        onOpen={key => setChosen(key === open ? '' : key)}
      />
      {stage && repository && (
        <StageDetail
          key={open}
          id={detailId}
          stage={stage}
          repository={repository}
        />
      )}
    </div>
  );
}
