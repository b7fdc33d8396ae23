import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import type {
  DeploymentResult,
  Registration,
  ReleaseResult,
  RunDocument,
} from '@nante/model';
import { Facts } from '../components/Facts';
import { Section } from '../components/Section';
import { SimpleTable } from '../components/SimpleTable';
import {
  TargetHealthLabel,
  TaskStateLabel,
} from '../components/TaskStateLabel';
import { stopwatch } from '../components/format';
import { ChangeList } from '../deployments/ChangeList';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { AppDeploymentCard, Problems, Returned } from './AppDeploymentCard';
import { ArtifactCard } from './ArtifactCard';
import { Already, Outside, PlaceCard } from './PlaceCard';
import styles from './RunPage.module.css';

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
        <Returned to={result.returnedTo} />
        <div>
          <Text as="h3" weight="bold">
            {t('delivery.changes')}
          </Text>
          <ChangeList changes={result.changes} />
        </div>
        <Problems lines={result.problems} />
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
      {run.appDeployment && <AppDeploymentCard result={run.appDeployment} />}
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
