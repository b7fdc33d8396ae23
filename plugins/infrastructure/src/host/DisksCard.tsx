import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { SimpleTable } from '../components/SimpleTable';
import { infrastructureTranslationRef } from '../translation';

/** Disks of a host. */
export function DisksCard({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (host.disks.length === 0) {
    return <Text color="secondary">{t('host.noDisks')}</Text>;
  }
  return (
    <SimpleTable
      caption={t('host.disks')}
      columns={[t('host.disk'), t('host.storage'), t('host.diskSize')]}
      rows={host.disks.map(disk => ({
        key: disk.name,
        cells: [disk.name, disk.storage, disk.size],
      }))}
    />
  );
}
