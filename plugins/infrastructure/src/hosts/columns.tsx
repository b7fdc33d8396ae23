import type { TranslationFunction } from '@backstage/frontend-plugin-api';
import { Cell, CellText, type ColumnConfig, Link, Text } from '@backstage/ui';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { Meter } from '../components/Meter';
import { HealthLabel } from '../components/StateLabel';
import { TargetHealthLabel } from '../components/TaskStateLabel';
import { bytes, percent, refName, uptime } from '../components/format';
import type { Links } from '../navigation';
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

/**
 * Columns of the hosts table; together as narrow as a window of 1440 pixels with the sidebar open.
 *
 * @param onboards - whether the person may take unmanaged hosts into care
 */
export function hostColumns(
  t: T,
  links: Links,
  onboards: boolean,
): ColumnConfig<HostRow>[] {
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
            <Link
              href={links.host(host.entityRef)}
              weight="bold"
              variant="body-medium"
              standalone
              truncate
              title={host.name}
            >
              {host.name}
            </Link>
            <span className={styles.sub}>
              <HealthLabel state={host.state} native={host.nativeState} />
              <Text color="secondary">{host.vmId}</Text>
            </span>
          </div>
        </Cell>
      ),
    },
    {
      id: 'node',
      label: t('hosts.column.node'),
      isSortable: true,
      minWidth: 66,
      cell: host => (
        <CellText
          title={host.node || '—'}
          description={t(`kind.${host.kind}`)}
        />
      ),
    },
    {
      id: 'environment',
      label: t('hosts.column.environment'),
      isSortable: true,
      minWidth: 118,
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
      minWidth: 78,
      cell: host => <CellText title={host.owner ? refName(host.owner) : '—'} />,
    },
    {
      id: 'cpu',
      label: t('hosts.column.cpu'),
      isSortable: true,
      minWidth: 112,
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
      minWidth: 124,
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
      minWidth: 104,
      cell: host =>
        host.addresses.length > 0 ? (
          <CellText
            title={host.addresses[0]}
            description={host.addresses.slice(1).join(', ') || undefined}
          />
        ) : (
          <Cell>
            <Text color="secondary" title={t('hosts.noAddress')}>
              —
            </Text>
          </Cell>
        ),
    },
    {
      id: 'management',
      label: t('hosts.column.management'),
      isSortable: true,
      minWidth: 114,
      cell: host => (
        <Cell>
          <div className={styles.name}>
            <ManagementLabel host={host} />
            {host.management === 'unmanaged' && onboards && (
              <Link
                href={links.template('onboard-host', {
                  name: host.name,
                  address: host.addresses[0],
                  guest: { connection: host.connection, vmId: host.vmId },
                })}
                aria-label={t('hosts.onboardHost', { host: host.name })}
              >
                {t('hosts.onboard')}
              </Link>
            )}
          </div>
        </Cell>
      ),
    },
    {
      id: 'target',
      label: t('hosts.column.target'),
      isSortable: true,
      minWidth: 104,
      cell: host => (
        <Cell>
          {host.targetHealth ? (
            <TargetHealthLabel health={host.targetHealth} />
          ) : (
            <Text color="secondary" title={t('hosts.noTarget')}>
              —
            </Text>
          )}
        </Cell>
      ),
    },
    {
      id: 'uptime',
      label: t('hosts.column.uptime'),
      isSortable: true,
      minWidth: 78,
      cell: host => (
        <CellText
          title={host.uptime === undefined ? '—' : uptime(host.uptime)}
        />
      ),
    },
  ];
}
