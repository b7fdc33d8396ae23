import {
  storageApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { Button, Link, Text } from '@backstage/ui';
import {
  RiCheckboxBlankCircleLine,
  RiCheckboxCircleFill,
} from '@remixicon/react';
import { useEffect, useMemo, useState } from 'react';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';
import { useHome } from './useHome';

/** Whether the person has put the list away; undefined until that is known. */
function useDismissed(): [boolean | undefined, () => void] {
  const storage = useApi(storageApiRef);
  const bucket = useMemo(() => storage.forBucket('nante.home'), [storage]);
  const [isDismissed, setDismissed] = useState<boolean>();
  useEffect(() => {
    const take = (snapshot: { presence: string; value?: unknown }) => {
      if (snapshot.presence === 'unknown') return;
      setDismissed(snapshot.value === true);
    };
    take(bucket.snapshot('firstStepsDismissed'));
    const subscription = bucket.observe$('firstStepsDismissed').subscribe(take);
    return () => subscription.unsubscribe();
  }, [bucket]);
  const dismiss = () => {
    setDismissed(true);
    bucket.set('firstStepsDismissed', true);
  };
  return [isDismissed, dismiss];
}

/** What a new site still has to do, by the real health of its connections; gone once all is done, or when it is put away. */
export function FirstSteps() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { data } = useHome();
  const [isDismissed, dismiss] = useDismissed();
  const steps = data?.checklist ?? [];
  const done = steps.filter(step => step.done).length;
  if (isDismissed !== false || done === steps.length) return null;
  return (
    <section
      className={styles.steps}
      aria-label={t('home.steps.title')}
      data-nante="home"
    >
      <div className={styles.stepsHead}>
        <Text as="h2" variant="title-x-small" weight="bold">
          {t('home.steps.title')}
        </Text>
        <Text color="secondary">
          {t('home.steps.progress', {
            done: String(done),
            total: String(steps.length),
          })}
        </Text>
        <Button size="small" variant="tertiary" onPress={dismiss}>
          {t('home.steps.dismiss')}
        </Button>
      </div>
      <ol className={styles.stepList}>
        {steps.map(step => (
          <li key={step.title} className={styles.step}>
            <span
              className={step.done ? styles.done : styles.todo}
              aria-hidden="true"
            >
              {step.done ? (
                <RiCheckboxCircleFill size={18} />
              ) : (
                <RiCheckboxBlankCircleLine size={18} />
              )}
            </span>
            <span className={styles.rowWords}>
              <span>
                <span className={styles.hidden}>
                  {t(step.done ? 'home.steps.done' : 'home.steps.open')}{' '}
                </span>
                {step.path && !step.done ? (
                  <Link href={step.path}>{step.title}</Link>
                ) : (
                  step.title
                )}
              </span>
              {!step.done && step.detail && (
                <span className={styles.quiet}>{step.detail}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
