import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Skeleton, Text } from '@backstage/ui';
import { runReadPermission } from '@nante/plugin-infrastructure-common';
import { Problem } from '../components/Problem';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { ActivityList } from './ActivityList';
import styles from './Activity.module.css';
import { useActivity } from './useActivity';

/** Lines that a card shows. */
const LINES = 5;

/** The newest of what was done with a host. */
export function HostActivity({ entityRef }: { entityRef: string }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { data, error, reload } = useActivity({ entityRef, limit: LINES });
  if (!data) {
    return error ? (
      <Problem
        error={error}
        permission={runReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <Skeleton height={90} />
    );
  }
  if (data.entries.length === 0) {
    return <Text color="secondary">{t('activity.empty')}</Text>;
  }
  return (
    <div className={styles.days}>
      <ActivityList entries={data.entries.slice(0, LINES)} heading="h3" />
      <Link href={links.activity()}>{t('activity.all')}</Link>
    </div>
  );
}
