import type { DeploymentEnvironment } from '@nante/plugin-infrastructure-common';
import {
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiQuestionLine,
  RiSnowflakeLine,
} from '@remixicon/react';
import { Label, type Look } from '../components/StateLabel';
import type { Sentences } from '../translation';
import styles from './Matrix.module.css';

const looks: Record<'good' | 'bad' | 'unknown', Look> = {
  good: { icon: RiCheckboxCircleFill, tone: 'good' },
  bad: { icon: RiCloseCircleFill, tone: 'bad' },
  unknown: { icon: RiQuestionLine, tone: 'quiet' },
};

function Targets(props: { t: Sentences; environment: DeploymentEnvironment }) {
  const { t } = props;
  const { total, healthy, unhealthy, unknown } = props.environment.targets;
  if (total === 0) {
    return <span className={styles.quiet}>{t('deployments.noTargets')}</span>;
  }
  const worst = () => {
    if (unhealthy > 0) return 'bad';
    return unknown > 0 ? 'unknown' : 'good';
  };
  const details = [
    unhealthy > 0 && t('deployments.targetsBad', { count: unhealthy }),
    unknown > 0 && t('deployments.targetsUnknown', { count: unknown }),
  ].filter(Boolean);
  return (
    <Label
      look={looks[worst()]}
      word={t('deployments.targets', {
        healthy: String(healthy),
        total: String(total),
      })}
      title={details.join(', ') || undefined}
    />
  );
}

/** Head of a column: the environment, how its targets do, and what is frozen in it. */
export function EnvironmentHead(props: {
  t: Sentences;
  environment: DeploymentEnvironment;
}) {
  const { t, environment } = props;
  return (
    <th scope="col" className={styles.columnHead}>
      <span className={styles.line}>
        <span className={styles.environment}>{environment.name}</span>
        {environment.restricted && (
          <span className={styles.quiet}>{t('deployments.restricted')}</span>
        )}
      </span>
      <Targets t={t} environment={environment} />
      {environment.freezes.length > 0 && (
        <span className={styles.freeze}>
          <RiSnowflakeLine size={14} aria-hidden="true" />
          {t('deployments.freeze', { names: environment.freezes.join(', ') })}
        </span>
      )}
    </th>
  );
}
