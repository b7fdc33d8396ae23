import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Skeleton } from '@backstage/ui';
import {
  type HostDetail,
  hostReadPermission,
} from '@nante/plugin-infrastructure-common';
import { HostActivity } from '../activity/HostActivity';
import { ConnectionBanners, Freshness } from '../components/Freshness';
import { Problem, statusOf } from '../components/Problem';
import { Section } from '../components/Section';
import { useHost } from './useHost';
import { infrastructureTranslationRef } from '../translation';
import { ConfigurationCard } from './ConfigurationCard';
import { DisksCard } from './DisksCard';
import styles from './HostContent.module.css';
import { HostActions } from './HostActions';
import { HostFacts } from './HostFacts';
import { HostMeters } from './HostMeters';
import { NetworkCard } from './NetworkCard';
import { MeshCard, TelemetryCard } from './ObservationCards';
import { SampleChart } from './SampleChart';
import { SnapshotsCard } from './SnapshotsCard';
import { TargetCard } from './TargetCard';
import { TerraformCard } from './TerraformCard';

function ManagementBanner({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (host.management === 'managed') return null;
  if (host.management === 'onboarded') {
    return <Alert status="info" icon mb="4" title={t('host.onboarded')} />;
  }
  if (host.management === 'unmanaged') {
    return <Alert status="info" icon mb="4" title={t('host.unmanaged')} />;
  }
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      mb="4"
      title={t(`host.${host.management}`)}
      description={
        host.managementDetail ??
        (host.management === 'missing' ? t('host.missingWhat') : undefined)
      }
    />
  );
}

/** The host tab: what the guest is, how it does, how to log in, and what Terraform knows of it. */
export function HostContent() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { data: host, error, updatedAt, reload } = useHost();

  if (!host) {
    if (!error) {
      return (
        <div className={styles.cards} role="status" aria-busy="true">
          <Skeleton height={220} />
          <Skeleton height={220} />
          <Skeleton height={220} />
        </div>
      );
    }
    if (statusOf(error) === 404) {
      return (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('host.gone')}
          description={t('host.goneWhat')}
        />
      );
    }
    return (
      <Problem
        error={error}
        permission={hostReadPermission.name}
        onRetry={reload}
      />
    );
  }

  const isGuest = host.kind !== 'server';
  const { observation } = host;
  return (
    <div data-nante="host">
      <ConnectionBanners connections={[]} error={error} updatedAt={updatedAt} />
      <ManagementBanner host={host} />
      <div className={styles.header}>
        <Freshness updatedAt={updatedAt} onRefresh={reload} />
        <HostActions host={host} />
      </div>
      <div className={styles.cards}>
        <Section title={t('host.title')}>
          <HostFacts host={host} />
        </Section>
        {isGuest && (
          <>
            <Section title={t('host.now')}>
              <HostMeters host={host} />
            </Section>
            <Section title={t('host.day')}>
              <div className={styles.stack}>
                <SampleChart
                  label={t('host.cpuChart')}
                  name={t('meter.cpu')}
                  samples={host.samples}
                  value={sample => sample.cpu}
                />
                <SampleChart
                  label={t('host.memoryChart')}
                  name={t('meter.memory')}
                  samples={host.samples}
                  value={sample =>
                    sample.memoryUsed === undefined
                      ? undefined
                      : sample.memoryUsed / host.memory
                  }
                />
              </div>
            </Section>
          </>
        )}
        <Section title={t('host.network')}>
          <NetworkCard host={host} />
        </Section>
        {host.management !== 'unmanaged' && (
          <Section title={t('host.configuration')}>
            <ConfigurationCard host={host} />
          </Section>
        )}
        {host.management !== 'unmanaged' && (
          <Section title={t('target.title')}>
            <TargetCard host={host} />
          </Section>
        )}
        {observation?.mesh && (
          <Section title={t('host.mesh')}>
            <MeshCard
              mesh={observation.mesh}
              observedAt={observation.observedAt}
            />
          </Section>
        )}
        {observation?.telemetry && (
          <Section title={t('host.telemetry')}>
            <TelemetryCard
              telemetry={observation.telemetry}
              observedAt={observation.observedAt}
            />
          </Section>
        )}
        {isGuest && (
          <>
            <Section title={t('host.disks')}>
              <DisksCard host={host} />
            </Section>
            <Section title={t('host.snapshots')}>
              <SnapshotsCard host={host} />
            </Section>
          </>
        )}
        <Section title={t('host.records')}>
          <TerraformCard host={host} />
        </Section>
        {host.management !== 'unmanaged' && (
          <Section title={t('activity.title')}>
            <HostActivity entityRef={host.entityRef} />
          </Section>
        )}
      </div>
    </div>
  );
}
