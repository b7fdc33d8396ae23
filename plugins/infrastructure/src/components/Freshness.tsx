import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonIcon, Text } from '@backstage/ui';
import type { ConnectionHealth } from '@nante/plugin-infrastructure-common';
import { RiRefreshLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import { useNow } from '../hooks/useNow';
import { infrastructureTranslationRef } from '../translation';
import { type Banner, Banners } from './Banners';
import { age, clock } from './format';
import styles from './Freshness.module.css';

/** "Updated 12 s ago" with a button that looks again. */
export function Freshness(props: { updatedAt?: number; onRefresh(): void }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const now = useNow(1000);
  return (
    <span className={styles.freshness}>
      {props.updatedAt !== undefined && (
        <Text color="secondary">
          {t('freshness.updated', { age: age(now - props.updatedAt) })}
        </Text>
      )}
      <ButtonIcon
        size="small"
        variant="tertiary"
        icon={<RiRefreshLine />}
        aria-label={t('freshness.refresh')}
        onPress={props.onRefresh}
      />
    </span>
  );
}

/** Names of the systems, which are the same in every language. */
const systems: Record<ConnectionHealth['type'], string> = {
  proxmox: 'Proxmox',
  state: 'State',
  octopus: 'Octopus',
  nexus: 'Nexus',
};

/** One slim banner for each source that is down, not believed or read-only; the data stays below it. */
export function ConnectionBanners(props: {
  connections: ConnectionHealth[];
  /** Set when the portal itself doesn't answer any more. */
  error?: Error;
  updatedAt?: number;
  /** What a person may do about a connection. */
  actions?(connection: ConnectionHealth): ReactNode;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const title = (connection: ConnectionHealth) => {
    const name = `${systems[connection.type]} “${connection.name}”`;
    if (connection.ok) return t('freshness.readOnly', { name });
    return connection.lastSuccessAt
      ? t('freshness.stale', { name, time: clock(connection.lastSuccessAt) })
      : t('freshness.never', { name });
  };
  const banners = props.connections
    .filter(connection => !connection.ok || connection.readOnly)
    .map((connection): Banner => ({
      key: connection.name,
      status: connection.ok ? 'info' : 'warning',
      title: title(connection),
      description: connection.ok ? undefined : connection.error,
      actions: props.actions?.(connection),
    }));
  const { error, updatedAt } = props;
  return <Banners {...{ banners, error, updatedAt }} />;
}
