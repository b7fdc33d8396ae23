import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link, Text } from '@backstage/ui';
import type {
  PipelineResponse,
  WorkflowUse,
} from '@nante/plugin-infrastructure-common';
import { SimpleTable } from '../components/SimpleTable';
import { UseStateLabel } from '../components/UseStateLabel';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';

/** What a caller pins, as a person reads it: the version that its comment names, else the first digits. */
export function refText({ ref, version }: WorkflowUse): string {
  const short = /^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 10) : ref;
  return version ? `${version} (${short})` : short;
}

/** Which version of our workflows the repository calls, with a warning where that should change. */
export function UsesSection({ data }: { data: PipelineResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { uses, currentVersion } = data;
  if (uses.length === 0) {
    return <Text color="secondary">{t('pipeline.uses.none')}</Text>;
  }
  const versionsBehind = uses
    .filter(({ state }) => state === 'behind')
    .map(({ version, ref }) => version ?? ref.slice(0, 10));
  const isFloating = uses.some(({ state }) => state === 'floating');
  const title =
    versionsBehind.length > 0
      ? t('pipeline.uses.behind', {
          versions: [...new Set(versionsBehind)].join(', '),
          current: currentVersion ?? '',
        })
      : isFloating && t('pipeline.uses.floating');
  return (
    <div className={styles.stack}>
      {title && (
        <Alert
          status="warning"
          icon
          title={title}
          description={
            <Link href={links.workflows(data.repository?.name)}>
              {t('pipeline.uses.fleet')}
            </Link>
          }
        />
      )}
      <SimpleTable
        caption={t('pipeline.uses.title')}
        columns={[
          t('pipeline.uses.caller'),
          t('pipeline.uses.workflow'),
          t('pipeline.uses.version'),
          t('pipeline.uses.state'),
        ]}
        rows={uses.map(use => ({
          key: `${use.caller}/${use.workflow}`,
          cells: [
            use.caller,
            use.workflow,
            refText(use),
            <UseStateLabel key="state" state={use.state} />,
          ],
        }))}
      />
    </div>
  );
}
