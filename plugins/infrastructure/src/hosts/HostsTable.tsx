import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { Button, Flex, type SortDescriptor, Table, Text } from '@backstage/ui';
import { hostCreatePermission } from '@nante/plugin-infrastructure-common';
import { useMemo, useState } from 'react';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostsPage.module.css';
import { hostColumns } from './columns';
import { type HostRow, sortHosts } from './filterHosts';

/** From this many rows on only those in sight are in the document. */
const VIRTUAL_FROM = 100;
const ROW_HEIGHT = 60;

export interface HostsTableProps {
  /** Rows to show; undefined while they load. */
  hosts?: HostRow[];
  onClear(): void;
}

/** The table of hosts; a row leads to the host. */
export function HostsTable({ hosts, onClear }: HostsTableProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const [sort, setSort] = useState<SortDescriptor>({
    column: 'name',
    direction: 'ascending',
  });
  const { allowed } = usePermission({ permission: hostCreatePermission });
  const columns = useMemo(
    () => hostColumns(t, links, allowed),
    [t, links, allowed],
  );
  const rows = useMemo(
    () => hosts && sortHosts(hosts, String(sort.column), sort.direction),
    [hosts, sort],
  );
  const virtual = (rows?.length ?? 0) >= VIRTUAL_FROM;
  return (
    <div
      className={virtual ? `${styles.table} ${styles.virtual}` : styles.table}
    >
      <Table<HostRow>
        columnConfig={columns}
        data={rows}
        isPending={rows === undefined}
        pagination={{ type: 'none' }}
        sort={{ descriptor: sort, onSortChange: setSort }}
        rowConfig={{ getHref: host => links.host(host.entityRef) }}
        virtualized={virtual ? { rowHeight: ROW_HEIGHT } : undefined}
        // A virtual table needs a height of its own to know which rows are in sight.
        style={virtual ? { height: '68vh' } : undefined}
        emptyState={
          <Flex direction="column" align="center" gap="3" p="6">
            <Text>{t('hosts.noMatch')}</Text>
            <Button size="small" variant="secondary" onPress={onClear}>
              {t('hosts.clear')}
            </Button>
          </Flex>
        }
      />
    </div>
  );
}
