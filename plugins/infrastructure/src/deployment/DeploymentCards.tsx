import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import type { DeploymentDetailResponse } from '@nante/plugin-infrastructure-common';
import { Facts } from '../components/Facts';
import { Meter } from '../components/Meter';
import { SimpleTable } from '../components/SimpleTable';
import { clock, refName, stopwatch } from '../components/format';
import { useNow } from '../hooks/useNow';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './DeploymentPage.module.css';

interface Props {
  detail: DeploymentDetailResponse;
}

/** How long it took, or takes, against the goal. */
export function DurationMeter({ detail, goesOn }: Props & { goesOn: boolean }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const now = useNow(goesOn ? 1000 : 0);
  const { targetSeconds, queuedAt } = detail;
  const seconds = goesOn ? (now - Date.parse(queuedAt)) / 1000 : detail.seconds;
  if (seconds === undefined) return null;
  const words = {
    elapsed: stopwatch(seconds),
    target: stopwatch(targetSeconds),
  };
  const late = seconds > targetSeconds;
  const text = () => {
    if (goesOn) return t('deployment.running', words);
    return t(late ? 'deployment.tookLonger' : 'deployment.took', words);
  };
  return (
    <Meter
      label={t('deployment.duration')}
      part={seconds / targetSeconds}
      text={text()}
    />
  );
}

/** Who deployed what, when, and where more is. */
export function DeploymentFacts({ detail }: Props) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { project, release } = detail;
  return (
    <Facts
      facts={[
        {
          label: t('deployment.release'),
          value: (
            <Link href={release.url} target="_blank" rel="noopener noreferrer">
              {release.version}
            </Link>
          ),
        },
        { label: t('deployment.channel'), value: release.channel },
        { label: t('deployment.assembled'), value: clock(release.assembledAt) },
        { label: t('deployment.deployedBy'), value: detail.deployedBy },
        { label: t('deployment.comments'), value: detail.comments },
        {
          label: t('deployment.component'),
          value: project.componentRef && (
            <Link href={links.entity(project.componentRef)}>
              {refName(project.componentRef)}
            </Link>
          ),
        },
        {
          label: t('deployment.owner'),
          value: project.owner && (
            <Link href={links.entity(project.owner)}>
              {refName(project.owner)}
            </Link>
          ),
        },
        {
          label: t('deployment.run'),
          value: detail.runId && (
            <Link href={links.run(detail.runId)}>
              {t('deployment.showRun')}
            </Link>
          ),
        },
        {
          label: t('deployment.task'),
          value: (
            <Link href={detail.url} target="_blank" rel="noopener noreferrer">
              {t('deployment.inOctopus')}
            </Link>
          ),
        },
      ]}
    />
  );
}

/** Notes as they were written: text, whatever they look like. */
export function ReleaseNotes({ detail }: Props) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return detail.release.notes ? (
    <p className={styles.notes}>{detail.release.notes}</p>
  ) : (
    <Text color="secondary">{t('deployment.noNotes')}</Text>
  );
}

/** Packages with the way to the artifact that they are. */
export function PackagesTable({ detail }: Props) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (detail.packages.length === 0) {
    return <Text color="secondary">{t('deployment.noPackages')}</Text>;
  }
  return (
    <SimpleTable
      caption={t('deployment.packages')}
      columns={[
        t('deployment.package'),
        t('deployment.version'),
        t('deployment.step'),
        t('deployment.feed'),
      ]}
      rows={detail.packages.map(item => ({
        key: `${item.step}/${item.packageId}`,
        cells: [
          item.artifactUrl ? (
            <Link key="package" href={item.artifactUrl}>
              {item.packageId}
            </Link>
          ) : (
            item.packageId
          ),
          item.version,
          item.step,
          item.feed,
        ],
      }))}
    />
  );
}

/** Packages and commits that came since the success before it. */
export function ChangesCard({ detail }: Props) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { previous, changes, commits, connection } = detail;
  return (
    <div className={styles.stack}>
      {previous ? (
        <Link href={links.deployment(connection, previous.deploymentId)}>
          {t('deployment.since', { version: previous.version })}
        </Link>
      ) : (
        <Text color="secondary">{t('deployment.first')}</Text>
      )}
      {previous && changes.length === 0 && <p>{t('deployment.same')}</p>}
      {changes.length > 0 && (
        <SimpleTable
          caption={t('deployment.changes')}
          columns={[
            t('deployment.package'),
            t('deployment.from'),
            t('deployment.to'),
          ]}
          rows={changes.map(({ packageId, from, to }) => ({
            key: packageId,
            cells: [packageId, from ?? '—', to ?? '—'],
          }))}
        />
      )}
      <div>
        <Text as="h3" weight="bold">
          {t('deployment.commits')}
        </Text>
        {commits.length === 0 ? (
          <Text color="secondary">{t('deployment.noCommits')}</Text>
        ) : (
          <SimpleTable
            caption={t('deployment.commits')}
            columns={[t('deployment.commits'), t('deployment.comments')]}
            rows={commits.map(({ id, comment, url }) => ({
              key: id,
              cells: [
                url ? (
                  <Link
                    key="commit"
                    href={url}
                    target="_blank"
                    rel="noopener noreferrer"
                  >
                    {id.slice(0, 10)}
                  </Link>
                ) : (
                  id.slice(0, 10)
                ),
                comment,
              ],
            }))}
          />
        )}
      </div>
    </div>
  );
}
