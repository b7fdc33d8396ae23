import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { HostObservation } from '@nante/plugin-infrastructure-common';
import { Age } from '../components/Age';
import { CopyText } from '../components/CopyText';
import { Facts } from '../components/Facts';
import { HealthLabel } from '../components/StateLabel';
import { infrastructureTranslationRef } from '../translation';

const meshWords = {
  online: 'Healthy',
  offline: 'Stopped',
  absent: 'Attention',
  unknown: 'Unknown',
} as const;

/** The host's place in the mesh: name, addresses, tags, and when it was last seen there. */
export function MeshCard(props: {
  mesh: NonNullable<HostObservation['mesh']>;
  observedAt: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { mesh } = props;
  return (
    <>
      <Facts
        facts={[
          {
            label: t('runs.column.state'),
            value: (
              <>
                <HealthLabel state={meshWords[mesh.state]} />{' '}
                {t(`host.meshState.${mesh.state}`)}
              </>
            ),
          },
          {
            label: t('host.meshName'),
            value: mesh.name && (
              <CopyText text={mesh.name} what={t('host.meshName')} />
            ),
          },
          {
            label: t('host.meshAddresses'),
            value: mesh.addresses.join(', ') || undefined,
          },
          { label: t('host.tags'), value: mesh.tags.join(', ') || undefined },
          {
            label: t('host.lastSeen'),
            value: mesh.lastSeen && <Age at={mesh.lastSeen} />,
          },
          { label: t('host.asked'), value: <Age at={props.observedAt} /> },
        ]}
      />
      {mesh.problem && <Text color="secondary">{mesh.problem}</Text>}
    </>
  );
}

/** When the host's newest metric and log line arrived. Silence is unknown, never well. */
export function TelemetryCard(props: {
  telemetry: NonNullable<HostObservation['telemetry']>;
  observedAt: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { telemetry } = props;
  const heard = (at?: string) => (at ? <Age at={at} /> : t('host.neverHeard'));
  return (
    <>
      <Facts
        facts={[
          {
            label: t('runs.column.state'),
            value: (
              <>
                <HealthLabel
                  state={
                    telemetry.state === 'reporting' ? 'Healthy' : 'Unknown'
                  }
                />{' '}
                {t(`host.telemetryState.${telemetry.state}`)}
              </>
            ),
          },
          { label: t('host.lastMetric'), value: heard(telemetry.metricAt) },
          { label: t('host.lastLog'), value: heard(telemetry.logAt) },
          { label: t('host.asked'), value: <Age at={props.observedAt} /> },
        ]}
      />
      {telemetry.problem && <Text color="secondary">{telemetry.problem}</Text>}
    </>
  );
}
