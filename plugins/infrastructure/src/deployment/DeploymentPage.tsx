import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Container,
  Flex,
  Header,
  HeaderMetadataStatus,
  Link,
  Skeleton,
} from '@backstage/ui';
import {
  type DeploymentDetailResponse,
  deploymentReadPermission,
} from '@nante/plugin-infrastructure-common';
import { useCallback, useMemo, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Age } from '../components/Age';
import { Problem } from '../components/Problem';
import { Section } from '../components/Section';
import { type TaskWord, taskGoesOn } from '../components/TaskStateLabel';
import { ActionDialog } from '../deployments/ActionDialog';
import type { Intent } from '../deployments/actions';
import { useLive } from '../hooks/useLive';
import { useDeploymentKey, useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import {
  ActionReasons,
  DeploymentActions,
  actionsOf,
} from './DeploymentActions';
import {
  ChangesCard,
  DeploymentFacts,
  DurationMeter,
  PackagesTable,
  ReleaseNotes,
} from './DeploymentCards';
import styles from './DeploymentPage.module.css';
import { DeploymentBanners } from './DeploymentBanners';
import { HealthCheckFacts, TargetsTable } from './TargetCards';
import { TaskLog } from './TaskLog';
import { healthChecks } from './activities';

/** Milliseconds between two looks at a deployment that goes on, and at one that has ended. */
const LOOK_MS = 2_000;
const ENDED_LOOK_MS = 30_000;

const colours: Record<TaskWord, 'info' | 'success' | 'danger' | 'warning'> = {
  Queued: 'info',
  Executing: 'info',
  Cancelling: 'warning',
  Success: 'success',
  Failed: 'danger',
  Canceled: 'warning',
  TimedOut: 'danger',
  Warnings: 'warning',
  NeedsPerson: 'warning',
};

function Cards(props: { detail: DeploymentDetailResponse; goesOn: boolean }) {
  const { detail, goesOn } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div className={styles.columns}>
      <div className={styles.stack}>
        <Section title={t('deployment.facts')}>
          <div className={styles.stack}>
            <DurationMeter detail={detail} goesOn={goesOn} />
            <DeploymentFacts detail={detail} />
          </div>
        </Section>
        {healthChecks(detail.activities).length > 0 && (
          <Section title={t('deployment.healthCheck')}>
            <HealthCheckFacts detail={detail} />
          </Section>
        )}
        <Section title={t('deployment.changes')}>
          <ChangesCard detail={detail} />
        </Section>
        <Section title={t('deployment.notes')}>
          <ReleaseNotes detail={detail} />
        </Section>
      </div>
      <div className={styles.stack}>
        <Section title={t('deployment.targets')}>
          <TargetsTable detail={detail} goesOn={goesOn} />
        </Section>
        <Section title={t('deployment.packages')}>
          <PackagesTable detail={detail} />
        </Section>
        <Section title={t('deployment.log.title')}>
          <TaskLog
            id={detail.id}
            activities={detail.activities}
            final={!goesOn}
          />
        </Section>
      </div>
    </div>
  );
}

/** A deployment while it goes on and afterwards: release, what changed, targets, log, and what can be done now. */
export function DeploymentPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const { connection, id } = useDeploymentKey();
  const [goesOn, setGoesOn] = useState(true);
  const [intent, setIntent] = useState<Intent>();
  const load = useCallback(
    async (signal: AbortSignal) => {
      const answer = await api.getDeployment(connection, id, signal);
      setGoesOn(taskGoesOn(answer.state));
      return answer;
    },
    [api, connection, id],
  );
  const { data, error, reload } = useLive(load, {
    intervalMs: goesOn ? LOOK_MS : ENDED_LOOK_MS,
    signal: { kind: 'deployments' },
  });
  const actions = useMemo(
    () => (data ? actionsOf(t, data, goesOn) : []),
    [t, data, goesOn],
  );

  if (!data) {
    return (
      <Container>
        {error ? (
          <Problem
            error={error}
            permission={deploymentReadPermission.name}
            onRetry={reload}
          />
        ) : (
          <div className={styles.columns} role="status" aria-busy="true">
            <Skeleton height={320} />
            <Skeleton height={320} />
          </div>
        )}
      </Container>
    );
  }
  const word = data.interruptions.some(({ isPending }) => isPending)
    ? 'NeedsPerson'
    : data.state;
  return (
    <>
      <Header
        title={t('deployment.title', {
          project: data.project.name,
          version: data.release.version,
          environment: data.environment.name,
        })}
        metadata={[
          {
            label: t('runs.column.state'),
            value: (
              <HeaderMetadataStatus
                label={t(`task.${word}`)}
                color={colours[word]}
              />
            ),
          },
          {
            label: t('runs.column.when'),
            value: <Age at={data.startedAt ?? data.queuedAt} />,
          },
          { label: t('deployment.deployedBy'), value: data.deployedBy },
          {
            label: t('deployments.title'),
            value: (
              <Link href={links.deployments(data.project.name)}>
                {data.project.name}
              </Link>
            ),
          },
        ]}
        customActions={
          <Flex gap="3" align="center">
            <DeploymentActions actions={actions} onIntent={setIntent} />
          </Flex>
        }
      />
      <Container>
        <ActionReasons actions={actions} />
        <DeploymentBanners
          detail={data}
          error={error}
          goesOn={goesOn}
          reload={reload}
        />
        <Cards detail={data} goesOn={goesOn} />
      </Container>
      <ActionDialog intent={intent} onClose={() => setIntent(undefined)} />
    </>
  );
}
