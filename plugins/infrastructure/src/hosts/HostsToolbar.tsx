import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { SearchField, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { useMemo } from 'react';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostsPage.module.css';
import {
  type HostFilter,
  type HostQuery,
  countHosts,
  hostFilters,
} from './filterHosts';

const kinds = ['', 'vm', 'lxc'] as const;

/** Summary strip and segments, which are the filters, and the search. */
export function HostsToolbar(props: {
  hosts: HostSummary[];
  query: HostQuery;
  onShow(show: HostFilter): void;
  onKind(kind: string): void;
  onSearch(search: string): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { query } = props;
  const counts = useMemo(() => countHosts(props.hosts), [props.hosts]);
  return (
    <div className={styles.toolbar}>
      <ToggleButtonGroup
        aria-label={t('hosts.filter')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[query.show]}
        onSelectionChange={keys => props.onShow([...keys][0] as HostFilter)}
      >
        {hostFilters.map(filter => (
          <ToggleButton key={filter} id={filter}>
            {`${t(`hosts.${filter}`)} ${counts[filter]}`}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <ToggleButtonGroup
        aria-label={t('hosts.kinds')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[query.kind || 'any']}
        onSelectionChange={keys => {
          const [kind] = [...keys];
          props.onKind(kind === 'any' ? '' : String(kind));
        }}
      >
        {kinds.map(kind => (
          <ToggleButton key={kind || 'any'} id={kind || 'any'}>
            {kind ? t(`kind.${kind}`) : t('hosts.all')}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <SearchField
        className={styles.search}
        size="small"
        aria-label={t('hosts.search')}
        placeholder={t('hosts.search')}
        value={query.search}
        onChange={props.onSearch}
      />
    </div>
  );
}
