import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import type { DeploymentDetailResponse } from '@nante/plugin-infrastructure-common';
import { Facts } from '../components/Facts';
import { SimpleTable } from '../components/SimpleTable';
import { TargetHealthLabel } from '../components/TaskStateLabel';
import { refName } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { ActivityStatus } from './ActivityNode';
import styles from './DeploymentPage.module.css';
import { healthChecks } from './activities';

interface Props {
  detail: DeploymentDetailResponse;
}

/** Where it went: each target with its result, and the way to the host that it is. */
export function TargetsTable({ detail, goesOn }: Props & { goesOn: boolean }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (detail.targets.length === 0) {
    return (
      <Text color="secondary">
        {t(goesOn ? 'deployment.noTargetsYet' : 'deployment.noTargets')}
      </Text>
    );
  }
  return (
    <SimpleTable
      caption={t('deployment.targets')}
      columns={[
        t('deployment.target'),
        t('deployment.result'),
        t('deployment.health'),
        t('deployment.host'),
      ]}
      rows={detail.targets.map(target => ({
        key: target.machineId,
        cells: [
          target.name,
          target.status ? (
            <ActivityStatus key="status" status={target.status} />
          ) : (
            <Text key="status" variant="body-small" color="secondary">
              {t('deployment.noResult')}
            </Text>
          ),
          <TargetHealthLabel key="health" health={target.health} />,
          target.hostRef ? (
            <Link key="host" href={links.host(target.hostRef)}>
              {refName(target.hostRef)}
            </Link>
          ) : (
            '—'
          ),
        ],
      }))}
    />
  );
}

/** What the health checks of the process found; nothing where it has none. */
export function HealthCheckFacts({ detail }: Props) {
  const checks = healthChecks(detail.activities);
  return (
    <Facts
      facts={checks.map(check => ({
        label: check.name,
        value: (
          <>
            <ActivityStatus status={check.status} />
            {check.lines.length > 0 && (
              <p className={styles.notes}>{check.lines.at(-1)?.text}</p>
            )}
          </>
        ),
      }))}
    />
  );
}
