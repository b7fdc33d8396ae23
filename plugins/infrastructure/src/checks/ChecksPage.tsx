import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Container,
  Header,
  Skeleton,
  Text,
} from '@backstage/ui';
import type { Diagnosis } from '@nante/model';
import {
  type DoctorResponse,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import { RiRefreshLine } from '@remixicon/react';
import { useCallback, useRef } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Problem } from '../components/Problem';
import { SimpleTable } from '../components/SimpleTable';
import { clock } from '../components/format';
import { useLive } from '../hooks/useLive';
import { infrastructureTranslationRef } from '../translation';
import { CheckState } from './CheckState';
import styles from './ChecksPage.module.css';
import { PolicyTables } from './PolicyTables';

/** Checks by group, in the order in which they were made. */
function groupsOf(checks: Diagnosis[]): [Diagnosis['group'], Diagnosis[]][] {
  const names = [...new Set(checks.map(({ group }) => group))];
  return names.map(name => [
    name,
    checks.filter(({ group }) => group === name),
  ]);
}

function ChecksTables({ data }: { data: DoctorResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const failed = data.checks.filter(({ state }) => state === 'failed').length;
  return (
    <div className={styles.groups}>
      <Alert
        status={failed > 0 ? 'danger' : 'success'}
        icon
        title={
          failed > 0
            ? t('checks.wrong', { count: failed })
            : t('checks.allRight')
        }
        description={clock(data.checkedAt)}
      />
      {groupsOf(data.checks).map(([group, checks]) => (
        <section key={group} aria-labelledby={`checks-${group}`}>
          <Text
            as="h2"
            id={`checks-${group}`}
            variant="title-x-small"
            weight="bold"
          >
            {t(`checks.group.${group}`)}
          </Text>
          <SimpleTable
            caption={t('checks.table', { group: t(`checks.group.${group}`) })}
            columns={[
              t('checks.column.check'),
              t('checks.column.state'),
              t('checks.column.found'),
              t('checks.column.remedy'),
            ]}
            rows={checks.map(({ id, title, state, message, who, how }) => ({
              key: id,
              cells: [
                title,
                <CheckState key="state" state={state} />,
                message ?? '',
                who ? `${who}: ${how}` : '',
              ],
            }))}
          />
        </section>
      ))}
    </div>
  );
}

/** What has to be right before a host can be made, who repairs what is not, and what may be asked for. */
export function ChecksPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const again = useRef(false);
  const load = useCallback(
    (signal: AbortSignal) => {
      const refresh = again.current;
      again.current = false;
      return api.doctor({ refresh }, signal);
    },
    [api],
  );
  const { data, error, isLoading, reload } = useLive(load, { intervalMs: 0 });
  const checkAgain = () => {
    again.current = true;
    reload();
  };

  const checks = () => {
    if (error)
      return (
        <Problem
          error={error}
          permission={operatePermission.name}
          onRetry={checkAgain}
        />
      );
    if (!data)
      return (
        <div role="status" aria-busy="true" className={styles.groups}>
          <Text color="secondary">{t('checks.running')}</Text>
          <Skeleton height={180} />
          <Skeleton height={180} />
        </div>
      );
    return <ChecksTables data={data} />;
  };

  return (
    <>
      <Header
        title={t('checks.title')}
        customActions={
          <Button
            variant="secondary"
            iconStart={<RiRefreshLine />}
            isDisabled={isLoading}
            onPress={checkAgain}
          >
            {t('checks.run')}
          </Button>
        }
      />
      <Container>
        <Text as="p" color="secondary">
          {t('checks.what')}
        </Text>
        {checks()}
        <PolicyTables />
      </Container>
    </>
  );
}
