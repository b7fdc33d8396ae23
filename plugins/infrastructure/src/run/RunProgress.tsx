import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import LinearProgress from '@mui/material/LinearProgress';
import type { GetRunResponse } from '@nante/plugin-infrastructure-common';
import { stopwatch } from '../components/format';
import { useNow } from '../hooks/useNow';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

/** "2:14 of usually 3:40 (target 5:00)": how long it has taken, against the runs before and the goal. */
export function RunProgress({ answer }: { answer: GetRunResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { run, usualSeconds, targetSeconds } = answer;
  const now = useNow(run.startedAt && !run.finishedAt ? 1000 : 0);
  if (!run.startedAt) return null;
  const end = run.finishedAt ? Date.parse(run.finishedAt) : now;
  const seconds = (end - Date.parse(run.startedAt)) / 1000;
  const elapsed = stopwatch(seconds);
  const target = stopwatch(targetSeconds);

  const text = () => {
    const ended = Boolean(run.finishedAt);
    if (usualSeconds === undefined) {
      return t(ended ? 'run.took' : 'run.ofTarget', { elapsed, target });
    }
    const usual = stopwatch(usualSeconds);
    return t(ended ? 'run.tookOfUsually' : 'run.ofUsually', {
      elapsed,
      usual,
      target,
    });
  };
  return (
    <div className={styles.progress}>
      <Text>{text()}</Text>
      {!run.finishedAt && (
        <LinearProgress
          variant="determinate"
          aria-label={t('run.progress')}
          value={Math.min(
            100,
            (seconds / (usualSeconds ?? targetSeconds)) * 100,
          )}
        />
      )}
    </div>
  );
}
