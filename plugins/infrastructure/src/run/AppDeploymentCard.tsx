import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Text } from '@backstage/ui';
import type { AppDeploymentResult } from '@nante/model';
import { CopyText } from '../components/CopyText';
import { Facts } from '../components/Facts';
import { Section } from '../components/Section';
import { SimpleTable } from '../components/SimpleTable';
import { HealthLabel } from '../components/StateLabel';
import { infrastructureTranslationRef } from '../translation';
import { Already, Outside } from './PlaceCard';
import styles from './RunPage.module.css';

/** Which release stands in for one that was not healthy. */
export function Returned({ to }: { to?: string }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (to === undefined) return null;
  return (
    <Alert
      status="warning"
      icon
      title={
        to
          ? t('delivery.returnedTo', { version: to })
          : t('delivery.returnedToNothing')
      }
      description={t('delivery.returnedWhat')}
    />
  );
}

/** Last lines of the log of what went wrong. */
export function Problems({ lines }: { lines: string[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (lines.length === 0) return null;
  return (
    <div>
      <Text as="h3" weight="bold">
        {t('delivery.problems')}
      </Text>
      <ul className={styles.list}>
        {lines.map((line, index) => (
          // The same line may stand there twice.
          // eslint-disable-next-line react/no-array-index-key
          <li key={index}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

/** What runs where after a deployment by Compose or Helm, and what answered. */
export function AppDeploymentCard({ result }: { result: AppDeploymentResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { kind } = result;
  return (
    <Section title={t(`delivery.appDeployment.${kind}`)}>
      <div className={styles.stack}>
        <Already
          when={result.alreadyThere}
          text={t('delivery.deployedAlready')}
        />
        <Returned to={result.returnedTo} />
        <Facts
          facts={[
            { label: t('delivery.version'), value: result.version },
            { label: t('delivery.previous'), value: result.previousVersion },
            {
              label: t(`delivery.what.${kind}`),
              value: result.what && (
                <CopyText
                  text={result.what}
                  what={t(`delivery.what.${kind}`)}
                />
              ),
            },
            {
              label: t(`delivery.places.${kind}`),
              value: result.places.join(', '),
            },
            {
              label: t('delivery.revision'),
              value:
                result.revision === undefined
                  ? undefined
                  : String(result.revision),
            },
            {
              label: t('delivery.health'),
              value: (
                <HealthLabel state={result.healthy ? 'Healthy' : 'Failed'} />
              ),
            },
            {
              label: t('delivery.url'),
              value: result.url && (
                <Outside href={result.url}>{result.url}</Outside>
              ),
            },
          ]}
        />
        {result.health.length > 0 && (
          <SimpleTable
            caption={t('delivery.asked')}
            columns={[t('delivery.url'), t('delivery.answer')]}
            rows={result.health.map(({ url, answer }) => ({
              key: url,
              cells: [url, answer],
            }))}
          />
        )}
        <Problems lines={result.problems} />
      </div>
    </Section>
  );
}
