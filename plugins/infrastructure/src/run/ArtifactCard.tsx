import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ArtifactResult } from '@nante/model';
import { CopyText } from '../components/CopyText';
import { Facts } from '../components/Facts';
import { Section } from '../components/Section';
import { SimpleTable } from '../components/SimpleTable';
import { bytes } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import { Already } from './PlaceCard';
import styles from './RunPage.module.css';

/** What was published, how to get it, and by what it is recognised. */
export function ArtifactCard({ result }: { result: ArtifactResult }) {
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
