import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonIcon, Link, Skeleton, Text } from '@backstage/ui';
import Drawer from '@mui/material/Drawer';
import { runKindSchema, runStateSchema } from '@nante/model';
import {
  type PipelineResponse,
  type PipelineRunResponse,
  pipelineReadPermission,
} from '@nante/plugin-infrastructure-common';
import { RiCloseLine } from '@remixicon/react';
import { useCallback, useId, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import {
  PipelineStateLabel,
  pipelineGoesOn,
} from '../components/PipelineStateLabel';
import { Problem } from '../components/Problem';
import { RunStateLabel } from '../components/StateLabel';
import { useLive } from '../hooks/useLive';
import { useLinks } from '../navigation';
import { Outside } from '../run/PlaceCard';
import { infrastructureTranslationRef } from '../translation';
import { JobCard } from './JobCard';
import styles from './Pipeline.module.css';
import { RunButton } from './RunButton';
import type { RunActions } from './useRunActions';

/** Milliseconds between two looks at a run that goes on. */
const LOOK_MS = 4_000;

type Repository = NonNullable<PipelineResponse['repository']>;

/** Runs of ours that the workflow made. */
function Results({ results }: { results: PipelineRunResponse['results'] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (results.length === 0) return null;
  const kindOf = (name: string) => {
    const kind = runKindSchema.safeParse(name).data;
    return kind ? t(`runs.kind.${kind}`) : name;
  };
  return (
    <div className={styles.stack}>
      <Text as="h3" weight="bold">
        {t('pipeline.drawer.results')}
      </Text>
      <ul className={styles.plain}>
        {results.map(({ id, kind, state }) => {
          const known = runStateSchema.safeParse(state).data;
          return (
            <li key={id} className={styles.tools}>
              <Link href={links.run(id)}>{kindOf(kind)}</Link>
              {known ? <RunStateLabel state={known} /> : state}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Run(props: {
  data: PipelineRunResponse;
  repository: Repository;
  actions: RunActions;
}) {
  const { data, repository } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const failed = data.jobs.find(({ state }) => state === 'failed');
  return (
    <>
      <div className={styles.tools}>
        <PipelineStateLabel state={data.run.state} />
        <Text color="secondary">
          {`${data.run.branch}, ${data.run.commit.slice(0, 7)}, ${data.run.actor}`}
        </Text>
        <Outside href={data.run.url}>{t('pipeline.drawer.openGithub')}</Outside>
        <RunButton
          run={data.run}
          mayRun={data.mayRun}
          actions={props.actions}
        />
      </div>
      {!data.mayRun.allowed && data.mayRun.reason && (
        <Text as="p" color="secondary">
          {t('pipeline.action.mayNot', { reason: data.mayRun.reason })}
        </Text>
      )}
      <Results results={data.results} />
      {data.jobs.length === 0 ? (
        <Text as="p">{t('pipeline.drawer.noJobs')}</Text>
      ) : (
        data.jobs.map(job => (
          <JobCard
            key={job.id}
            job={job}
            repository={repository}
            showsLog={job === failed}
          />
        ))
      )}
    </>
  );
}

function Inside(props: {
  runId: number;
  repository: Repository;
  actions: RunActions;
}) {
  const { runId } = props;
  const { connection, name } = props.repository;
  const api = useApi(infrastructureApiRef);
  const [goesOn, setGoesOn] = useState(true);
  const load = useCallback(
    async (signal: AbortSignal) => {
      const answer = await api.getPipelineRun(
        { connection, name },
        runId,
        signal,
      );
      setGoesOn(pipelineGoesOn(answer.run.state));
      return answer;
    },
    [api, connection, name, runId],
  );
  const { data, error, reload } = useLive(load, {
    intervalMs: goesOn ? LOOK_MS : 0,
    signal: { kind: 'workflows', id: name },
  });
  if (data) return <Run {...props} data={data} />;
  return error ? (
    <Problem
      error={error}
      permission={pipelineReadPermission.name}
      onRetry={reload}
    />
  ) : (
    <Skeleton width="100%" height={240} />
  );
}

/** A workflow run beside the page: jobs, their steps, and the end of the log of what failed. */
export function RunDrawer(props: {
  /** Absent while nothing is open. */
  runId?: number;
  /** Workflow and number, where the list has the run. */
  title?: string;
  repository: Repository;
  actions: RunActions;
  onClose(): void;
}) {
  const { runId, onClose } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const titleId = useId();
  return (
    <Drawer
      anchor="right"
      open={runId !== undefined}
      onClose={onClose}
      PaperProps={{
        className: styles.drawer,
        role: 'dialog',
        'aria-modal': true,
        'aria-labelledby': titleId,
      }}
    >
      {runId !== undefined && (
        <div className={styles.drawerInside} data-nante="pipeline-run">
          <div className={styles.head}>
            <Text as="h2" id={titleId} variant="title-x-small" weight="bold">
              {props.title ?? `#${runId}`}
            </Text>
            <ButtonIcon
              size="small"
              variant="tertiary"
              icon={<RiCloseLine />}
              aria-label={t('pipeline.drawer.close')}
              onPress={onClose}
            />
          </div>
          <Inside
            runId={runId}
            repository={props.repository}
            actions={props.actions}
          />
        </div>
      )}
    </Drawer>
  );
}
