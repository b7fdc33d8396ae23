import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { Meter } from '../components/Meter';
import { bytes, percent } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';

/** CPU, memory and disk as they are now. */
export function HostMeters({ host }: { host: HostSummary }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const ofTotal = (used: number | undefined, total: number) => ({
    part: used === undefined || total <= 0 ? undefined : used / total,
    text: t('meter.of', { used: bytes(used ?? 0), total: bytes(total) }),
  });
  return (
    <div className={styles.stack}>
      <Meter
        showLabel
        label={t('meter.cpu')}
        part={host.cpu}
        text={t('meter.of', {
          used: percent(host.cpu ?? 0),
          total: t('hosts.cores', { count: host.cores }),
        })}
      />
      <Meter
        showLabel
        label={t('meter.memory')}
        {...ofTotal(host.memoryUsed, host.memory)}
      />
      <Meter
        showLabel
        label={t('meter.disk')}
        {...ofTotal(host.diskUsed, host.disk)}
      />
    </div>
  );
}
