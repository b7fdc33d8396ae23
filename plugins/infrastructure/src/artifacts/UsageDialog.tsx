import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Link,
  Skeleton,
  Text,
} from '@backstage/ui';
import type {
  ArtifactUsageResponse,
  ArtifactVersion,
} from '@nante/plugin-infrastructure-common';
import { type ReactNode, useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { statusOf } from '../components/Problem';
import { SimpleTable } from '../components/SimpleTable';
import { SourceBanners } from '../components/SourceBanners';
import { age, refName } from '../components/format';
import { useLoaded } from '../fields/useLoaded';
import { type Links, useLinks } from '../navigation';
import { type Sentences, infrastructureTranslationRef } from '../translation';
import styles from './ArtifactsContent.module.css';

/** An artifact in one of its versions. */
export interface UsageOf {
  artifact: ArtifactVersion['artifacts'][number];
  version: string;
}

type Release = ArtifactUsageResponse['releases'][number];
type Deployment = Release['deployments'][number];
type Target = Deployment['targets'][number];

/** One row: a release, where it is or was, on which target, which is which host of whom. */
function rowOf(
  t: Sentences,
  links: Links,
  release: Release,
  deployment?: Deployment,
  target?: Target,
): { key: string; cells: ReactNode[] } {
  const owner = target?.owner ?? release.owner;
  return {
    key: [
      release.connection,
      release.projectId,
      release.releaseVersion,
      deployment?.deploymentId,
      target?.machineId,
    ].join('/'),
    cells: [
      release.componentRef ? (
        <Link key="release" href={links.entity(release.componentRef)}>
          {`${release.projectName} ${release.releaseVersion}`}
        </Link>
      ) : (
        `${release.projectName} ${release.releaseVersion}`
      ),
      deployment ? (
        <Link
          key="environment"
          href={links.deployment(release.connection, deployment.deploymentId)}
        >
          {deployment.environment}
        </Link>
      ) : (
        t('artifacts.where.notDeployed')
      ),
      deployment &&
        (deployment.isCurrent
          ? t('artifacts.where.current')
          : t('artifacts.where.past', {
              when: t('host.ago', {
                age: age(Date.now() - Date.parse(deployment.at)),
              }),
            })),
      deployment && (target?.name ?? t('artifacts.where.noTarget')),
      target &&
        (target.hostRef ? (
          <Link key="host" href={links.host(target.hostRef)}>
            {target.hostName ?? refName(target.hostRef)}
          </Link>
        ) : (
          t('artifacts.where.noHost')
        )),
      owner && (
        <Link key="owner" href={links.entity(owner)}>
          {refName(owner)}
        </Link>
      ),
    ],
  };
}

function Usage({ artifact, version }: UsageOf) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const { connection, repository, format, name } = artifact;
  const load = useCallback(
    (signal: AbortSignal) =>
      api.getArtifactUsage(
        { connection, repository, format, name, version },
        signal,
      ),
    [api, connection, repository, format, name, version],
  );
  const { data, error } = useLoaded(load);
  if (error) {
    const gone = statusOf(error) === 404;
    return (
      <Alert
        role="alert"
        status={gone ? 'warning' : 'danger'}
        icon
        title={t(gone ? 'artifacts.where.gone' : 'problem.title')}
        description={gone ? t('artifacts.where.goneWhat') : error.message}
      />
    );
  }
  if (!data) {
    return (
      <div role="status" aria-busy="true">
        <Skeleton height={160} />
      </div>
    );
  }
  const rows = data.releases.flatMap(release =>
    release.deployments.length === 0
      ? [rowOf(t, links, release)]
      : release.deployments.flatMap(deployment =>
          deployment.targets.length === 0
            ? [rowOf(t, links, release, deployment)]
            : deployment.targets.map(target =>
                rowOf(t, links, release, deployment, target),
              ),
        ),
  );
  return (
    <>
      <SourceBanners sources={data.sources} />
      {data.incomplete && (
        <Alert status="info" icon mb="3" title={data.incomplete} />
      )}
      {rows.length === 0 ? (
        <Text as="p">{t('artifacts.where.none')}</Text>
      ) : (
        <SimpleTable
          caption={t('artifacts.usage')}
          columns={[
            t('artifacts.where.release'),
            t('artifacts.where.environment'),
            t('artifacts.where.state'),
            t('artifacts.where.target'),
            t('artifacts.where.host'),
            t('artifacts.where.owner'),
          ]}
          rows={rows}
        />
      )}
    </>
  );
}

/** From an artifact to what uses it: releases, environments, targets, hosts, owners. */
export function UsageDialog(props: { usage?: UsageOf; onClose(): void }) {
  const { usage, onClose } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Dialog
      width="min(960px, 92vw)"
      isOpen={usage !== undefined}
      onOpenChange={open => !open && onClose()}
    >
      {usage && (
        <>
          <DialogHeader>
            {t('artifacts.usageOf', {
              name: usage.artifact.name,
              version: usage.version,
            })}
          </DialogHeader>
          <DialogBody>
            <div className={styles.usage}>
              <Usage {...usage} />
            </div>
          </DialogBody>
          <DialogFooter>
            <Button variant="secondary" onPress={onClose}>
              {t('artifacts.where.close')}
            </Button>
          </DialogFooter>
        </>
      )}
    </Dialog>
  );
}
