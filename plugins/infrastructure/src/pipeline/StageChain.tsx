import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type { PipelineStage } from '@nante/plugin-infrastructure-common';
import {
  pipelineGoesOn,
  pipelineLooks,
} from '../components/PipelineStateLabel';
import { stopwatch } from '../components/format';
import { useNow } from '../hooks/useNow';
import { useLinks } from '../navigation';
import { type Sentences, infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';

/** Tells the stages of a chain apart. */
export function stageKey({ kind, environment }: PipelineStage): string {
  return environment ? `${kind}/${environment}` : kind;
}

/** What stands at the address of a stage outside of the portal. */
function pageName(t: Sentences, { kind }: PipelineStage): string {
  switch (kind) {
    case 'commit':
    case 'publish':
    case 'release':
    case 'deploy':
      return t(`pipeline.stage.${kind}`);
    default:
      return t('pipeline.stage.job');
  }
}

function Duration({ stage }: { stage: PipelineStage }) {
  const runs = pipelineGoesOn(stage.state) && !stage.finishedAt;
  const now = useNow(runs && stage.startedAt ? 1000 : 0);
  // A commit is a moment.
  if (!stage.startedAt || (!stage.finishedAt && !runs)) return null;
  const end = stage.finishedAt ? Date.parse(stage.finishedAt) : now;
  return <>{stopwatch((end - Date.parse(stage.startedAt)) / 1000)}</>;
}

/** The run of ours and the page outside that belong to a stage. */
function StageLinks({ stage }: { stage: PipelineStage }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const page = pageName(t, stage);
  const names = { stage: stage.title, page };
  return (
    <span className={styles.links}>
      {stage.runId && (
        <Link
          variant="body-small"
          href={links.run(stage.runId)}
          aria-label={t('pipeline.stage.runOf', names)}
        >
          {t('pipeline.stage.run')}
        </Link>
      )}
      {stage.url && (
        <Link
          variant="body-small"
          href={stage.url}
          target={stage.url.startsWith('/') ? undefined : '_blank'}
          rel="noopener noreferrer"
          aria-label={t('pipeline.stage.pageOf', names)}
        >
          {page}
        </Link>
      )}
    </span>
  );
}

/** The way of a commit, from left to right; a stage that is pressed opens below. */
export function StageChain(props: {
  stages: PipelineStage[];
  /** Key of the stage that is open. */
  open?: string;
  /** Id of the element that shows it. */
  detailId: string;
  onOpen(key: string): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <ol className={styles.chain} aria-label={t('pipeline.chain')}>
      {props.stages.map(stage => {
        const look = pipelineLooks[stage.state];
        const Icon = look.icon;
        const key = stageKey(stage);
        const isOpen = key === props.open;
        return (
          <li
            key={key}
            className={styles.stage}
            data-state={stage.state}
            data-tone={look.tone}
          >
            <button
              type="button"
              className={styles.stageButton}
              aria-expanded={isOpen}
              aria-controls={isOpen ? props.detailId : undefined}
              onClick={() => props.onOpen(key)}
            >
              <span className={styles.stageIcon} aria-hidden="true">
                <Icon
                  size={22}
                  className={
                    stage.state === 'running' ? styles.spin : undefined
                  }
                />
              </span>
              <span className={styles.stageTitle}>{stage.title}</span>
              <span className={styles.stageState}>
                {t(`pipeline.state.${stage.state}`)}{' '}
                <span className={styles.quiet}>
                  <Duration stage={stage} />
                </span>
              </span>
              {stage.detail && (
                <span className={styles.stageDetail} title={stage.detail}>
                  {stage.detail}
                </span>
              )}
            </button>
            <StageLinks stage={stage} />
          </li>
        );
      })}
    </ol>
  );
}
