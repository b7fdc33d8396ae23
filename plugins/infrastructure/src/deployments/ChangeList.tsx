import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { PackageChange } from '@nante/model';
import { infrastructureTranslationRef } from '../translation';
import styles from './dialog.module.css';

/** Packages that become another version, one line each. */
export function ChangeList({ changes }: { changes: PackageChange[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (changes.length === 0) {
    return <Text as="p">{t('deployments.dialog.noChanges')}</Text>;
  }
  const none = t('deployments.changeNone');
  return (
    <ul className={styles.changes}>
      {changes.map(({ packageId, from, to }) => (
        <li key={packageId}>
          {t('deployments.change', {
            packageId,
            from: from ?? none,
            to: to ?? none,
          })}
        </li>
      ))}
    </ul>
  );
}
