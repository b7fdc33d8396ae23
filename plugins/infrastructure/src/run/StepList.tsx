import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { RunStep } from '@nante/model';
import { RunStateLabel } from '../components/StateLabel';
import { stopwatch } from '../components/format';
import { useNow } from '../hooks/useNow';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

function Elapsed({ step }: { step: RunStep }) {
  const now = useNow(step.startedAt && !step.finishedAt ? 1000 : 0);
  if (!step.startedAt) return null;
  const end = step.finishedAt ? Date.parse(step.finishedAt) : now;
  return (
    <Text color="secondary">
      {stopwatch((end - Date.parse(step.startedAt)) / 1000)}
    </Text>
  );
}

/**
 * Steps of a run, top to bottom, each with its state and time.
 *
 * @param props.error - what the page says above the steps already, so that no step says it again
 */
export function StepList(props: { steps: RunStep[]; error?: string }) {
  const { steps, error } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <ol className={styles.steps} aria-label={t('run.steps')}>
      {steps.map(step => (
        <li
          key={step.id}
          className={styles.step}
          data-state={step.state}
          aria-current={step.state === 'running' ? 'step' : undefined}
        >
          <Text weight={step.state === 'running' ? 'bold' : 'regular'}>
            {step.title}
          </Text>
          <Elapsed step={step} />
          <span className={styles.detail}>
            <RunStateLabel state={step.state} />
          </span>
          {step.detail && step.detail !== error && (
            <Text color="secondary" className={styles.detail}>
              {step.detail}
            </Text>
          )}
        </li>
      ))}
    </ol>
  );
}
