import type { TranslationFunction } from '@backstage/frontend-plugin-api';
import { Cell, CellText, type ColumnConfig, Text } from '@backstage/ui';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { Meter } from '../components/Meter';
import { HealthLabel } from '../components/StateLabel';
import { bytes, percent, refName, uptime } from '../components/format';
import type { infrastructureTranslationRef } from '../translation';
import { ManagementLabel } from './ManagementLabel';
import styles from './HostsPage.module.css';
import type { HostRow } from './filterHosts';

type T = TranslationFunction<(typeof infrastructureTranslationRef)['T']>;

function part(used: number | undefined, total: number): number | undefined {
  return used === undefined || total <= 0 ? undefined : used / total;
}

/** A figure of a guest that is off is not zero, there is none. */
function Figure(props: {
  t: T;
  host: HostSummary;
  label: string;
  part?: number;
  text: string;
}) {
  const { t, host } = props;
  if (host.state === 'Stopped' && props.part === undefined) {
    return <Text color="secondary">{t('meter.stopped')}</Text>;
  }
  return (
    <Meter
      label={`${props.label}, ${host.name}`}
      part={props.part}
      text={props.text}
    />
  );
}

/** Columns of the hosts table. */
export function hostColumns(t: T): ColumnConfig<HostRow>[] {
  return [
    {
      id: 'name',
      label: t('hosts.column.name'),
      isRowHeader: true,
      isSortable: true,
      minWidth: 150,
      defaultWidth: '1.5fr',
      cell: host => (
        <Cell>
          <div className={styles.name}>
            <Text weight="bold" truncate>
              {host.name}
            </Text>
            <span className={styles.sub}>
              <HealthLabel state={host.state} native={host.nativeState} />
              <Text color="secondary">{host.vmId}</Text>
            </span>
          </div>
        </Cell>
      ),
    },
    {
      id: 'kind',
      label: t('hosts.column.kind'),
      isSortable: true,
      minWidth: 72,
      cell: host => <CellText title={t(`kind.${host.kind}`)} />,
    },
    {
      id: 'node',
      label: t('hosts.column.node'),
      isSortable: true,
      minWidth: 82,
      cell: host => <CellText title={host.node} />,
    },
    {
      id: 'environment',
      label: t('hosts.column.environment'),
      isSortable: true,
      minWidth: 126,
      cell: host => (
        <CellText
          title={host.environment ?? '—'}
          description={
            host.vlan ? t('hosts.vlan', { vlan: String(host.vlan) }) : undefined
          }
        />
      ),
    },
    {
      id: 'owner',
      label: t('hosts.column.owner'),
      isSortable: true,
      minWidth: 84,
      cell: host => <CellText title={host.owner ? refName(host.owner) : '—'} />,
    },
    {
      id: 'cpu',
      label: t('hosts.column.cpu'),
      isSortable: true,
      minWidth: 114,
      cell: host => (
        <Cell>
          <Figure
            t={t}
            host={host}
            label={t('meter.cpu')}
            part={host.cpu}
            text={t('meter.of', {
              used: percent(host.cpu ?? 0),
              total: t('hosts.cores', { count: host.cores }),
            })}
          />
        </Cell>
      ),
    },
    {
      id: 'memory',
      label: t('hosts.column.memory'),
      isSortable: true,
      minWidth: 136,
      cell: host => (
        <Cell>
          <Figure
            t={t}
            host={host}
            label={t('meter.memory')}
            part={part(host.memoryUsed, host.memory)}
            text={t('meter.of', {
              used: bytes(host.memoryUsed ?? 0),
              total: bytes(host.memory),
            })}
          />
        </Cell>
      ),
    },
    {
      id: 'disk',
      label: t('hosts.column.disk'),
      isSortable: true,
      minWidth: 120,
      cell: host => (
        <Cell>
          {host.diskUsed === undefined ? (
            <Text>{bytes(host.disk)}</Text>
          ) : (
            <Meter
              label={`${t('meter.disk')}, ${host.name}`}
              part={part(host.diskUsed, host.disk)}
              text={t('meter.of', {
                used: bytes(host.diskUsed),
                total: bytes(host.disk),
              })}
            />
          )}
        </Cell>
      ),
    },
    {
      id: 'addresses',
      label: t('hosts.column.addresses'),
      minWidth: 112,
      cell: host => (
        <CellText
          title={host.addresses[0] ?? t('hosts.noAddress')}
          description={host.addresses.slice(1).join(', ') || undefined}
          color={host.addresses.length > 0 ? 'primary' : 'secondary'}
        />
      ),
    },
    {
      id: 'management',
      label: t('hosts.column.management'),
      isSortable: true,
      minWidth: 122,
      cell: host => (
        <Cell>
          <ManagementLabel host={host} />
        </Cell>
      ),
    },
    {
      id: 'uptime',
      label: t('hosts.column.uptime'),
      isSortable: true,
      minWidth: 86,
      cell: host => (
        <CellText
          title={host.uptime === undefined ? '—' : uptime(host.uptime)}
        />
      ),
    },
  ];
}
