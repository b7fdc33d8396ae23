import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { Arrival } from '@nante/model';
import { SimpleTable } from '../components/SimpleTable';
import { clock } from '../components/format';
import { infrastructureTranslationRef } from '../translation';

/** That the hosts of a run were in the mesh, and were heard of in telemetry, when it ended. */
export function ArrivalsTable({ arrivals }: { arrivals: Arrival[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const heard = (at?: string) => (at ? clock(at) : t('host.neverHeard'));
  return (
    <section>
      <Text as="h2" variant="title-x-small" weight="bold">
        {t('run.arrivals')}
      </Text>
      <SimpleTable
        caption={t('run.arrivals')}
        columns={[
          t('hosts.column.name'),
          t('host.meshName'),
          t('host.meshAddresses'),
          t('host.lastMetric'),
          t('host.lastLog'),
        ]}
        rows={arrivals.map(({ host, mesh, metricAt, logAt }) => ({
          key: host,
          cells: [
            host,
            mesh?.name ?? t('host.none'),
            mesh?.addresses.join(', ') ?? '',
            heard(metricAt),
            heard(logAt),
          ],
        }))}
      />
    </section>
  );
}
