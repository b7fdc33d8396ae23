import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type {
  FleetRepository,
  WorkflowFleetResponse,
} from '@nante/plugin-infrastructure-common';
import { SimpleTable } from '../components/SimpleTable';
import { UseStateLabel } from '../components/UseStateLabel';
import { refName } from '../components/format';
import { useLinks } from '../navigation';
import { refText } from '../pipeline/UsesSection';
import { Outside } from '../run/PlaceCard';
import { infrastructureTranslationRef } from '../translation';
import { UpdateCell } from './UpdateCell';
import styles from './Workflows.module.css';

/** Callers of a repository, and what changed since the oldest version among them. */
function Callers(props: {
  repository: FleetRepository;
  changes: WorkflowFleetResponse['changes'];
}) {
  const { uses } = props.repository;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (uses.length === 0) {
    return <span className={styles.quiet}>{t('workflows.callsNone')}</span>;
  }
  const versions = [
    ...new Set(
      uses.flatMap(({ state, version }) =>
        state === 'behind' && version ? [version] : [],
      ),
    ),
  ];
  return (
    <>
      <ul className={styles.calls}>
        {uses.map(use => (
          <li key={`${use.caller}/${use.workflow}`}>
            {t('workflows.calls', {
              caller: use.caller,
              workflow: use.workflow,
              version: refText(use),
            })}
          </li>
        ))}
      </ul>
      {versions.map(version => {
        const lines = props.changes[version];
        if (!lines) return null;
        return lines.length === 0 ? (
          <span key={version} className={styles.quiet}>
            {t('workflows.noChanges', { version })}
          </span>
        ) : (
          <details key={version} className={styles.changes}>
            <summary>
              {t('workflows.changes', { count: lines.length, version })}
            </summary>
            <ul>
              {lines.map(line => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </details>
        );
      })}
    </>
  );
}

function Repository({ repository }: { repository: FleetRepository }) {
  const links = useLinks();
  const { entityRef, entityTitle } = repository;
  return (
    <span className={styles.stack}>
      <Outside href={repository.url}>{repository.repository}</Outside>
      {entityRef && (
        <Link variant="body-small" href={links.pipeline(entityRef)}>
          {entityTitle ?? refName(entityRef)}
        </Link>
      )}
    </span>
  );
}

/** One row for each repository, with what it calls and the way to the newest version. */
export function FleetTable(props: {
  repositories: FleetRepository[];
  changes: WorkflowFleetResponse['changes'];
  onRaised(): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  return (
    <SimpleTable
      caption={t('workflows.table')}
      columns={[
        t('workflows.column.repository'),
        t('workflows.column.state'),
        t('workflows.column.callers'),
        t('workflows.column.owner'),
        t('workflows.column.update'),
      ]}
      rows={props.repositories.map(repository => ({
        key: `${repository.connection}/${repository.repository}`,
        cells: [
          <Repository key="repository" repository={repository} />,
          <UseStateLabel key="state" state={repository.state} />,
          <Callers
            key="callers"
            repository={repository}
            changes={props.changes}
          />,
          repository.owner ? (
            <Link
              key="owner"
              variant="body-small"
              href={links.entity(repository.owner)}
            >
              {refName(repository.owner)}
            </Link>
          ) : (
            <span key="owner" className={styles.quiet}>
              {t('workflows.noOwner')}
            </span>
          ),
          <UpdateCell
            key="update"
            repository={repository}
            onRaised={props.onRaised}
          />,
        ],
      }))}
    />
  );
}
