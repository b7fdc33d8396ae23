import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Text } from '@backstage/ui';
import type { PlanSummary, PlannedChange } from '@nante/model';
import { SimpleTable } from '../components/SimpleTable';
import { infrastructureTranslationRef } from '../translation';
import { type PlanRow, planRows } from './planRows';
import styles from './RunPage.module.css';

function Rows(props: { caption: string; rows: PlanRow[]; isNew: boolean }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const value = (text: string | null) =>
    text === null ? '—' : <code className={styles.planValue}>{text}</code>;
  return (
    <SimpleTable
      caption={props.caption}
      columns={
        // What is new has no values before.
        props.isNew
          ? [t('run.attribute'), t('run.value')]
          : [t('run.attribute'), t('run.before'), t('run.after')]
      }
      rows={props.rows.map(row => ({
        key: row.name,
        cells: props.isNew
          ? [row.name, value(row.after)]
          : [row.name, value(row.before), value(row.after)],
      }))}
    />
  );
}

function Change({ change }: { change: PlannedChange }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { first, rest } = planRows(change.attributes);
  const isNew = change.action === 'create';
  // Of a change every row is news; of something new most rows are defaults.
  const shown = isNew && first.length > 0 ? first : [...first, ...rest];
  const hidden = shown === first ? rest : [];
  return (
    <div>
      <Text as="h3" weight="bold" className={styles.address}>
        {`${t(`run.action.${change.action}`)}: ${change.address}`}
      </Text>
      {shown.length > 0 && (
        <Rows caption={change.address} rows={shown} isNew={isNew} />
      )}
      {hidden.length > 0 && (
        <details className={styles.more}>
          <summary>{t('run.moreAttributes', { count: hidden.length })}</summary>
          <Rows
            caption={t('run.moreOf', { address: change.address })}
            rows={hidden}
            isNew={isNew}
          />
        </details>
      )}
    </div>
  );
}

/** A Terraform plan for people: each resource with what becomes of it, and its attributes before and after. */
export function PlanTable({ plan }: { plan?: PlanSummary }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (!plan) return <Text color="secondary">{t('run.noPlan')}</Text>;
  const changes = plan.changes.filter(
    change => change.action !== 'no-op' && change.action !== 'read',
  );
  return (
    <section className={styles.diff} aria-label={t('run.plan')}>
      <Text as="h2" variant="title-x-small" weight="bold">
        {t('run.plan')}
      </Text>
      <Text>
        {changes.length === 0
          ? t('run.noChanges')
          : t('run.planCounts', {
              add: String(plan.add),
              change: String(plan.change),
              destroy: String(plan.destroy),
            })}
      </Text>
      {changes.map(change => (
        <Change key={change.address} change={change} />
      ))}
      {plan.drift.length > 0 && (
        <Alert
          status="warning"
          icon
          title={t('run.drift')}
          description={
            <ul className={styles.list}>
              {plan.drift.map(item => (
                <li key={item.address}>{`${item.address}: ${item.summary}`}</li>
              ))}
            </ul>
          }
        />
      )}
    </section>
  );
}
