import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Badge, Button, Link } from '@backstage/ui';
import type { ArtifactVersion } from '@nante/plugin-infrastructure-common';
import { Age } from '../components/Age';
import { CopyText } from '../components/CopyText';
import { SimpleTable } from '../components/SimpleTable';
import { bytes, refName } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './ArtifactsContent.module.css';
import type { UsageOf } from './UsageDialog';
import { shortDigest, sizeOf } from './versions';

type Artifact = ArtifactVersion['artifacts'][number];

/** Who published it, out of what. */
function Origin({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { provenance, uploader } = artifact;
  if (!provenance && !uploader) {
    return <span className={styles.quiet}>{t('artifacts.unknownOrigin')}</span>;
  }
  return (
    <span className={styles.line}>
      {uploader && <span>{t('artifacts.by', { who: refName(uploader) })}</span>}
      {provenance && (
        <Link variant="body-small" href={links.run(provenance.runId)}>
          {t('artifacts.byRun')}
        </Link>
      )}
      {provenance?.buildUrl && (
        <Link
          variant="body-small"
          href={provenance.buildUrl}
          target="_blank"
          rel="noopener noreferrer"
        >
          {t('artifacts.byBuild')}
        </Link>
      )}
      {provenance?.commit && (
        <span className={styles.quiet}>
          {t('artifacts.commit', { commit: provenance.commit.slice(0, 10) })}
        </span>
      )}
    </span>
  );
}

/** What it is, how large, how to get it, and by what it is recognised. */
function ArtifactFacts(props: {
  artifact: Artifact;
  version: string;
  onUsage(usage: UsageOf): void;
}) {
  const { artifact, version } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { assets, digest } = artifact;
  return (
    <div className={styles.artifact}>
      <span className={styles.line}>
        <Badge size="small">{t(`artifacts.format.${artifact.format}`)}</Badge>
        <strong>{artifact.name}</strong>
        <span className={styles.quiet}>
          {[
            artifact.repository,
            bytes(sizeOf(artifact)),
            t('artifacts.files', { count: assets.length }),
          ].join(', ')}
        </span>
        <Button
          size="small"
          variant="tertiary"
          aria-label={t('artifacts.usageOf', { name: artifact.name, version })}
          onPress={() => props.onUsage({ artifact, version })}
        >
          {t('artifacts.usage')}
        </Button>
      </span>
      <CopyText text={artifact.pull} what={t('artifacts.pull')} />
      <span className={styles.line}>
        {digest ? (
          <CopyText
            text={digest}
            shown={shortDigest(digest)}
            what={t('artifacts.digest')}
          />
        ) : (
          assets
            .filter(({ sha256 }) => sha256)
            .slice(0, 1)
            .map(({ path, sha256 = '' }) => (
              <CopyText
                key={path}
                text={sha256}
                shown={shortDigest(sha256)}
                what={t('artifacts.sha', {
                  file: path.split('/').at(-1) ?? path,
                })}
              />
            ))
        )}
        <Origin artifact={artifact} />
      </span>
    </div>
  );
}

/** Environments in which releases of the version run now. */
function DeployedBadges({ version }: { version: ArtifactVersion }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (version.deployedTo.length === 0) {
    return <span className={styles.quiet}>{t('artifacts.notDeployed')}</span>;
  }
  return (
    <span className={styles.line}>
      {version.deployedTo.map(item => (
        <Link
          key={`${item.connection}/${item.deploymentId}`}
          href={links.deployment(item.connection, item.deploymentId)}
          title={t('artifacts.deployedAs', {
            environment: item.environment,
            version: item.releaseVersion,
          })}
        >
          <Badge size="small">{item.environment}</Badge>
        </Link>
      ))}
    </span>
  );
}

/** One row for each version; images, charts and packages of the same version are one row. */
export function VersionsTable(props: {
  versions: ArtifactVersion[];
  onUsage(usage: UsageOf): void;
  /** Makes a release of a version; absent where the person may not, or there is no project. */
  onRelease?(version: string): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { onRelease } = props;
  const published = ({ artifacts }: ArtifactVersion) =>
    artifacts
      .flatMap(({ publishedAt }) => publishedAt ?? [])
      .sort()
      .at(-1);
  return (
    <SimpleTable
      caption={t('artifacts.table')}
      columns={[
        t('artifacts.column.version'),
        t('artifacts.column.artifacts'),
        t('artifacts.column.published'),
        t('artifacts.column.releases'),
        t('artifacts.column.deployed'),
      ]}
      rows={props.versions.map(version => {
        const at = published(version);
        return {
          key: version.version,
          cells: [
            <span key="version" className={styles.version}>
              {version.version}
            </span>,
            version.artifacts.map(artifact => (
              <ArtifactFacts
                key={`${artifact.connection}/${artifact.componentId}`}
                artifact={artifact}
                version={version.version}
                onUsage={props.onUsage}
              />
            )),
            at ? <Age key="at" at={at} /> : '—',
            <div key="releases" className={styles.stack}>
              {version.releases.length === 0 ? (
                <span className={styles.quiet}>{t('artifacts.noRelease')}</span>
              ) : (
                version.releases.map(release => (
                  <Link
                    variant="body-small"
                    key={release.id}
                    href={links.deployments(release.version)}
                  >
                    {`${release.projectName} ${release.version}`}
                  </Link>
                ))
              )}
              {onRelease && version.releases.length === 0 && (
                <Button
                  size="small"
                  variant="secondary"
                  onPress={() => onRelease(version.version)}
                >
                  {t('artifacts.makeRelease')}
                </Button>
              )}
            </div>,
            <DeployedBadges key="deployed" version={version} />,
          ],
        };
      })}
    />
  );
}
