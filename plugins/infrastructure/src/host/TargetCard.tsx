import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink, Link, Skeleton, Text } from '@backstage/ui';
import {
  type HostDetail,
  type HostTarget,
  type HostTargetsResponse,
  deploymentReadPermission,
} from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Age } from '../components/Age';
import { Facts } from '../components/Facts';
import { Problem } from '../components/Problem';
import { SimpleTable } from '../components/SimpleTable';
import { SourceBanners } from '../components/SourceBanners';
import { TargetHealthLabel } from '../components/TaskStateLabel';
import { type Live, useLive } from '../hooks/useLive';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';
import { hostValue } from './hostValue';

/** Milliseconds between two looks where signals don't come through. */
const LOOK_MS = 30_000;

function useTargets(host: HostDetail): Live<HostTargetsResponse> {
  const api = useApi(infrastructureApiRef);
  const { kind, connection, vmId, entityRef } = host;
  const load = useCallback(
    (signal: AbortSignal) =>
      api.getHostTargets(
        kind === 'server'
          ? { server: entityRef.split('/').at(-1) ?? '' }
          : { connection, vmId },
        signal,
      ),
    [api, kind, connection, vmId, entityRef],
  );
  return useLive(load, {
    intervalMs: LOOK_MS,
    signal: { kind: 'deployments' },
  });
}

/** Newest success of each project that went to the target. */
function Releases({ target }: { target: HostTarget }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (target.releases.length === 0) {
    return <Text color="secondary">{t('target.nothingRuns')}</Text>;
  }
  return (
    <SimpleTable
      caption={t('target.running')}
      columns={[
        t('target.project'),
        t('target.release'),
        t('target.environment'),
        t('target.since'),
        t('artifacts.title'),
      ]}
      rows={target.releases.map(release => ({
        key: `${release.projectId}/${release.environment}`,
        cells: [
          release.projectName,
          <Link
            key="release"
            href={links.deployment(target.connection, release.deploymentId)}
          >
            {release.version}
          </Link>,
          release.environment,
          <Age key="since" at={release.at} />,
          release.componentRef ? (
            <Link
              key="artifacts"
              href={links.artifacts(release.componentRef, release.version)}
              aria-label={t('target.artifacts', {
                project: release.projectName,
                version: release.version,
              })}
            >
              {t('target.showArtifacts')}
            </Link>
          ) : (
            '—'
          ),
        ],
      }))}
    />
  );
}

function Target({ target }: { target: HostTarget }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div className={styles.stack}>
      <Facts
        facts={[
          {
            label: t('target.health'),
            value: (
              <>
                <TargetHealthLabel health={target.health} />{' '}
                {target.healthSummary}
              </>
            ),
          },
          { label: t('target.checked'), value: <Age at={target.observedAt} /> },
          {
            label: t('target.name'),
            value: (
              <Link href={target.url} target="_blank" rel="noopener noreferrer">
                {target.name}
              </Link>
            ),
          },
          {
            label: t('target.environments'),
            value: target.environments.join(', '),
          },
          { label: t('target.roles'), value: target.roles.join(', ') },
          {
            label: t('target.style'),
            value: t(`target.styles.${target.style}`),
          },
          {
            label: t('target.agent'),
            value:
              target.agentVersion ??
              (target.style === 'ssh' ? t('target.noAgent') : undefined),
          },
        ]}
      />
      {target.disagreement && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('target.disagrees')}
          description={target.disagreement}
        />
      )}
      {target.isDisabled && (
        <Alert status="warning" icon title={t('target.disabled')} />
      )}
      <div>
        <Text as="h3" weight="bold">
          {t('target.running')}
        </Text>
        <Releases target={target} />
      </div>
    </div>
  );
}

/** How the host becomes a target, or why it can't. */
function NoTarget(props: { host: HostDetail; connection?: string }) {
  const { host, connection } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (!connection) {
    return (
      <div className={styles.stack}>
        <Text>{t('target.noOctopus')}</Text>
        <Text color="secondary">{t('target.noOctopusWhat')}</Text>
      </div>
    );
  }
  return (
    <div className={styles.stack}>
      <Text>{t('target.none', { connection })}</Text>
      <Text color="secondary">{t('target.noneWhat')}</Text>
      {host.mayChange ? (
        <div>
          <ButtonLink
            size="small"
            variant="secondary"
            href={links.template('register-host', { host: hostValue(host) })}
          >
            {t('target.register')}
          </ButtonLink>
        </div>
      ) : (
        <Text color="secondary">
          {t('target.mayNot', { reason: host.mayChangeReason ?? '' })}
        </Text>
      )}
    </div>
  );
}

/** The deployment target that a host is: its health and why, and what runs on it. */
export function TargetCard({ host }: { host: HostDetail }) {
  const { data, error, reload } = useTargets(host);
  if (!data) {
    return error ? (
      <Problem
        error={error}
        permission={deploymentReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <Skeleton height={140} />
    );
  }
  return (
    <>
      <SourceBanners sources={data.sources} />
      {data.targets.length === 0 ? (
        <NoTarget host={host} connection={data.connection} />
      ) : (
        <div className={styles.stack}>
          {data.targets.map(target => (
            <Target
              key={`${target.connection}/${target.machineId}`}
              target={target}
            />
          ))}
        </div>
      )}
    </>
  );
}
