import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link, Text } from '@backstage/ui';
import type {
  ArtifactResult,
  DeploymentResult,
  Registration,
  ReleaseResult,
  RunDocument,
} from '@nante/model';
import type { ReactNode } from 'react';
import { CopyText } from '../components/CopyText';
import { Facts } from '../components/Facts';
import { Section } from '../components/Section';
import { SimpleTable } from '../components/SimpleTable';
import {
  TargetHealthLabel,
  TaskStateLabel,
} from '../components/TaskStateLabel';
import { bytes, stopwatch } from '../components/format';
import { ChangeList } from '../deployments/ChangeList';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

/** A way out of the portal. */
function Outside(props: { href: string; children: ReactNode }) {
  return (
    <Link href={props.href} target="_blank" rel="noopener noreferrer">
      {props.children}
    </Link>
  );
}

function Already({ when, text }: { when: boolean; text: string }) {
  return when ? <Alert status="info" icon title={text} /> : null;
}

function RegistrationCard({ result }: { result: Registration }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Section title={t('delivery.registration')}>
      <Facts
        facts={[
          { label: t('delivery.name'), value: result.machineName },
          {
            label: t('delivery.health'),
            value: <TargetHealthLabel health={result.health} />,
          },
          { label: t('delivery.healthDetail'), value: result.healthDetail },
          {
            label: t('delivery.environments'),
            value: result.environments.join(', '),
          },
          { label: t('delivery.roles'), value: result.roles.join(', ') },
          {
            label: t('delivery.style'),
            value: t(`target.styles.${result.style}`),
          },
          {
            label: t('delivery.url'),
            value: (
              <Outside href={result.url}>{t('delivery.openOctopus')}</Outside>
            ),
          },
        ]}
      />
    </Section>
  );
}

function ReleaseCard({ result }: { result: ReleaseResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Section title={t('delivery.release')}>
      <div className={styles.stack}>
        <Already when={result.alreadyThere} text={t('delivery.alreadyThere')} />
        <Facts
          facts={[
            { label: t('delivery.project'), value: result.project },
            { label: t('delivery.version'), value: result.version },
            {
              label: t('delivery.url'),
              value: (
                <Outside href={result.url}>{t('delivery.openOctopus')}</Outside>
              ),
            },
          ]}
        />
        {result.packages.length > 0 && (
          <SimpleTable
            caption={t('delivery.packages')}
            columns={[
              t('delivery.package'),
              t('delivery.version'),
              t('deployment.step'),
              t('deployment.feed'),
            ]}
            rows={result.packages.map(item => ({
              key: `${item.step}/${item.packageId}`,
              cells: [item.packageId, item.version, item.step, item.feed],
            }))}
          />
        )}
      </div>
    </Section>
  );
}

function DeploymentCard({ result }: { result: DeploymentResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  return (
    <Section title={t('delivery.deployment')}>
      <div className={styles.stack}>
        <Already
          when={result.alreadyThere}
          text={t('delivery.deployedAlready')}
        />
        <Facts
          facts={[
            { label: t('delivery.project'), value: result.project },
            { label: t('delivery.version'), value: result.version },
            { label: t('delivery.previous'), value: result.previousVersion },
            { label: t('delivery.environment'), value: result.environment },
            {
              label: t('delivery.state'),
              value: result.state && (
                <TaskStateLabel word={result.state} native={result.state} />
              ),
            },
            {
              label: t('delivery.took'),
              value:
                result.seconds === undefined
                  ? undefined
                  : stopwatch(result.seconds),
            },
            { label: t('delivery.targets'), value: result.targets.join(', ') },
          ]}
        />
        <div>
          <Text as="h3" weight="bold">
            {t('delivery.changes')}
          </Text>
          <ChangeList changes={result.changes} />
        </div>
        {result.problems.length > 0 && (
          <div>
            <Text as="h3" weight="bold">
              {t('delivery.problems')}
            </Text>
            <ul className={styles.list}>
              {result.problems.map(problem => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </div>
        )}
        {result.id && (
          <Link href={links.deployment(result.connection, result.id)}>
            {t('delivery.openDeployment')}
          </Link>
        )}
        {result.url && (
          <Outside href={result.url}>{t('delivery.openOctopus')}</Outside>
        )}
      </div>
    </Section>
  );
}

function ArtifactCard({ result }: { result: ArtifactResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Section title={t('delivery.artifact')}>
      <div className={styles.stack}>
        <Already when={result.alreadyThere} text={t('delivery.alreadyThere')} />
        <Facts
          facts={[
            { label: t('delivery.name'), value: result.name },
            { label: t('delivery.version'), value: result.version },
            { label: t('delivery.repository'), value: result.repository },
            {
              label: t('delivery.format'),
              value: t(`artifacts.format.${result.format}`),
            },
            {
              label: t('delivery.digest'),
              value: result.digest && (
                <CopyText text={result.digest} what={t('delivery.digest')} />
              ),
            },
            {
              label: t('delivery.pull'),
              value: <CopyText text={result.pull} what={t('artifacts.pull')} />,
            },
          ]}
        />
        {result.assets.length > 0 && (
          <SimpleTable
            caption={t('delivery.files')}
            columns={[
              t('delivery.file'),
              t('delivery.size'),
              t('delivery.sha'),
            ]}
            rows={result.assets.map(({ path, size, sha256 }) => ({
              key: path,
              cells: [path, bytes(size), sha256 ?? '—'],
            }))}
          />
        )}
      </div>
    </Section>
  );
}

/** A project or a repository: what it is called, and where it is. */
function PlaceCard(props: {
  title: string;
  name: string;
  alreadyThere: boolean;
  url: string;
  open: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Section title={props.title}>
      <div className={styles.stack}>
        <Already when={props.alreadyThere} text={t('delivery.alreadyThere')} />
        <Facts
          facts={[
            { label: t('delivery.name'), value: props.name },
            {
              label: t('delivery.url'),
              value: <Outside href={props.url}>{props.open}</Outside>,
            },
          ]}
        />
      </div>
    </Section>
  );
}

/** What a run about targets, releases, deployments and artifacts came to. */
export function DeliveryCards({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { registration, project, release, deployment, artifact, repository } =
    run;
  return (
    <>
      {registration && <RegistrationCard result={registration} />}
      {run.kind === 'deregister' && run.state === 'succeeded' && (
        <Text as="p">{t('delivery.deregistered')}</Text>
      )}
      {project && (
        <PlaceCard
          title={t('delivery.project')}
          name={project.name}
          alreadyThere={project.alreadyThere}
          url={project.url}
          open={t('delivery.openOctopus')}
        />
      )}
      {release && <ReleaseCard result={release} />}
      {deployment && <DeploymentCard result={deployment} />}
      {artifact && <ArtifactCard result={artifact} />}
      {repository && (
        <PlaceCard
          title={t('delivery.repository')}
          name={`${repository.name} (${t(`artifacts.format.${repository.format}`)})`}
          alreadyThere={repository.alreadyThere}
          url={repository.url}
          open={t('delivery.openNexus')}
        />
      )}
    </>
  );
}
