import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Button, Link, Skeleton, Text } from '@backstage/ui';
import {
  ANNOTATION_REPOSITORY,
  type PipelineResponse,
  pipelineReadPermission,
} from '@nante/plugin-infrastructure-common';
import { RiPlayLine } from '@remixicon/react';
import { useCallback, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Freshness } from '../components/Freshness';
import { pipelineGoesOn } from '../components/PipelineStateLabel';
import { Problem } from '../components/Problem';
import { Section } from '../components/Section';
import { SourceBanners } from '../components/SourceBanners';
import { useLive } from '../hooks/useLive';
import { useQueryValue } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { CommitChain } from './CommitChain';
import { DispatchDialog } from './DispatchDialog';
import { NoPipeline } from './NoPipeline';
import styles from './Pipeline.module.css';
import { PipelineWarnings } from './PipelineWarnings';
import { RunDrawer } from './RunDrawer';
import { RunsTable } from './RunsTable';
import { UsesSection } from './UsesSection';
import { useRunActions } from './useRunActions';

/** Milliseconds between two looks where signals don't come through: while something goes on, and otherwise. */
const BUSY_MS = 5_000;
const QUIET_MS = 30_000;

function goesOn({ stages, runs }: PipelineResponse): boolean {
  return [...stages, ...runs].some(({ state }) => pipelineGoesOn(state));
}

/** A component's way from a commit to its environments, and the workflow runs that make it. */
export function PipelineContent() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  const api = useApi(infrastructureApiRef);
  const [isBusy, setBusy] = useState(false);
  const [asksDispatch, setAsksDispatch] = useState(false);
  const [run, setRun] = useQueryValue('run');
  const load = useCallback(
    async (signal: AbortSignal) => {
      const answer = await api.getPipeline(entityRef, signal);
      setBusy(goesOn(answer));
      return answer;
    },
    [api, entityRef],
  );
  const { data, error, updatedAt, reload } = useLive(load, {
    intervalMs: isBusy ? BUSY_MS : QUIET_MS,
    signal: {
      kind: 'workflows',
      id: entity.metadata.annotations?.[ANNOTATION_REPOSITORY],
    },
  });
  const actions = useRunActions(entityRef, reload);

  if (!data) {
    return error ? (
      <Problem
        error={error}
        permission={pipelineReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <div role="status" aria-busy="true" className={styles.page}>
        <Skeleton width="100%" height={140} />
        <Skeleton width="100%" height={240} />
      </div>
    );
  }

  const { missing, repository, mayRun, dispatchable } = data;
  const opened = data.runs.find(({ id }) => String(id) === run);
  const reasons = [
    !mayRun.allowed &&
      mayRun.reason &&
      t('pipeline.action.mayNot', { reason: mayRun.reason }),
    repository &&
      (!missing || missing === 'nothing-run') &&
      dispatchable.length === 0 &&
      t('pipeline.action.noDispatch'),
  ].filter(Boolean);
  return (
    <div data-nante="pipeline">
      <SourceBanners
        sources={data.sources}
        error={error}
        updatedAt={updatedAt}
      />
      <PipelineWarnings data={data} />
      <div className={styles.page}>
        <div className={styles.head}>
          {repository && (
            <Link
              href={repository.url}
              target="_blank"
              rel="noopener noreferrer"
            >
              {repository.name}
            </Link>
          )}
          <div className={styles.tools}>
            <Freshness updatedAt={updatedAt} onRefresh={reload} />
            {repository && (
              <Button
                iconStart={<RiPlayLine />}
                variant="secondary"
                isDisabled={!mayRun.allowed || dispatchable.length === 0}
                onPress={() => setAsksDispatch(true)}
              >
                {t('pipeline.action.dispatch')}
              </Button>
            )}
          </div>
        </div>
        {reasons.map(reason => (
          <Text key={String(reason)} as="p" color="secondary">
            {reason}
          </Text>
        ))}
        {missing && (
          <NoPipeline
            missing={missing}
            data={data}
            component={entity.metadata.name}
          />
        )}
        {!missing && (
          <Section title={t('pipeline.chain')}>
            <CommitChain data={data} />
          </Section>
        )}
        {(!missing || data.runs.length > 0) && (
          <Section title={t('pipeline.runs')}>
            <RunsTable
              runs={data.runs}
              mayRun={mayRun}
              actions={actions}
              onOpen={({ id }) => setRun(String(id))}
            />
          </Section>
        )}
        {(!missing || data.uses.length > 0) && (
          <Section title={t('pipeline.uses.title')}>
            <UsesSection data={data} />
          </Section>
        )}
      </div>
      {repository && (
        <>
          <RunDrawer
            runId={/^\d+$/.test(run) ? Number(run) : undefined}
            title={
              opened &&
              t('pipeline.drawer.title', {
                workflow: opened.workflow,
                number: String(opened.number),
              })
            }
            repository={repository}
            actions={actions}
            onClose={() => setRun('')}
          />
          <DispatchDialog
            isOpen={asksDispatch}
            entityRef={entityRef}
            workflows={dispatchable}
            branch={data.branch ?? ''}
            onStarted={started => {
              setAsksDispatch(false);
              setRun(String(started.runId));
              reload();
            }}
            onClose={() => setAsksDispatch(false)}
          />
        </>
      )}
    </div>
  );
}
