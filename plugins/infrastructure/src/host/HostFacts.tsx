import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { Facts } from '../components/Facts';
import { HealthLabel } from '../components/StateLabel';
import { bytes, refName, uptime } from '../components/format';
import { ManagementLabel } from '../hosts/ManagementLabel';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';

/** State, place, owner and size of a host. */
export function HostFacts({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const environment = host.vlan
    ? `${host.environment ?? '—'}, ${t('hosts.vlan', { vlan: String(host.vlan) })}`
    : host.environment;
  const isGuest = host.kind !== 'server';
  return (
    <Facts
      facts={[
        {
          label: t('runs.column.state'),
          value: <HealthLabel state={host.state} native={host.nativeState} />,
        },
        {
          label: t('host.kind'),
          value: isGuest
            ? `${t(`kind.${host.kind}`)} ${host.vmId}`
            : t(`kind.${host.kind}`),
        },
        {
          label: t('host.node'),
          value: isGuest ? `${host.node} (${host.connection})` : undefined,
        },
        { label: t('host.environment'), value: environment },
        {
          label: t('host.owner'),
          value: host.owner ? (
            <Link href={links.entity(host.owner)}>{refName(host.owner)}</Link>
          ) : (
            t('host.none')
          ),
        },
        {
          label: t('host.size'),
          value: isGuest
            ? t('host.sizeValue', {
                cores: t('hosts.cores', { count: host.cores }),
                memory: bytes(host.memory),
                disk: bytes(host.disk),
              })
            : undefined,
        },
        {
          label: t('host.uptime'),
          value: host.uptime === undefined ? undefined : uptime(host.uptime),
        },
        { label: t('host.tags'), value: host.tags.join(', ') || undefined },
        { label: t('host.terraform'), value: <ManagementLabel host={host} /> },
      ]}
    />
  );
}
