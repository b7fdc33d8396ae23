import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type {
  PullRequestResult,
  RunDocument,
  SourceRepositoryResult,
} from '@nante/model';
import { CopyText } from '../components/CopyText';
import { Facts } from '../components/Facts';
import { Section } from '../components/Section';
import { infrastructureTranslationRef } from '../translation';
import { Already, Outside } from './PlaceCard';
import styles from './RunPage.module.css';

function RepositoryCard({ result }: { result: SourceRepositoryResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Section title={t('delivery.sourceRepository')}>
      <div className={styles.stack}>
        <Already when={result.alreadyThere} text={t('delivery.alreadyThere')} />
        <Facts
          facts={[
            {
              label: t('delivery.name'),
              value: <Outside href={result.url}>{result.repository}</Outside>,
            },
            {
              label: t('delivery.clone'),
              value: (
                <CopyText
                  text={`git clone ${result.cloneUrl}`}
                  what={t('delivery.clone')}
                />
              ),
            },
            { label: t('delivery.branch'), value: result.defaultBranch },
            {
              label: t('delivery.commit'),
              value: result.commit.slice(0, 10),
            },
            { label: t('delivery.workflows'), value: result.workflows },
          ]}
        />
      </div>
    </Section>
  );
}

function PullRequestCard({ result }: { result: PullRequestResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { number, url, repository, files } = result;
  return (
    <Section title={t('delivery.pullRequest')}>
      <div className={styles.stack}>
        <Already when={result.alreadyThere} text={t('delivery.alreadyThere')} />
        {number === undefined ? (
          <Text as="p">{t('delivery.noPullRequest')}</Text>
        ) : (
          <Facts
            facts={[
              {
                label: t('delivery.name'),
                value: (
                  <Outside href={url}>{`${repository} #${number}`}</Outside>
                ),
              },
              { label: t('delivery.branch'), value: result.branch },
            ]}
          />
        )}
        {files.length > 0 && (
          <div>
            <Text as="h3" weight="bold">
              {t('delivery.files')}
            </Text>
            <ul className={styles.list}>
              {files.map(file => (
                <li key={file}>{file}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Section>
  );
}

/** The repository that a run made or found, and the pull request that asks for its change. */
export function RepositoryCards({ run }: { run: RunDocument }) {
  const { sourceRepository, pullRequest } = run;
  return (
    <>
      {sourceRepository && <RepositoryCard result={sourceRepository} />}
      {pullRequest && <PullRequestCard result={pullRequest} />}
    </>
  );
}
