import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Link, Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { SimpleTable } from '../components/SimpleTable';
import { clock } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { hostValue } from './hostValue';

/** Snapshots of a host, each with the way back to it and the way to remove it. */
export function SnapshotsCard({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (host.snapshots.length === 0) {
    return <Text color="secondary">{t('host.noSnapshots')}</Text>;
  }
  const form = (action: 'rollback' | 'delete', snapshot: string) =>
    links.template('snapshot-host', {
      host: hostValue(host),
      snapshot: { action, snapshot },
    });
  const mayChange = host.mayChange && host.management === 'managed';
  const columns = [t('host.snapshot'), t('host.taken')];
  return (
    <SimpleTable
      caption={t('host.snapshots')}
      columns={mayChange ? [...columns, t('host.actions')] : columns}
      rows={host.snapshots.map(({ name, description, createdAt }) => {
        const cells = [
          description ? `${name}: ${description}` : name,
          createdAt ? clock(createdAt) : '—',
        ];
        const ways = (
          <Flex gap="3">
            <Link
              href={form('rollback', name)}
              aria-label={t('host.returnTo', { name })}
            >
              {t('host.return')}
            </Link>
            <Link
              href={form('delete', name)}
              aria-label={t('host.removeSnapshot', { name })}
            >
              {t('host.remove')}
            </Link>
          </Flex>
        );
        return { key: name, cells: mayChange ? [...cells, ways] : cells };
      })}
    />
  );
}
