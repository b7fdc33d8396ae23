import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { Impact } from '@nante/model';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

const statuses = {
  none: 'info',
  'hot-plug': 'success',
  reboot: 'warning',
  rebuild: 'danger',
} as const;

/** What a change of size means for the host, with the reasons. */
export function ImpactAlert(props: { impact: Impact; reasons?: string[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { impact, reasons = [] } = props;
  return (
    <Alert
      role="status"
      status={statuses[impact]}
      icon
      title={t(`impact.${impact}`)}
      description={
        <>
          {t(`impact.what.${impact}`)}
          {reasons.length > 0 && (
            <ul className={styles.list}>
              {reasons.map(reason => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
        </>
      }
    />
  );
}
