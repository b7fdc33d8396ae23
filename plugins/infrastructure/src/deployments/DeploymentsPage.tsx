import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Container,
  Header,
  Skeleton,
  Text,
} from '@backstage/ui';
import {
  ANNOTATION_OCTOPUS_PROJECT,
  type DeploymentMatrixResponse,
  deploymentReadPermission,
} from '@nante/plugin-infrastructure-common';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { CopyText } from '../components/CopyText';
import { Freshness } from '../components/Freshness';
import { Problem } from '../components/Problem';
import { SourceBanners } from '../components/SourceBanners';
import { useLive } from '../hooks/useLive';
import { AcceptButton } from '../hosts/AcceptButton';
import { infrastructureTranslationRef } from '../translation';
import { ActionDialog } from './ActionDialog';
import styles from './DeploymentsPage.module.css';
import { DeploymentsToolbar } from './DeploymentsToolbar';
import { Matrix } from './Matrix';
import type { Intent } from './actions';
import { filterProjects, shownEnvironments } from './filterDeployments';
import { keepUnchanged } from './unchanged';
import { type MatrixFilters, useMatrixFilters } from './useMatrixFilters';

/** Milliseconds between two looks where signals don't come through; the backend answers from what it has. */
const LOOK_MS = 10_000;

/** Why there is nothing to see, and what makes it different. */
function Empty(props: { title: string; what?: string; action?: ReactNode }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div className={styles.empty}>
      <Text as="p" weight="bold">
        {props.title}
      </Text>
      {props.what && (
        <>
          <Text as="p">{props.what}</Text>
          <CopyText
            text={`${ANNOTATION_OCTOPUS_PROJECT}: octopus/my-project`}
            what={t('deployments.annotation')}
          />
        </>
      )}
      {props.action}
    </div>
  );
}

/** One table for each connection: environments of two servers are never the same, whatever they are called. */
function Matrices(props: {
  data: DeploymentMatrixResponse;
  filters: MatrixFilters;
  onIntent(intent: Intent): void;
}) {
  const { data, filters, onIntent } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { query } = filters;
  const { environments, projects } = data;
  // Columns of their own: a project that changes leaves them as they are, and with them all other rows.
  const columns = useMemo(() => {
    const shown = shownEnvironments(environments, query);
    const names = [...new Set(shown.map(({ connection }) => connection))];
    return names.map(connection => ({
      connection,
      environments: shown.filter(item => item.connection === connection),
    }));
  }, [environments, query]);
  const tables = useMemo(() => {
    const shown = columns.flatMap(column => column.environments);
    const matching = filterProjects(projects, shown, query);
    return columns
      .map(column => ({
        ...column,
        projects: matching.filter(
          ({ connection }) => connection === column.connection,
        ),
      }))
      .filter(table => table.projects.length > 0);
  }, [columns, projects, query]);

  if (data.projects.length === 0) {
    if (data.sources.length === 0) {
      return (
        <Alert
          status="info"
          icon
          title={t('deployments.notConfigured')}
          description={t('deployments.notConfiguredWhat')}
        />
      );
    }
    return (
      <Empty title={t('deployments.empty')} what={t('deployments.emptyWhat')} />
    );
  }
  if (tables.length > 0) {
    return (
      <div className={styles.matrices}>
        {tables.map(table => (
          <Matrix
            key={table.connection}
            {...table}
            by={filters.by}
            successful={filters.successful}
            onIntent={onIntent}
          />
        ))}
      </div>
    );
  }
  if (query.mine && !data.projects.some(({ isMine }) => isMine)) {
    return (
      <Empty
        title={t('deployments.noneMine')}
        what={t('deployments.noneMineWhat')}
        action={
          <Button onPress={filters.clear}>
            {t('deployments.showEveryone')}
          </Button>
        }
      />
    );
  }
  return (
    <Empty
      title={t('deployments.noMatch')}
      action={
        <Button variant="secondary" onPress={filters.clear}>
          {t('deployments.clear')}
        </Button>
      }
    />
  );
}

/** Which version is where, whether it is broken, and what may be done about it. */
export function DeploymentsPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const filters = useMatrixFilters();
  const [intent, setIntent] = useState<Intent>();
  const known = useRef<DeploymentMatrixResponse>();
  const load = useCallback(
    async (signal: AbortSignal) => {
      known.current = keepUnchanged(
        known.current,
        await api.listDeployments(signal),
      );
      return known.current;
    },
    [api],
  );
  const { data, error, updatedAt, reload } = useLive(load, {
    intervalMs: LOOK_MS,
    signal: { kind: 'deployments' },
  });

  const body = () => {
    if (!data && error) {
      return (
        <Problem
          error={error}
          permission={deploymentReadPermission.name}
          onRetry={reload}
        />
      );
    }
    return (
      <>
        <SourceBanners
          sources={data?.sources ?? []}
          error={error}
          updatedAt={updatedAt}
          actions={({ connection, doubt }) =>
            doubt && (
              <AcceptButton
                connection={connection}
                doubt="targets"
                onAccepted={reload}
              />
            )
          }
        />
        <DeploymentsToolbar data={data} filters={filters} />
        {data ? (
          <Matrices data={data} filters={filters} onIntent={setIntent} />
        ) : (
          <div role="status" aria-busy="true">
            <Skeleton height={420} />
          </div>
        )}
      </>
    );
  };
  return (
    <>
      <Header
        title={t('deployments.title')}
        metadata={
          data && [
            {
              label: t('deployments.projects'),
              value: String(data.projects.length),
            },
          ]
        }
        customActions={
          <Freshness
            updatedAt={
              data?.observedAt ? Date.parse(data.observedAt) : updatedAt
            }
            onRefresh={reload}
          />
        }
      />
      <Container>{body()}</Container>
      <ActionDialog intent={intent} onClose={() => setIntent(undefined)} />
    </>
  );
}
