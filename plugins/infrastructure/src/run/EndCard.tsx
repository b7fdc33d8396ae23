import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { RunDocument } from '@nante/model';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

/** What went wrong, what to do next, and what exists now: on top of a run that failed or was canceled. */
export function EndCard({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (run.state !== 'failed' && run.state !== 'cancelled') return null;
  const step = run.steps.find(({ id }) => id === run.error?.step)?.title;
  const title = () => {
    if (run.state === 'cancelled') return t('run.canceled');
    return step ? t('run.error', { step }) : t('run.errorPlain');
  };
  // The title of a canceled run says it all, and each line of what is left says what to do with it.
  const message = run.state === 'failed' ? run.error?.message : undefined;
  const hint =
    run.state === 'failed' || run.leftovers.length === 0
      ? run.error?.hint
      : undefined;
  const cause = run.state === 'failed' ? run.error?.cause : undefined;
  return (
    <Alert
      role="alert"
      status={run.state === 'failed' ? 'danger' : 'warning'}
      icon
      mb="4"
      title={title()}
      description={
        <div className={`${styles.stack} ${styles.end}`}>
          {message && <p>{message}</p>}
          {cause && (
            <p>
              <strong>{`${t('run.cause')}: `}</strong>
              {`${cause.text} ${cause.remedy}`}
            </p>
          )}
          {hint && hint !== cause?.remedy && (
            <p>
              <strong>{`${t('run.hint')}: `}</strong>
              {hint}
            </p>
          )}
          {run.leftovers.length > 0 && (
            <div>
              <strong>{`${t('run.leftovers')}:`}</strong>
              <ul className={styles.list}>
                {run.leftovers.map(line => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </div>
          )}
        </div>
      }
    />
  );
}
