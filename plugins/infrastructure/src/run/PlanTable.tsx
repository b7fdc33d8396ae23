import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Text } from '@backstage/ui';
import type { PlanSummary } from '@nante/model';
import { SimpleTable } from '../components/SimpleTable';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

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
        <div key={change.address}>
          <Text as="h3" weight="bold">
            {`${t(`run.action.${change.action}`)}: ${change.address}`}
          </Text>
          <SimpleTable
            caption={change.address}
            columns={[t('run.attribute'), t('run.before'), t('run.after')]}
            rows={change.attributes.map(attribute => ({
              key: attribute.name,
              cells: [
                attribute.name,
                attribute.before ?? '—',
                attribute.after ?? '—',
              ],
            }))}
          />
        </div>
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
