import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Alert, Button, Link, Skeleton, Text } from '@backstage/ui';
import {
  ANNOTATION_REPOSITORY,
  type PipelineResponse,
  pipelineReadPermission,
} from '@nante/plugin-infrastructure-common';
import { RiPlayLine } from '@remixicon/react';
import { useCallback, useId, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Age } from '../components/Age';
import { Freshness } from '../components/Freshness';
import { pipelineGoesOn } from '../components/PipelineStateLabel';
import { Problem } from '../components/Problem';
import { Section } from '../components/Section';
import { SourceBanners } from '../components/SourceBanners';
import { clock } from '../components/format';
import { useLive } from '../hooks/useLive';
import { useQueryValue } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { DispatchDialog } from './DispatchDialog';
import { NoPipeline } from './NoPipeline';
import styles from './Pipeline.module.css';
import { RunDrawer } from './RunDrawer';
import { RunsTable } from './RunsTable';
import { StageChain, stageKey } from './StageChain';
import { StageDetail } from './StageDetail';
import { UsesSection } from './UsesSection';
import { useRunActions } from './useRunActions';

/** Milliseconds between two looks where signals don't come through: while something goes on, and otherwise. */
const BUSY_MS = 5_000;
const QUIET_MS = 30_000;

function goesOn({ stages, runs }: PipelineResponse): boolean {
  return [...stages, ...runs].some(({ state }) => pipelineGoesOn(state));
}

/** What went wrong is what people come for; else what goes on. */
function firstOpen({ stages }: PipelineResponse): string | undefined {
  const stage =
    stages.find(({ state }) => state === 'failed') ??
    stages.find(({ state }) => state === 'running');
  return stage && stageKey(stage);
}

/** The newest commit and its way. */
function Chain({ data }: { data: PipelineResponse }) {
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

/** Banners about GitHub itself, and about runs that nothing runs. */
function Warnings({ data }: { data: PipelineResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <>
      {data.limitedUntil && (
        <Alert
          status="warning"
          icon
          mb="3"
          title={t('pipeline.limited', { time: clock(data.limitedUntil) })}
        />
      )}
      {data.runs
        .filter(({ waitsFor }) => waitsFor)
        .map(run => (
          <Alert
            key={run.id}
            status="warning"
            icon
            mb="3"
            title={t('pipeline.waitsFor', {
              run: `${run.workflow} #${run.number}`,
            })}
            description={run.waitsFor}
          />
        ))}
    </>
  );
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
        <Skeleton height={140} />
        <Skeleton height={240} />
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
      <Warnings data={data} />
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
            <Chain data={data} />
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
