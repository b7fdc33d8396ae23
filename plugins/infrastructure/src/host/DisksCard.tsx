import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { SimpleTable } from '../components/SimpleTable';
import { clock } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';

/** Disks of a host and its snapshots. */
export function DisksCard({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div className={styles.stack}>
      {host.disks.length === 0 ? (
        <Text color="secondary">{t('host.noDisks')}</Text>
      ) : (
        <SimpleTable
          caption={t('host.disks')}
          columns={[t('host.disk'), t('host.storage'), t('host.diskSize')]}
          rows={host.disks.map(disk => ({
            key: disk.name,
            cells: [disk.name, disk.storage, disk.size],
          }))}
        />
      )}
      {host.snapshots.length === 0 ? (
        <Text color="secondary">{t('host.noSnapshots')}</Text>
      ) : (
        <SimpleTable
          caption={t('host.snapshots')}
          columns={[t('host.snapshot'), t('host.taken')]}
          rows={host.snapshots.map(snapshot => ({
            key: snapshot.name,
            cells: [
              snapshot.description
                ? `${snapshot.name}: ${snapshot.description}`
                : snapshot.name,
              snapshot.createdAt ? clock(snapshot.createdAt) : '—',
            ],
          }))}
        />
      )}
    </div>
  );
}
