import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { Facts } from '../components/Facts';
import { clock, refName } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';

/** Which workspace owns the host, who holds its lock, and the run that touched it last. */
export function TerraformCard({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const lock = host.lock ? (
    <Link href={links.run(host.lock.runId)}>
      {t('host.lockedBy', {
        holder: host.lock.holder,
        since: clock(host.lock.since),
      })}
    </Link>
  ) : (
    t('host.unlocked')
  );
  return (
    <Facts
      facts={[
        {
          label: t('host.workspace'),
          value: host.workspace ?? t('host.none'),
        },
        { label: t('host.lock'), value: host.workspace ? lock : undefined },
        {
          label: t('host.lastRun'),
          value: host.lastRunId ? (
            <Link href={links.run(host.lastRunId)}>{t('host.showRun')}</Link>
          ) : undefined,
        },
        {
          label: t('host.requestedBy'),
          value: host.requestedBy && refName(host.requestedBy),
        },
        { label: t('host.request'), value: host.requestId },
      ]}
    />
  );
}
